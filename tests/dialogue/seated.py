"""Ana and Ben in a real room: seats taken with real cookies, moves made through the services, everything committed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings

from mandorla.dialogue import services
from mandorla.dialogue.core import Command
from mandorla.dialogue.services import Ack, Asked, RoomView, Seat
from mandorla.dialogue.services.scripts import script
from mandorla.spaces import services as spaces
from mandorla.vault.core import new_id
from mandorla.vault.services import unlocked_from_cookies
from tests.cast import Cast, Someone
from tests.spaces import families

WITH_WORDS = {"say", "unclear", "correct"}
PICKS = {"guess", "other"}

ARRIVED = "ben:now ana:ready ben:ready ana:say ben:say ben:say ana:say ana:say ben:say "
HEARD = ARRIVED + "ana:say ben:say ana:yes ana:more ana:say ben:say ana:partly ana:say ben:say ana:yes ana:no_more "
SUMMED = HEARD + "ben:say ana:all "
THANKED = SUMMED + "ben:say ana:lands ben:guess ana:yes ana:say ben:say "
SECOND = "ben:say ana:say ben:yes ben:no_more ana:say ben:all ana:say ben:lands ana:guess ben:other ana:say "
THANKS = "ana:say ben:say "
CLOSED = THANKED + "ben:now ana:now " + SECOND + THANKS + "ana:say ben:say ana:say ben:say "


def cookies_of(someone: Someone) -> dict[str, str]:
    """The cookies of a new unlocked session."""
    browser = someone.browser()
    names = (settings.SESSION_COOKIE_NAME, settings.UNLOCK_COOKIE_NAME)
    return {name: browser.cookies[name].value for name in names}


def seat(someone: Someone, thread: UUID) -> Seat:
    """A seat as a socket takes it."""
    found = unlocked_from_cookies(cookies_of(someone))
    assert found
    return services.seat_for(found.ring, thread, unlock=UUID(hex=found.unlock_id))


class Pair:
    """A dialogue that Ana has asked Ben for, and both their seats."""

    def __init__(self, cast: Cast, form: str = "couples", medium: str = "written") -> None:
        self.cast = cast
        ring = cast.ana.ring()
        services.end_gentle_path(ring, cast.space)
        minutes = script(f"{form}/1").minutes[0]
        self.thread = services.ask(ring, cast.space, Asked(new_id(), form, "Sunday evenings", medium, minutes))
        self.ana, self.ben = seat(cast.ana, self.thread), seat(cast.ben, self.thread)

    @classmethod
    def guided(cls, cast: Cast, form: str, medium: str = "written") -> "Pair":
        """The same in a form that needs a guide: Cleo, whom both have let in."""
        pair = cls.__new__(cls)
        families.guided(cast, cast.ana, cast.space)
        spaces.spaces_of(cast.ben.ring())
        ring = cast.ana.ring()
        services.end_gentle_path(ring, cast.space)
        wish = Asked(new_id(), form, "Sunday evenings", medium, script(f"{form}/1").minutes[0])
        pair.cast = cast
        pair.thread = services.ask(ring, cast.space, replace(wish, guests=((cast.cleo.id, "guide"),)))
        pair.ana, pair.ben = seat(cast.ana, pair.thread), seat(cast.ben, pair.thread)
        pair.does("ben", "welcome", person=cast.cleo.id)
        return pair

    def seat(self, who: str) -> Seat:
        """The seat of `ana` or `ben`."""
        return self.ana if who == "ana" else self.ben

    def sees(self, who: str) -> RoomView:
        """What is on someone's screen."""
        return services.room_for(self.seat(who))

    def does(self, who: str, do: str, **facts: Any) -> Ack:
        """One move, seen from the newest screen."""
        given = {"words": f"{do} by {who}"} if do in WITH_WORDS else {"feelings": ("lonely",)} if do in PICKS else {}
        seen = facts.pop("seen", None) or self.sees(who).v
        return services.move(self.seat(who), Command(facts.pop("key", new_id()), seen, do, **given | facts))

    def play(self, moves: str) -> None:
        """A line of moves such as `ben:now ana:ready`."""
        for move in moves.split():
            who, _, do = move.partition(":")
            self.does(who, do)
