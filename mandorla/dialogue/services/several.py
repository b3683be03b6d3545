"""What a screen says where more than two are there, or a guest: who is here as what, the line, what a guide may do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mandorla.dialogue.core import Entry, Screen, Script, State
from mandorla.dialogue.core.company import may_go_back
from mandorla.dialogue.services.rooms import Seat
from mandorla.dialogue.services.saying import in_words


@dataclass(frozen=True, slots=True)
class Here:
    """Someone who is there: as what, whether it waits for them, and of a guest whether all have welcomed them."""

    person: str
    name: str
    role: str
    awaited: bool
    me: bool
    guides: bool
    there: bool


@dataclass(frozen=True, slots=True)
class Several:
    """All that only a room of several shows. `line` is the move by which I step into the line or out of it.

    `lent` is a beginning a guide has lent me; `to_welcome` are guests who wait for my yes; `for_guide` is what a guide
    may look at here.
    """

    people: tuple[Here, ...]
    guests: tuple[Here, ...]
    waits_for: str
    queue: tuple[str, ...]
    line: str
    gathered: tuple[Any, ...]
    gathered_before: int
    choices: tuple[Here, ...]
    lent: str
    to_welcome: tuple[Here, ...]
    guides: bool
    for_guide: str
    may_go_back: bool
    slowed: bool
    lacks_guide: bool
    many: bool
    may_leave: bool
    guest: bool
    welcome: bool
    left: bool
    declined: bool


def several(  # noqa: PLR0913  # what a screen is made of
    seat: Seat,
    script: Script,
    state: State,
    seen: Screen,
    *,
    told: Mapping[str, Any],
    names: Mapping[str, str],
    show: Callable[[Iterable[int]], tuple[Any, ...]],
    lent: Entry | None,
) -> Several | None:
    """What is to be shown of the others; nothing for two who are alone."""
    many = len(state.people) > 2
    if not (many or state.guests or script.guard or seen.away):
        return None
    told_to = seen.begun and script.steps[state.step].role != "both"  # else nobody tells just now, and nobody listens
    people = tuple(
        _here(seat, state, seen, person, state.role_of(person) if told_to else "observer") for person in state.people
    )
    guests = tuple(
        _here(seat, state, seen, guest, state.role_of(guest)) for guest in state.guests if guest not in state.people
    )
    namable = {person for offer in seen.offers for person in offer.people}
    return Several(
        people=people,
        guests=guests,
        waits_for=in_words([one.name for one in (*people, *guests) if one.awaited and not one.me], seat.language),
        queue=tuple(seat.names.get(person, "") for person in state.queue if seen.welcome),
        line=seen.line,
        gathered=show(seen.gathered),
        gathered_before=state.gathered_before,
        choices=tuple(one for person, one in zip(state.people, people, strict=True) if person in namable),
        lent=str(lent.body["words"]) if lent else "",
        to_welcome=tuple(
            one
            for one in guests
            if seat.person in state.people and seat.person not in state.guests[UUID(one.person)][1]
        ),
        guides=seen.guides,
        for_guide=str(told.get("for_guide", "")).format(**names) if seen.guides else "",
        may_go_back=seen.guides and seen.begun and may_go_back(script, state),
        slowed=state.slowed_at is not None,
        lacks_guide=seen.lacks_guide and seen.welcome,
        many=many,
        may_leave=many or seat.person not in state.people,
        guest=seat.person not in state.people,
        welcome=seen.welcome,
        left=seat.person in state.gone,
        declined=seat.person in state.declined,
    )


def _here(seat: Seat, state: State, seen: Screen, person: UUID, role: str) -> Here:
    return Here(
        person=person.hex,
        name=seat.names.get(person, ""),
        role=role,
        awaited=person in seen.waits_for and not state.paused,
        me=person == seat.person,
        guides=person in state.guests and state.guests[person][0] == "guide",
        there=state.is_welcome(person),
    )
