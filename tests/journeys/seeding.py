"""A process beside the server, on the same data: makes people and dialogues through the same services as the pages.

It reads one wish a line as JSON from standard input and answers each with one line. Started by `site.Seeds`.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import django

django.setup()

from django.conf import settings  # noqa: E402  # Django must be ready before models are read
from django.test import RequestFactory  # noqa: E402

from mandorla.accounts import services as accounts  # noqa: E402
from mandorla.accounts.models import Person  # noqa: E402
from mandorla.accounts.services.sessions import enter  # noqa: E402
from mandorla.dialogue import services as dialogue  # noqa: E402
from mandorla.dialogue.core import Command  # noqa: E402
from mandorla.spaces import services as spaces  # noqa: E402
from mandorla.vault.backends import SessionStore  # noqa: E402
from mandorla.vault.core import new_id  # noqa: E402
from mandorla.vault.models import UnlockRow  # noqa: E402
from mandorla.vault.services import KeyRing  # noqa: E402
from mandorla.vault.services.sessions import open_request  # noqa: E402

SHOWN = ("how", "safety", "young")
ASIDE = {"no", "withdraw", "later", "at", "move", "close", "not_today", "leave_out", "skip", "unclear", "less"}
WITH_WORDS = {"say", "unclear", "correct", "park", "addition", "view", "echo", "lend"}

rings: dict[str, KeyRing] = {}
unlocks: dict[str, UUID] = {}


def sign_up(name: str, called: str, passphrase: str) -> dict[str, str]:
    """Somebody new, who has read what comes before a first dialogue; the cookies of an unlocked session."""
    rings[name] = accounts.sign_up(name, called, passphrase).ring
    for what in SHOWN:
        dialogue.shown(rings[name], what)
    return visit(name)


def visit(name: str) -> dict[str, str]:
    """The cookies of another unlocked session of somebody."""
    ring, request = rings[name], RequestFactory().get("/")
    request.session = SessionStore()
    open_request(request)
    request.ring = request.unlock = request.unlock_cookie = None  # type: ignore[attr-defined]  # as the middleware does
    enter(request, Person.objects.get(id=ring.person), ring)
    request.session.save()
    unlocks[name] = request.unlock.id  # type: ignore[attr-defined]
    return {
        settings.SESSION_COOKIE_NAME: request.session.session_key or "",
        settings.UNLOCK_COOKIE_NAME: request.unlock_cookie,  # type: ignore[attr-defined]
    }


def used(name: str, back: int = 0) -> int:
    """The minute in which somebody's keys were last used, once it is put back by so many."""
    row = UnlockRow.objects.get(id=unlocks[name])
    UnlockRow.objects.filter(id=row.id).update(last_use=row.last_use - back)
    return row.last_use - back


def pair(names: list[str], gentle: bool = False) -> str:
    """A space for two, in which every form is open unless `gentle`."""
    first, second = names
    invitation = spaces.invite(rings[first])
    spaces.join(rings[second], invitation.code)
    spaces.spaces_of(rings[first])  # the answer is verified when the inviter looks
    if not gentle:
        dialogue.end_gentle_path(rings[first], invitation.space)
    return str(invitation.space)


def gather(names: list[str], kind: str, title: str) -> str:
    """A space of several, made by the first of them, who lets in all the others."""
    first, *others = names
    space = spaces.make(rings[first], kind, title)
    for other in others:
        spaces.join(rings[other], spaces.invite(rings[first], space=space).code)
        spaces.spaces_of(rings[first])  # the answer is verified when the inviter looks
        spaces.drop(rings[first], rings[first].personal, "invitations")  # as if each had come on a day of their own
    for name in names:
        spaces.spaces_of(rings[name])
    return str(space)


def guide(name: str, inviter: str, space: str) -> None:
    """Somebody comes to a space as a guide."""
    spaces.join(rings[name], spaces.invite(rings[inviter], space=UUID(space), role="guide").code, as_guide=True)
    for other in (inviter, *rings):
        spaces.spaces_of(rings[other])


def invite(name: str) -> str:
    """The code of somebody's invitation."""
    return spaces.invite(rings[name]).code


def ask(
    *,
    name: str,
    space: str,
    script: str,
    medium: str,
    topic: str,
    minutes: int,
    people: list[str] | None = None,
    guide: str = "",
) -> str:
    """A dialogue that somebody asks for, or asks some of the others for; perhaps with a guide from outside."""
    named = tuple(rings[one].person for one in people or ())
    guests = ((rings[guide].person, "guide"),) if guide else ()
    asked = dialogue.Asked(new_id(), script, topic, medium, minutes, people=named, guests=guests)
    return str(dialogue.ask(rings[name], UUID(space), asked))


