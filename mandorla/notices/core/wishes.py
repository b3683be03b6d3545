"""What one person wishes to be told, when, and where it goes. Nobody is told anything they did not ask for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from mandorla.notices.core.clocks import quiet_until
from mandorla.vault.core import Refused

Kind = Literal["time", "again"]
LEADS = (10, 60, 24 * 60)
CODE_MINUTES = 60
CODE_TRIES = 5
CODES_A_DAY = 5
A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Wishes:
    """`lead`: minutes before an agreed time, 0 for no reminder. Quiet hours in minutes of the day.

    `follows`: the zone is where the browser is; else it was chosen. `asked_at`: minutes in which codes were sent.
    """

    waiting: bool = False
    lead: int = 0
    zone: str = "UTC"
    follows: bool = True
    quiet: bool = True
    quiet_from: int = 21 * 60
    quiet_to: int = 8 * 60
    language: str = "en"
    mail: str = ""
    unproved: str = ""
    code: str = ""
    tries: int = 0
    asked_at: tuple[int, ...] = ()

    def packed(self) -> dict[str, Any]:
        """As plain JSON values, to be sealed."""
        return asdict(self)

    @classmethod
    def unpacked(cls, plain: Mapping[str, Any]) -> "Wishes":
        """What was packed so; whatever came later has its default."""
        known = {name: plain[name] for name in cls.__slots__ if name in plain}
        return cls(**known | {"asked_at": tuple(known.get("asked_at", ()))})

    def silent_until(self, now: datetime) -> datetime | None:
        """When their quiet hours end, if they hold now."""
        return quiet_until(now, self.zone, self.quiet_from, self.quiet_to) if self.quiet else None


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that falls due for one person: *time*, when people meet; *again*, when a request is reminded of."""

    kind: Kind
    person: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What a step changes: for whom something now waits who is not there, and what falls due, or no longer does."""

    waits: frozenset[UUID] = frozenset()
    comes: frozenset[Due] = frozenset()
    goes: frozenset[Due] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.waits or self.comes or self.goes)


def minute(at: datetime) -> int:
    """Whole minutes since 1970."""
    return int(at.timestamp()) // 60


def asked_for(wishes: Wishes, address: str, code: str, *, now: int) -> Wishes:
    """The wishes while a code is on its way to an address; Refused("codes") after too many in a day."""
    lately = tuple(at for at in wishes.asked_at if at > now - A_DAY)
    if len(lately) >= CODES_A_DAY:
        raise Refused("codes")
    return replace(wishes, unproved=address, code=code, tries=0, asked_at=(*lately, now))


def proved(wishes: Wishes, code: str, *, now: int) -> Wishes:
    """The wishes after a code was typed: with the address if it is the one that was sent, else with one try more.

    Refused("wrong") where none was ever sent: then there is nothing to count. One that was right is right again.
    """
    if not (wishes.code or wishes.mail):
        raise Refused("wrong")
    if not wishes.code:
        return wishes
    fresh = bool(wishes.asked_at) and now <= wishes.asked_at[-1] + CODE_MINUTES and wishes.tries < CODE_TRIES
    if fresh and code == wishes.code:
        return replace(wishes, mail=wishes.unproved, unproved="", code="", tries=0)
    return replace(wishes, tries=wishes.tries + 1)
