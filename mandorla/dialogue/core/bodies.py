"""What a move carries: words, lines, marks, feelings, a person, a drawing or a time. Checked for size, never read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mandorla.dialogue.core.company import may_anywhere, may_go_back
from mandorla.dialogue.core.script import VOICES, Move, Script
from mandorla.dialogue.core.state import GUEST_ROLES, GUESTS_MAX, PACES, PARKED_MAX, State
from mandorla.dialogue.core.strokes import strokes_from
from mandorla.vault.core import Refused

WORDS_MAX = 2000
LINE_MAX = 300
PARKED_WORDS_MAX = 120
LEAD_MAX = 200
FEELINGS_MAX = 3
FEELING_MAX = 60
PAUSE_MINUTES = (20, 24 * 60)
AHEAD_MAX = timedelta(days=60)
ABOUT_GUESTS = frozenset({"bring", "welcome", "dismiss"})
FOR_ALL = frozenset({"pause", "go_on", "park", "end"})
GUIDING = frozenset({"lend", "slow", "back"})


@dataclass(frozen=True, slots=True)
class Command:
    """What someone asks for. `key` makes a repeat harmless; `seen` and `kept` are versions, of screen and draft."""

    key: UUID
    seen: int
    do: str
    words: str = ""
    lead: str = ""
    feelings: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    at: datetime | None = None
    minutes: int = 0
    marks: tuple[str, ...] = ()
    pace: str = ""
    person: UUID | None = None
    role: str = ""
    drawn: str = ""
    kept: int = 0


def anywhere(script: Script, state: State, person: UUID, command: Command, now: datetime) -> dict[str, Any]:
    """The body of a move that works in every step. Refused where it does not, or for whom it does not."""
    if not may_anywhere(state, person, command.do):
        raise Refused("guest")
    begun = script.steps[state.step].place != "appointment"
    if command.do in ABOUT_GUESTS:
        return _about_guest(state, person, command)
    if command.do in GUIDING:
        return _guided(script, state, command, begun=begun)
    if command.do in FOR_ALL:
        return _for_all(state, person, command, now, begun=begun)
    return _for_oneself(script, state, person, command)


def _for_all(state: State, person: UUID, command: Command, now: datetime, *, begun: bool) -> dict[str, Any]:
    match command.do:
        case "pause" if begun:
            shortest, longest = PAUSE_MINUTES
            if not shortest <= command.minutes <= longest:
                raise Refused("pause_length")
            rests_until = max(now, state.paused.until) if state.paused else now  # nobody makes it shorter alone
            until = min(rests_until + timedelta(minutes=command.minutes), now + timedelta(minutes=longest))
            return {"until": max(until, rests_until).isoformat()}
        case "go_on" if state.paused:
            if person in state.paused.ready:
                raise Refused("already")
            return {}
        case "park" if begun:
            if len(state.parked) >= PARKED_MAX:
                raise Refused("parked_enough")
            return {"words": _words(command.words, PARKED_WORDS_MAX)}
        case "end":
            return {}
        case _:
            raise Refused("not_here")


def _for_oneself(script: Script, state: State, person: UUID, command: Command) -> dict[str, Any]:
    step = script.steps[state.step]
    match command.do:
        case "pace" if command.pace in PACES:
            return {"pace": command.pace}
        case "queue" if script.has_line and step.place not in ("appointment", "close") and not step.floor:
            if person in state.queue:
                raise Refused("already")
            return {}
        case "unqueue" if person in state.queue:
            return {}
        case "leave" if person not in state.people or len(state.people) > 2:
            return {}
        case _:
            raise Refused("not_here")


def _about_guest(state: State, person: UUID, command: Command) -> dict[str, Any]:
    """Naming a guest, welcoming one, or letting one go."""
    guest = command.person
    if guest is None:
        raise Refused("broken")
    told = {"person": guest.hex}
    match command.do:
        case "bring":
            if guest in state.people or command.role not in GUEST_ROLES or len(state.guests) >= GUESTS_MAX:
                raise Refused("guest")
            if guest in state.guests:
                raise Refused("already")
            return told | {"role": command.role}
        case "welcome" if guest in state.guests:
            if person in state.guests[guest][1]:
                raise Refused("already")
            return told
        case "dismiss" if guest in state.guests:
            return told
        case _:
            raise Refused("not_here")


def _guided(script: Script, state: State, command: Command, *, begun: bool) -> dict[str, Any]:
    """What a guide may do: none of it speaks in anybody's place."""
    if state.paused:
        raise Refused("paused")
    match command.do:
        case "lend" if begun and command.person in state.people:
            assert command.person  # one of the people
            return {"person": command.person.hex, "words": _words(command.words, LEAD_MAX)}
        case "slow" if begun:
            return {}
        case "back" if may_go_back(script, state):
            return {}
        case _:
            raise Refused("not_here")


def in_step(  # noqa: PLR0911  # one for each act
    state: State, move: Move, person: UUID, command: Command, now: datetime
) -> dict[str, Any]:
    """The body of a move of a step. Refused for what does not fit its act."""
    match move.act:
        case "list":
            return {"lines": _lines(command.words, move)}
        case "mark":
            return {"marks": _marks(state, move, person, command.marks)}
        case "say" if state.medium in VOICES["typed"]:
            body: dict[str, Any] = {"words": _words(command.words, WORDS_MAX, "too_long")}
            return body | {"lead": _words(command.lead, LEAD_MAX)} if command.lead else body
        case "pick":
            chosen = len(command.feelings) + len(command.own)
            if not 1 <= chosen <= FEELINGS_MAX:
                raise Refused("feelings", most=FEELINGS_MAX)
            named = [_words(feeling, FEELING_MAX) for feeling in (*command.feelings, *command.own)]
            return {"feelings": named[: len(command.feelings)], "own": named[len(command.feelings) :]}
        case "name":
            if command.person not in state.people or command.person == person:
                raise Refused("whom")
            assert command.person  # one of the people
            return {"person": command.person.hex}
        case "draw":
            drawn: dict[str, Any] = {"strokes": strokes_from(command.drawn)}
            typed = state.medium in VOICES["typed"] and command.words.strip()
            return drawn | {"words": _words(typed, WORDS_MAX, "too_long")} if typed else drawn
        case "appoint":
            if command.at is None or not now < command.at <= now + AHEAD_MAX:
                raise Refused("time")
            return {"when": command.at.isoformat()}
        case _:
            return {}


def _lines(words: str, move: Move) -> list[str]:
    """What stands on the lines of a list."""
    lines = [_words(line, LINE_MAX) for line in words.splitlines() if line.strip()]
    if not lines:
        raise Refused("empty")
    if not move.least <= len(lines) <= move.most:
        raise Refused("lines", least=move.least, most=move.most, given=len(lines))
    return lines


def _marks(state: State, move: Move, person: UUID, marks: tuple[str, ...]) -> list[str]:
    """The lines someone marks, in their own order on the screen."""
    there = state.lines_of(move.of, without=person if move.theirs else None)
    marked = [line for line in there if line in marks]
    if not move.least <= len(marked) <= move.most:
        raise Refused("marks", least=move.least, most=move.most)
    return marked


def _words(words: str, most: int, too_long: str = "line_too_long") -> str:
    words = words.strip()
    if not words:
        raise Refused("empty")
    if len(words) > most:
        raise Refused(too_long, most=most, length=len(words))
    return words
