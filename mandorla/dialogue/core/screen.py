"""What one person's screen shows of a state: whose turn, which entries, which moves.

It names entries, never opens them.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from mandorla.dialogue.core.play import holder, is_one_device, moves_of
from mandorla.dialogue.core.script import Move, Script
from mandorla.dialogue.core.state import State


@dataclass(frozen=True, slots=True)
class Offer:
    """A move on the screen: its name and its act; for a list how many lines, for marks which and how many."""

    name: str
    act: str
    optional: bool = False
    least: int = 0
    most: int = 0
    lines: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """What is there for `person`.

    `shows` are entry numbers, oldest first. `aside` are signals and quiet moves, apart from the turn's own.
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


def screen(script: Script, state: State, person: UUID) -> Screen:
    """The screen of `person`, who is one of the dialogue's people; at one device, of the one whose turn it is."""
    one_device, person = is_one_device(script, state), holder(script, state, person)
    step, role = script.steps[state.step], state.role_of(person)
    offers = moves_of(script, state, person)
    if one_device:  # what the other may do beside the turn is on the same screen
        names = {move.name for move in offers}
        others = (move for one in state.people if one != person for move in moves_of(script, state, one))
        offers += tuple(move for move in others if move.role and move.name not in names)
    mine = [move for move in offers if move.role is None or move.role == step.role]
    kinds = (*step.shows.get("both", ()), *step.shows.get(role, ()))
    my_turn = step.role in (role, "both") and person not in state.done
    return Screen(
        role=role,
        place=step.place,
        step=step.name,
        prompt=script.prompt_at(state.prompt),
        my_turn=my_turn,
        done=person in state.done,
        shows=tuple(sorted(seq for kind in kinds for seq in state.latest.get(kind, ()))),
        chunks=state.chunks if step.shows_chunks else (),
        chunks_before=state.chunks_before if step.shows_chunks else 0,
        offers=tuple(_offer(state, person, move) for move in mine),
        aside=tuple(_offer(state, person, move) for move in offers if move not in mine),
        signalled=bool(state.signal) and my_turn,
        begun=step.place != "appointment",
        person=person,
        one_device=one_device,
    )


def _offer(state: State, person: UUID, move: Move) -> Offer:
    plain = Offer(move.name, move.act, move.optional_prompts)
    match move.act:
        case "list":
            return replace(plain, least=move.least, most=move.most, kind=move.kind)
        case "mark":
            lines = state.lines_of(move.of, without=person if move.theirs else None)
            return replace(plain, least=move.least, most=move.most, lines=lines)
        case _:
            return plain
