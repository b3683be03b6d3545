"""Calls: who sees and hears whom just now. Pictures and voices go from device to device; what passes here only brings
two devices together, and nothing of it is kept or understood.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Iterable, Sized
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings

from mandorla.dialogue.core import IN_CALL
from mandorla.dialogue.services import rooms
from mandorla.dialogue.services.rooms import Seat

PEOPLE_MAX = 6  # everyone's device sends to every other one
WAITING_MAX = 64  # a line that is slow is told no more than this of a call, so that it never pushes out anything else
CREDENTIAL_SECONDS = 6 * 3600


class Page(Protocol):
    """An open page of somebody in a room: a live socket."""

    seat: Seat

    @property
    def frames(self) -> Sized:
        """What it still has to be told."""

    def tell(self, **frame: Any) -> None:
        """Tells it something."""


@dataclass(frozen=True, slots=True)
class Joining:
    """How somebody takes part: under an id that their page made up, and with what is on."""

    id: str
    microphone: bool
    camera: bool


@dataclass(frozen=True, slots=True)
class Signal:
    """What one device says to another, to find a way between them."""

    to: str
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """One person's place in a call."""

    page: Page
    how: Joining


class Calls:
    """The calls of this process, by dialogue and person. Used on the loop alone."""

    def __init__(self) -> None:
        self._places: dict[UUID, dict[UUID, Place]] = {}
        self._lost: dict[UUID, dict[UUID, str]] = {}  # the ids of those whose line broke, while others are in the call

    def join(self, page: Page, how: Joining) -> None:
        """Takes part, or says anew what is on. Of one person the newest page counts; the one before is told."""
        seat = page.seat
        there = self._places.get(seat.thread, {})
        before = there.get(seat.person)
        if not _is_on(seat.thread, seat.person, if_cold=False):
            _say(page, call={"why": "rests"})
            return
        lost = self._lost.get(seat.thread, {})  # others may still see who lost the line, under the id they had
        ids = lost | {person: place.how.id for person, place in there.items()}
        is_taken = any(id == how.id for person, id in ids.items() if person != seat.person)
        if is_taken or (before is None and len(there) >= PEOPLE_MAX):
            _say(page, call={"why": "full"})
            return
        self._places.setdefault(seat.thread, there)[seat.person] = Place(page, how)
        id = before.how.id if before else lost.pop(seat.person, how.id)
        if before and id != how.id:
            _say(before.page, call={"why": "elsewhere"})
        if before is None or before.page is not page:
            _say(page, call={"ice": ice_servers()})
        self._tell(seat.thread, left=id if id != how.id else "")

    def leave(self, page: Page) -> None:
        """Goes out of the call on purpose."""
        if place := self._taken(page):
            self._remove(page.seat, left=place.how.id)

    def lose(self, page: Page) -> None:
        """The page's line is gone. Picture and voice may well go on: nobody is told that this person left."""
        if place := self._taken(page):
            self._lost.setdefault(page.seat.thread, {})[page.seat.person] = place.how.id
            self._remove(page.seat)

    def pass_on(self, page: Page, signal: Signal) -> None:
        """Hands a signal to another device of the same call, if both are in it."""
        there = self._places.get(page.seat.thread, {})
        mine = self._taken(page)
        to = next((place for place in there.values() if place.how.id == signal.to), None)
        if mine and to and to is not mine:
            _say(to.page, signal=signal.told, of=mine.how.id)

    def look(self, thread: UUID) -> None:
        """Something changed: where the dialogue rests or is over, so is the call, and for who has no place in it."""
        there = self._places.get(thread, {})
        for place in [place for person, place in there.items() if not _is_on(thread, person, if_cold=True)]:
            _say(place.page, call={"why": "rests"})
            self._remove(place.page.seat, left=place.how.id)

    def _taken(self, page: Page) -> Place | None:
        place = self._places.get(page.seat.thread, {}).get(page.seat.person)
        return place if place and place.page is page else None

    def _remove(self, seat: Seat, *, left: str = "") -> None:
        there = self._places[seat.thread]
        del there[seat.person]
        if there:
            self._tell(seat.thread, left=left)
        else:
            del self._places[seat.thread]
            self._lost.pop(seat.thread, None)

    def _tell(self, thread: UUID, *, left: str) -> None:
        """Everyone in the call learns who is in it; `left` went on purpose."""
        there = self._places[thread]
        for person, place in there.items():
            others = [
                {"id": other.how.id, "name": place.page.seat.names.get(one, "")}
                | {"microphone": other.how.microphone, "camera": other.how.camera}
                for one, other in there.items()
                if one != person
            ]
            _say(place.page, call={"others": others, "left": left})


def _say(page: Page, **frame: Any) -> None:
    if len(page.frames) < WAITING_MAX:
        page.tell(**frame)


def ice_servers() -> list[dict[str, Any]]:
    """Where devices ask for a way to each other: what the operator named, with a name and a word that last for hours.

    The name tells the relay nothing of the person: when it ends, in Unix seconds, and a random number.
    """
    if not settings.TURN_URLS:
        return []
    name = f"{int(time.time()) + CREDENTIAL_SECONDS}:{secrets.token_hex(8)}"
    word = base64.b64encode(hmac.digest(settings.TURN_SECRET.encode(), name.encode(), "sha1")).decode()
    return [{"urls": settings.TURN_URLS, "username": name, "credential": word}]


def has_relay() -> bool:
    """Whether the operator offers a relay, so that nobody needs to show their own address."""
    return any(url.startswith(("turn:", "turns:")) for url in settings.TURN_URLS)


def possible(media: Iterable[str]) -> list[str]:
    """Those of these media that can be held here: devices of one call must be in one process."""
    return [medium for medium in media if medium not in IN_CALL or settings.WORKERS == 1]


def _is_on(thread: UUID, person: UUID, *, if_cold: bool) -> bool:
    """Whether this person may be in the call of a dialogue now; of a room that went cold nobody knows."""
    room = rooms.hot(thread)
    if room is None:
        return if_cold
    state = room.shown.state
    begun = state.medium in IN_CALL and state.begun_at is not None and state.is_welcome(person)
    return begun and not state.paused and not state.over
