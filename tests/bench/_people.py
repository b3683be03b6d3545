"""Makes the people of a bench before its server starts: through the services a visitor uses, with real passphrases.

`make` and `check` run in a process of their own, with the product's settings; they read and write JSON.
"""

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from mandorla.accounts.models import Person
from mandorla.accounts.services import sign_up
from mandorla.accounts.services.sessions import enter
from mandorla.dialogue import services
from mandorla.dialogue.core import Command
from mandorla.site.ready import migrate
from mandorla.spaces.services import invite, join, spaces_of
from mandorla.vault.backends import SessionStore
from mandorla.vault.core import new_id
from mandorla.vault.services import KeyRing
from tests.dialogue.logbook import faults, seat_of

AT_ONCE = 2
ANY_VERSION = 2**62
ARRIVING = ("b now", "a ready", "b ready", "a skip", "b skip", "a skip", "b skip")
SENDING = (
    "a say When you come home and look at your phone first, I feel alone, and I make up that I do not matter.",
    "b say If I heard you well: when I look at my phone first, you feel alone, and think that you do not matter.",
    "a yes",
    "a more",
)


def make() -> None:
    """Wanted: `pairs`, and the `lengths` in entries of the dialogues each has. Tells their cookies, unlocked."""
    wanted = json.load(sys.stdin)
    migrate()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        rings = list(threads.map(_arrive, range(2 * wanted["pairs"])))
    pairs = [_pair((first, second), wanted["lengths"]) for first, second in zip(rings[::2], rings[1::2], strict=True)]
    json.dump(pairs, sys.stdout)


def check() -> None:
    """Told: dialogues with somebody's cookies, and by command the numbers that were promised. Tells what is wrong."""
    found = []
    for one in json.load(sys.stdin):
        seat = seat_of(one["cookies"], UUID(one["thread"]))
        found += faults(seat, {UUID(key): seq for key, seq in one["promised"].items()})
        seat.close()
    json.dump(found, sys.stdout)


def _arrive(number: int) -> KeyRing:
    return sign_up(f"bench{number}", f"Bench {number}", f"bench{number} walks slowly under seven old lindens").ring


def _pair(rings: tuple[KeyRing, KeyRing], lengths: Sequence[int]) -> dict[str, Any]:
    invitation = invite(rings[0])
    join(rings[1], invitation.code)
    spaces_of(rings[0])  # the answer is verified when the inviter looks
    services.end_gentle_path(rings[0], invitation.space)
    visits = [_visit(ring) for ring in rings]
    threads = [_talk(rings, visits, invitation.space, length) for length in lengths]
    return {"threads": [thread.hex for thread in threads], "cookies": [_cookies(visit) for visit in visits]}


def _talk(rings: tuple[KeyRing, KeyRing], visits: Sequence[Any], space: UUID, entries: int) -> UUID:
    """A dialogue of so many entries. Moves are handed to the pen one after the other, and waited for in the end."""
    thread = services.ask(rings[0], space, services.Asked(new_id(), "couples", "Sunday evenings", "written", 30))
    seats = {
        who: services.seat_for(ring, thread, unlock=visit.unlock.id)
        for who, ring, visit in zip("ab", rings, visits, strict=True)
    }
    services.room_for(seats["a"])
    answers = []
    for told in islice((*ARRIVING, *islice(cycle(SENDING), entries)), entries - 1):
        who, do, words = (*told.split(" ", 2), "")[:3]
        answers.append(services.start(seats[who], Command(new_id(), ANY_VERSION, do, words=words)))
    for answer in answers:
        answer.result()
    for seat in seats.values():
        seat.close()
    services.forget(thread)
    return thread


def _visit(ring: KeyRing) -> Any:
    request: Any = HttpRequest()
    request.session = SessionStore()
    request.ring = request.unlock = request.unlock_cookie = None  # as the middleware
    enter(request, Person.objects.get(id=ring.person), ring)
    request.session.save()
    return request


def _cookies(visit: Any) -> dict[str, str]:
    return {settings.SESSION_COOKIE_NAME: visit.session.session_key, settings.UNLOCK_COOKIE_NAME: visit.unlock_cookie}
