"""What one person's screen shows of a state: whose turn, which entries, which moves.

It names entries, never opens them.
"""

from dataclasses import dataclass
from uuid import UUID

from mandorla.dialogue.core.play import moves_of
from mandorla.dialogue.core.script import Script
from mandorla.dialogue.core.state import State


@dataclass(frozen=True, slots=True)
class Offer:
    """A move on the screen: its name and its act."""

    name: str
    act: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """`shows` are entry numbers, oldest first. `aside` are signals and quiet moves, apart from the turn's own."""

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


def screen(script: Script, state: State, person: UUID) -> Screen:
    """The screen of `person`, who is one of the dialogue's people."""
    step, role = script.steps[state.step], state.role_of(person)
    offers = moves_of(script, state, person)
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
        offers=tuple(Offer(move.name, move.act, move.optional_prompts) for move in mine),
        aside=tuple(Offer(move.name, move.act) for move in offers if move not in mine),
        signalled=bool(state.signal) and my_turn,
        begun=step.place != "appointment",
    )
