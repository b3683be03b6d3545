"""What one person's screen shows of a state: whose turn, which entries, which moves.

It names entries, never opens them.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from mandorla.dialogue.core.company import lacks_guide, those
from mandorla.dialogue.core.play import holder, is_one_device, moves_of
from mandorla.dialogue.core.script import Move, Script, Step
from mandorla.dialogue.core.state import State
from mandorla.vault.core import NotYours


@dataclass(frozen=True, slots=True)
class Offer:
    """A move on the screen: its name and its act; for a list how many lines, for marks which and how many; for a
    person to be named, among whom; for words that grow, the entry they begin with.
    """

    name: str
    act: str
    optional: bool = False
    least: int = 0
    most: int = 0
    lines: tuple[str, ...] = ()
    kind: str = ""
    people: tuple[UUID, ...] = ()
    stood: int = 0


@dataclass(frozen=True, slots=True)
class Screen:
    """What is there for `person`.

    `shows` are entry numbers, oldest first. `aside` are signals and quiet moves, apart from the turn's own. `waits_for`
    are those who have something to do here, `lent` the number of a stem a guide has lent this person, `line` the move
    by which they may step into the line or out of it. Whoever is not `welcome` yet sees nothing that is said, nor does
    who is `away`.
    """

    role: str
    place: str
    step: str
    prompt: str
    my_turn: bool
    done: bool
    shows: tuple[int, ...]
    chunks: tuple[int, ...]
    chunks_before: int
    offers: tuple[Offer, ...]
    aside: tuple[Offer, ...]
    signalled: bool
    begun: bool
    person: UUID
    one_device: bool
    welcome: bool
    away: bool
    waits_for: tuple[UUID, ...]
    guides: bool
    gathered: tuple[int, ...]
    lent: int
    line: str
    lacks_guide: bool


def screen(script: Script, state: State, person: UUID) -> Screen:
    """The screen of `person`; at one device, of the one whose turn it is. NotYours for whoever has no part in it."""
    if not state.knows(person):
        raise NotYours
    one_device, person = is_one_device(script, state), holder(script, state, person)
    step, role = script.steps[state.step], state.role_of(person)
    offers = moves_of(script, state, person)
    if one_device and person in state.people:  # what the other may do beside the turn is on the same screen
        names = {move.name for move in offers}
        others = (move for one in state.people if one != person for move in moves_of(script, state, one))
        offers += tuple(move for move in others if move.role and move.name not in names)
    mine = [move for move in offers if move.role is None or move.role == step.role]
    kinds = (*step.shows.get("both", ()), *step.shows.get(role, ()))
    asked, welcome = those(script, state, step.role), state.is_welcome(person)
    begun = step.place != "appointment"
    return Screen(
        role=role,
        place=step.place if welcome else "appointment",
        step=step.name,
        prompt=script.prompt_at(state.prompt),
        my_turn=welcome and person in asked and person not in state.done,
        done=person in state.done,
        shows=tuple(sorted(seq for kind in kinds for seq in state.latest.get(kind, ()))) if welcome else (),
        chunks=state.chunks if step.shows_chunks and welcome else (),
        chunks_before=state.chunks_before if step.shows_chunks and welcome else 0,
        offers=tuple(_offer(state, person, move) for move in mine),
        aside=tuple(_offer(state, person, move) for move in offers if move not in mine),
        signalled=bool(state.signal) and person in asked and person not in state.done,
        begun=begun and welcome,
        person=person,
        one_device=one_device,
        welcome=welcome,
        away=person in state.gone or person in state.declined,
        waits_for=tuple(one for one in asked if one not in state.done) if welcome else (),
        guides=bool(state.guests) and person in state.present("guide"),
        gathered=state.gathered if welcome else (),
        lent=state.lent.get(person, 0),
        line=_line(script, state, step, person),
        lacks_guide=lacks_guide(script, state, begun=begun),
    )


def _line(script: Script, state: State, step: Step, person: UUID) -> str:
    """What someone may do about the line of those who would like to speak."""
    if person in state.queue:
        return "unqueue"
    if script.people[1] == 2:
        return ""
    able = script.has_line and not step.floor and step.place not in ("appointment", "close")
    return "queue" if able and person in state.people and state.role_of(person) != "sender" else ""


def _offer(state: State, person: UUID, move: Move) -> Offer:
    plain = Offer(move.name, move.act, move.optional_prompts)
    match move.act:
        case "list":
            return replace(plain, least=move.least, most=move.most, kind=move.kind)
        case "say" if move.grows:
            return replace(plain, stood=max(state.latest.get(move.kind, ()), default=0))
        case "name":
            return replace(plain, people=tuple(one for one in state.people if one != person))
        case "mark":
            lines = state.lines_of(move.of, without=person if move.theirs else None)
            return replace(plain, least=move.least, most=move.most, lines=lines)
        case _:
            return plain
