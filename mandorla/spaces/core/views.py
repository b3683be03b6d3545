"""Spaces, members and items as a person sees them: opened, frozen, without keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MemberView:
    """Someone in a space, under the name they go by there."""

    person: UUID
    name: str


@dataclass(frozen=True, slots=True)
class SpaceView:
    """A space as one member sees it.

    `waiting` until someone has joined. `closed` once somebody has left: reading goes on, writing does not.
    `doubtful` while the keys of someone who joined do not agree with the invitation, or when it has `gone_back` on what
    I have seen of it: nothing may be written.
    """

    id: UUID
    kind: str
    epoch: int
    closed: bool
    me: MemberView
    others: tuple[MemberView, ...]
    doubtful: bool = False
    gone_back: bool = False

    @property
    def partner(self) -> MemberView | None:
        return self.others[0] if self.others else None

    @property
    def waiting(self) -> bool:
        return not self.others and not self.closed

    @property
    def open(self) -> bool:
        """Whether words may be written here now."""
        return not (self.closed or self.doubtful or self.waiting)

    def named(self, person: UUID) -> str:
        """The name of a member."""
        return next(member.name for member in (self.me, *self.others) if member.person == person)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation its maker may hand over: `code` as it is read aloud, `at` when it stops opening anything."""

    space: UUID
    code: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ItemView:
    """Something kept in a space, opened. `broken`: it is there and cannot be opened; `value` is then empty."""

    id: UUID
    author: UUID
    value: dict[str, Any]
    broken: bool = False
