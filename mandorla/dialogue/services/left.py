"""What a dialogue leaves behind for other pages, as its script says under `leaves`: a wish, a gift, lines of a vision.

It is opened with the keys of the one who reads, and only the few entries that the state still points to are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation

from mandorla.dialogue.core import Script, State
from mandorla.dialogue.services import rooms, scripts
from mandorla.dialogue.services.rooms import Seat, Stored
from mandorla.dialogue.services.screens import Line, Shown, line_of, lost, shown, tells
from mandorla.dialogue.services.scripts import Words


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry that was left. `lines` are those it lists or marks, each with who wrote it."""

    said: Shown
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """What there is after a dialogue: its script's name, when its last step began, how it ended, and the fields.

    Every field of the script is there, by its name; empty where nothing was said, and all of them before it is over.
    """

    script: str
    at: datetime
    over: str
    fields: Mapping[str, tuple[Piece, ...]]


def left_by(seat: Seat) -> Left:
    """What this dialogue left, as this seat may read it: of a kind said in several pieces all of them, else the last.

    A dialogue that ended early leaves what its finished steps said, so that nobody's half of a step of both is shown.
    """
    room = rooms.room_to_read(seat)
    script, state = room.script, room.shown.state
    newest = rooms.last_heard(seat, state)
    numbers = {name: _numbers(script, state, kind, newest) for name, kind in script.leaves.items()}
    entries = _stored(seat, state, {seq for found in numbers.values() for seq in found})
    fields: dict[str, tuple[Piece, ...]] = {}
    words = scripts.words(state.script, seat.language)
    with translation.override(seat.language):
        for name, kind in script.leaves.items():
            pieces = (_piece(seat, seq, state, script, entries) for seq in numbers[name])
            told = tuple(one for one in pieces if tells(one.said))
            at_stem = kind in script.left_at
            fields[name] = tuple(
                _called(one, kind, words) if at_stem else one for one in told if at_stem or one.said.kind in (kind, "")
            )
    return Left(script.name, state.turn_at, state.over, fields)


def _called(piece: Piece, kind: str, words: Words) -> Piece:
    """What was said at a stem, by the name of the stem and not of the step."""
    said = piece.said
    if not said.author:
        return piece
    return replace(piece, said=replace(said, kind=kind, label=words.kinds[kind].format(author=said.author)))


def _numbers(script: Script, state: State, kind: str, newest: int) -> tuple[int, ...]:
    """The entries of a kind. What counts as chunks is said in several, with some of other kinds between.

    None after the newest that may be read.
    """
    moves = (move for step in script.steps.values() for move in step.moves.values())
    in_chunks = any(move.chunk and move.kind == kind for move in moves)
    found = state.chunks if in_chunks else state.latest.get(kind, ())
    last = min(newest, state.seq if state.over == "closed" else state.turn)
    return tuple(seq for seq in found if seq <= last) if state.over else ()


def _stored(seat: Seat, state: State, seqs: set[int]) -> dict[int, Stored]:
    """These entries and the lists whose lines they mark, read anew: words may have been taken back since."""
    lists = {int(line.partition(".")[0]) for seq in seqs for line in state.marks.get(seq, ())}
    return {stored.seq: stored for stored in rooms.read(seat.thread, seqs=seqs | lists)} if seqs else {}


def _piece(seat: Seat, seq: int, state: State, script: Script, entries: Mapping[int, Stored]) -> Piece:
    if seq not in entries:
        return Piece(lost(seq))
    keys = state.marks.get(seq) or tuple(f"{seq}.{line}" for line in range(state.lists.get(seq, (0, 0))[1]))
    lines = (line_of(seat, key, entries) for key in keys)
    return Piece(shown(seat, entries[seq], scripts.words(state.script), script, entries), tuple(filter(None, lines)))
