"""The shortest ways through a script that come by every step."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from mandorla.dialogue.core import VOICES, Command, Move, Script, State, decide, fold
from mandorla.dialogue.core.play import moves_of
from mandorla.dialogue.services import scripts
from mandorla.vault.core import new_id

ROOM = UUID(int=0xF0)
FAR = 2**62


@dataclass(frozen=True, slots=True)
class Act:
    """Someone's move, with the fields it needs, as a page would send them."""

    person: UUID
    do: str
    facts: dict[str, Any] = field(default_factory=dict)


def way_to_something_new(script: Script, state: State, been: set[str]) -> list[Act]:
    """The shortest way from here to a step nobody has been at; empty if there is none."""
    ways: deque[tuple[State, list[Act]]] = deque([(state, [])])
    known = {_where(state)}
    while ways:
        state, way = ways.popleft()
        for act, then in _branches(script, state):
            if _where(then) in known:
                continue
            if then.step not in been:
                return [*way, act]
            known.add(_where(then))
            ways.append((then, [*way, act]))
    return []


def _branches(script: Script, state: State) -> Iterator[tuple[Act, State]]:
    now = timezone.now()
    for person in (*state.people, *(guest for guest in state.guests if guest not in state.people)):
        for move in moves_of(script, state, person):
            given = _facts(move, state, person)
            if given is None:
                continue
            act = Act(person, move.name, given)
            facts = act.facts | ({"at": datetime.fromisoformat(act.facts["at"] + "Z")} if "at" in act.facts else {})
            facts |= {"person": UUID(facts["person"])} if "person" in facts else {}
            entry = decide(script, state, person, Command(new_id(), FAR, move.name, **facts), now=now, room=ROOM)
            then = fold(script, state, entry, "")
            if not then.over:
                yield act, then


def _facts(  # noqa: PLR0911  # one for each act
    move: Move, state: State, person: UUID
) -> dict[str, Any] | None:
    """What belongs to a move; nothing where too few lines are there to be marked."""
    match move.act:
        case "say" if state.medium in VOICES["typed"]:
            return {"words": "When you come home late, I feel <alone> & “small”."}
        case "list":
            return {
                "words": "\n".join(
                    f"A <walk> & “tea”, number {number}" for number in range(min(move.most, max(2, move.least)))
                )
            }
        case "mark":
            marks = state.lines_of(move.of, without=person if move.theirs else None)[: move.most]
            return {"marks": marks} if len(marks) >= move.least else None
        case "name":
            return {"person": next(one for one in state.people if one != person).hex}
        case "draw":
            return {"drawn": "0 0 500 900; 10 10 20 20"}
        case "pick":
            return {"feelings": (min(scripts.feeling_keys()),)}
        case "appoint":
            return {"at": f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"}
        case _:
            return {}


def _where(state: State) -> tuple[object, ...]:
    rounds = min(state.round, len(state.people))  # where all speak as often as they wish, more lead nowhere new
    return state.step, state.people, state.sender, state.receiver, rounds, state.prompt, state.done, state.signal
