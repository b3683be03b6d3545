"""Spaces, members and items as a person sees them: opened, frozen, without keys."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mandorla.spaces.core.kinds import GUIDE, KINDS

OPEN_FOR = timedelta(days=7)
"""How long an invitation opens its space."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """Someone in a space, under the name they go by there.

    `arriving` until somebody I know has confirmed that it was they who entered the code.
    """

    person: UUID
    name: str
    role: str = "partner"
    arriving: bool = False


@dataclass(frozen=True, slots=True)
class SpaceView:
    """A space as one of its people sees it.

    `waiting` until someone has joined. `closed` once too few are left: reading goes on, writing does not.
    `doubtful` while the keys of someone who joined do not agree with what was handed over, or when it has `gone_back`
    on what I have seen of it: nothing may be written. `due`: a new key is made before the next word.
    `others` are there now; `former` people left, and it went on. `guests` read nothing but dialogues they were let
    into; for a guest `me` is one of them.
    """

    id: UUID
    kind: str
    epoch: int
    closed: bool
    me: MemberView
    others: tuple[MemberView, ...]
    doubtful: bool = False
    gone_back: bool = False
    title: str = ""
    guests: tuple[MemberView, ...] = ()
    former: tuple[MemberView, ...] = ()
    due: bool = False

    @property
    def partner(self) -> MemberView | None:
        """The other one of two."""
        return self.others[0] if self.others and KINDS[self.kind].most == 2 else None

    @property
    def waiting(self) -> bool:
        return not (self.others or self.former or self.closed)

    @property
    def held_up(self) -> bool:
        """Whether a new key is due that cannot be made yet: somebody is not confirmed, or I am a guest."""
        return self.due and (self.me.role == GUIDE or any(one.arriving for one in self.others))

    @property
    def open(self) -> bool:
        """Whether words may be written here now."""
        return not (self.closed or self.doubtful or self.waiting or self.held_up)

    @property
    def everyone(self) -> tuple[MemberView, ...]:
        """All whose words may lie here, those who left included."""
        return (self.me, *self.others, *self.guests, *self.former)

    @property
    def invites(self) -> frozenset[str]:
        """As what I may invite somebody now: by the role they would have."""
        kind, people = KINDS[self.kind], 1 + len(self.others)
        if self.closed or self.doubtful or self.me.role == GUIDE:
            return frozenset()
        room = people < kind.most and self.me.role in kind.inviters
        return frozenset({kind.joiner} if room else ()) | frozenset({GUIDE} if self.others else ())

    def may_take_out(self, person: UUID) -> bool:
        """Whether I may end somebody's place: a guest's, that of someone nobody confirmed, or as who keeps a group."""
        who = next((one for one in (*self.others, *self.guests) if one.person == person), None)
        if who is None or self.closed or self.me.role == GUIDE:
            return False
        keeper = self.me.role in KINDS[self.kind].keepers
        return who.role == GUIDE or who.arriving or (keeper and who.role != self.me.role)

    def named(self, person: UUID) -> str:
        """The name of someone here."""
        return next(member.name for member in self.everyone if member.person == person)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation its maker may hand over: `code` as it is read aloud, `ends_at` when it stops opening anything."""

    id: UUID
    space: UUID
    role: str
    code: str
    ends_at: datetime

    @property
    def made_at(self) -> datetime:
        return self.ends_at - OPEN_FOR


@dataclass(frozen=True, slots=True)
class ItemView:
    """Something kept in a space, opened. `broken`: it is there and cannot be opened; `value` is then empty.

    `revision` counts how often it was written.
    """

    id: UUID
    author: UUID
    value: dict[str, Any]
    revision: int
    broken: bool = False