def with_guide(*, names: list[str], space: str, script: str, medium: str, minutes: int) -> str:
    """A dialogue that the last of these people guides; everyone has let them in."""
    first, *others, last = names
    guide(last, first, space)
    topic = "Sunday evenings"
    thread = ask(name=first, space=space, script=script, medium=medium, topic=topic, minutes=minutes, guide=last)
    play(thread, [f"{other} welcome {last}" for other in others])
    return thread


def step(*, thread: str, names: list[str]) -> dict[str, str]:
    """Which step is on, and whose screen asks something of them; nobody's once it is over."""
    for name in names:
        view = dialogue.room_for(dialogue.seat_for(rings[name], UUID(thread), unlock=unlocks[name]), checked=True)
        if view.over or view.my_turn:
            return {"step": view.over or f"{view.step} {view.title}", "who": "" if view.over else name}
    raise AssertionError("nobody has a turn")


def go_on(*, thread: str, name: str, made: list[str]) -> str:
    """One move: of those that lead on, the one that was made least often, so that no loop lasts; nobody asks to speak
    more than three times in a step.
    """
    seat = dialogue.seat_for(rings[name], UUID(thread), unlock=unlocks[name])
    view = dialogue.room_for(seat, checked=True)
    ahead = [one for one in view.buttons if one.name not in ASIDE]
    ahead = ahead or [one for one in view.buttons if one.act != "appoint"]
    often = {one.name: made.count(f"{view.step}.{one.name}") for one in ahead}
    move = min(ahead, key=lambda one: often[one.name] // 3 * 100 if one.act == "queue" else often[one.name])
    words = {"list": "We walk by the river | You hum", "mark": "1" if view.lines else ""}.get(move.act, "")
    whom = UUID(view.several.choices[0].person) if move.act == "name" and view.several else None
    _move(seat, move.name, words.split(" | ")[0] if view.most == 1 else words, whom)
    return f"{view.step}.{move.name}"


def let_in(name: str, thread: str, guest: str) -> None:
    """Somebody lets a guest into a dialogue, unless they did when they asked."""
    seat = dialogue.seat_for(rings[name], UUID(thread), unlock=unlocks[name])
    found = {one.person: one for one in dialogue.company_of(rings[name], seat).brought}
    if not found[rings[guest].person].mine:
        command = Command(new_id(), dialogue.room_for(seat, checked=True).v, "welcome", person=rings[guest].person)
        dialogue.act_on_company(rings[name], seat, command)


def look_in(name: str, thread: str) -> None:
    """Somebody opens the room, and so gives their guests the keys of what they say there."""
    dialogue.keep_company(rings[name], dialogue.seat_for(rings[name], UUID(thread), unlock=unlocks[name]))


def play(thread: str, moves: list[str]) -> int:
    """Moves such as `ana now`, `ben say: Words.`, `ben guess: lonely sad`; lists as `ana offer: One | Two`, and marks
    by their places as `ben give: 2`; whom a move is about as `ana ask ben`. Answers with the version they lead to.
    """
    seats: dict[str, dialogue.Seat] = {}
    for line in moves:
        act, _, words = line.partition(": ")
        name, do, *whom = act.split()
        if name not in seats:
            seats[name] = dialogue.seat_for(rings[name], UUID(thread), unlock=unlocks[name])
        _move(seats[name], do, words, rings[whom[0]].person if whom else None)
    return dialogue.room_for(next(iter(seats.values())), checked=True).v


def _move(seat: dialogue.Seat, do: str, words: str, whom: UUID | None = None) -> None:
    view = dialogue.room_for(seat, checked=True)
    act = next((button.act for button in view.buttons if button.name == do), "")
    feelings = tuple((words or "lonely").split()) if act == "pick" or do in ("guess", "other") else ()
    said = (words or f"Some words of {do}.") if act == "say" or do in WITH_WORDS else ""
    minutes = 20 if do == "pause" else 0
    command = Command(new_id(), view.v, do, words=said, feelings=feelings, minutes=minutes, person=whom)
    match act:
        case "list":
            command = replace(command, words="\n".join(words.split(" | ")))
        case "draw":
            command = replace(command, words="", drawn="200 300 500 800 800 300; 350 200 650 200")
        case "mark":
            command = replace(command, marks=tuple(view.lines[int(place) - 1].key for place in words.split()))
    dialogue.move(seat, command)


def entries(thread: str, name: str) -> int:
    """How many entries a dialogue has."""
    return dialogue.room_for(dialogue.seat_for(rings[name], UUID(thread), unlock=unlocks[name]), checked=True).v


HEARD = (
    *(sign_up, visit, used, pair, gather, guide, invite, ask, with_guide),
    *(step, go_on, let_in, look_in, play, entries),
)
WISHES: dict[str, Callable[..., Any]] = {wish.__name__: wish for wish in HEARD}

if __name__ == "__main__":
    for line in sys.stdin:
        wish = json.loads(line)
        print(json.dumps(WISHES[wish.pop("do")](**wish)), flush=True)
