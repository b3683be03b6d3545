"""Invented people for `mandorla demo`: they sign up, meet and talk through the same services as anyone."""

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from mandorla.accounts import services as accounts
from mandorla.accounts.models import Person
from mandorla.accounts.services.sessions import enter
from mandorla.dialogue import services as dialogue
from mandorla.dialogue.core import Command
from mandorla.spaces import services as spaces
from mandorla.vault.backends import SessionStore
from mandorla.vault.core import new_id
from mandorla.vault.services import KeyRing

STORY = Path(__file__).resolve().parent.parent / "content" / "demo" / "en.toml"


def story() -> dict[str, Any]:
    """The people, spaces and dialogues of the demonstration, as they are told in the content folder."""
    return tomllib.loads(STORY.read_text("utf-8"))


def play() -> None:
    """Makes everybody and lets them talk, unless they are there already."""
    if Person.objects.exists():
        return
    told = story()
    rings = {one["name"]: _arrive(one) for one in told["people"]}
    for space in told["spaces"]:
        _live(space, rings)
    for ring in rings.values():
        ring.close()


def _arrive(one: dict[str, Any]) -> KeyRing:
    return accounts.sign_up(one["name"], one["called"], one["passphrase"]).ring


def _live(told: dict[str, Any], rings: dict[str, KeyRing]) -> None:
    first, *others = told["people"]
    space = spaces.make(rings[first], told["kind"], told["title"]) if "kind" in told else None
    for name in others:
        invitation = spaces.invite(rings[first], space=space)
        spaces.join(rings[name], invitation.code)
        spaces.spaces_of(rings[first])  # the answer is verified when the inviter looks
    if told["dialogues"]:
        dialogue.end_gentle_path(rings[first], invitation.space)
    for one in told["dialogues"]:
        _talk(one, {name: rings[name] for name in one["people"]}, invitation.space)


def _talk(told: dict[str, Any], rings: dict[str, KeyRing], space: UUID) -> None:
    asker, *others = rings.values()
    people = tuple(ring.person for ring in others)
    asked = dialogue.Asked(new_id(), told["script"], told["topic"], "written", told["minutes"], people=people)
    thread = dialogue.ask(asker, space, asked)
    visits = {name: _visit(ring) for name, ring in rings.items()}
    seats = {name: dialogue.seat_for(ring, thread, unlock=visits[name].unlock.id) for name, ring in rings.items()}
    for line in told["moves"]:
        act, _, words = line.partition(": ")
        name, do = act.split()
        _move(seats[name], do, words)
    for visit in visits.values():
        visit.session.flush()


def _move(seat: dialogue.Seat, do: str, words: str) -> None:
    seen = dialogue.room_for(seat).v
    feelings = tuple(words.split()) if do == "guess" else ()
    dialogue.move(seat, Command(new_id(), seen, do, words="" if feelings else words, feelings=feelings))


def _visit(ring: KeyRing) -> Any:
    """A session of somebody at a door, unlocked: whoever moves must be there."""
    request = HttpRequest()
    request.session = SessionStore()
    request.ring = request.unlock = request.unlock_cookie = None  # type: ignore[attr-defined]  # as the middleware does
    enter(request, Person.objects.get(id=ring.person), ring)
    return request
