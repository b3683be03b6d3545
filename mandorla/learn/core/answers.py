"""What is said after a try: never how much or how well, only what was carried, what waits, and what was added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mandorla.coach.core import Asked, Mirrored, Sent, Whisper
from mandorla.coach.core.text import clauses
from mandorla.learn.core.typed import Piece, marked, stretches

CAUGHT_MIN, NEAR_MIN = 1.0, 0.6  # how near a guessed feeling must be to one that is felt
CAUGHT, NEAR, ELSEWHERE = "caught", "near", "elsewhere"
OF_GUESSING: Final = ("added_interpretation", "missed")  # whoever guesses a feeling or a reason does just that
DANGER: Final = "danger"


@dataclass(frozen=True, slots=True)
class Felt:
    """A feeling that was guessed, how near it is, and the felt one it is nearest to."""

    guess: str
    how: str
    felt: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the coach says. `lead` and `good` are keys that the page words; notes are whispers, in the coach's words."""

    lead: str
    mine: tuple[Piece, ...] = ()
    carried: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    notes: tuple[Whisper, ...] = ()
    good: tuple[str, ...] = ()
    felt: tuple[Felt, ...] = ()
    unfelt: tuple[str, ...] = ()
    danger: bool = False


def of_mirror(said: str, words: str, heard: Mirrored) -> Answer:
    """After a mirror of `said`."""
    return _of_mirror(words, [said], heard.missed, _notes(heard.whispers, ("missed",)))


def of_summary(said: Sequence[str], words: str, heard: Sequence[Mirrored]) -> Answer:
    """After a summary, heard beside each of the things said: added is only what none of them holds."""
    every = [_notes(one.whispers, ("missed", "parroting")) for one in heard]
    notes = tuple(note for note in every[0] if all(note in others for others in every[1:]))
    return _of_mirror(words, said, {clause for one in heard for clause in one.missed}, notes)


def of_validation(words: str, heard: Mirrored) -> Answer:
    """After saying why it makes sense."""
    notes = _notes(heard.whispers, OF_GUESSING)
    reason = all(note.code != "validation_without_because" for note in notes)
    lead = "nearly" if notes else "lands"
    return Answer(lead, _marked(words, notes), notes=notes, good=("reason",) if reason and notes else ())


def of_empathy(
    words: str, heard: Mirrored | None, felt: Sequence[str], near: Mapping[str, Mapping[str, float]]
) -> Answer:
    """After a guess at feelings: `near` holds, for each guess, how near it is to each that is felt."""
    guesses = tuple(_felt(guess, by_felt) for guess, by_felt in near.items())
    reached = {one.felt for one in guesses if one.how != ELSEWHERE}
    unfelt = tuple(
        one for one in felt if one not in reached and all(by_felt[one] < NEAR_MIN for by_felt in near.values())
    )
    notes = _notes(heard.whispers, (*OF_GUESSING, *(["empathy_without_feeling"] if near else []))) if heard else ()
    lead = "felt" if reached else "unfelt"
    return Answer(lead, _marked(words, notes), notes=notes, felt=guesses, unfelt=unfelt)


def of_send(words: str, heard: Sent) -> Answer:
    """After sending about one's own side."""
    notes = _notes(heard.whispers, (DANGER,))
    good = [name for name in ("i_statement",) if name in heard.flags]
    return Answer(
        "door" if notes else "own",
        _marked(words, notes),
        notes=notes,
        good=(*good, *(["feeling"] if heard.feelings else [])),
        danger=heard.danger,
    )


def of_request(words: str, heard: Asked) -> Answer:
    """After wording a wish."""
    good = tuple(name for name in ("positive", "specific", "measurable", "time_limited") if getattr(heard, name))
    notes = _notes(heard.whispers, ())
    return Answer("givable" if heard.good else "nearly_givable", _marked(words, notes), notes=notes, good=good)


def foreign(words: str) -> Answer:
    """After words the coach cannot read."""
    return Answer("foreign", marked(words, ()))


def _of_mirror(words: str, said: Sequence[str], missed: Collection[str], notes: tuple[Whisper, ...]) -> Answer:
    """`said` is one text or several; `missed` are clauses of theirs."""
    carried = [clause for one in said for clause in clauses(one) if clause not in missed]
    lead = ("part_added" if notes else "part") if missed else ("added" if notes else "all")
    mine, came, waits = _marked(words, notes), _quoted(said, carried), _quoted(said, missed)
    return Answer(lead if carried else "little", mine, came, waits, notes)


def _quoted(said: Sequence[str], found: Collection[str]) -> tuple[str, ...]:
    return tuple(quote for one in said for quote in stretches(one, found))


def _notes(whispers: Sequence[Whisper], but: Sequence[str]) -> tuple[Whisper, ...]:
    """Each sentence once."""
    return tuple({note.code: note for note in reversed(whispers) if note.code not in but}.values())[::-1]


def _marked(words: str, notes: Sequence[Whisper]) -> tuple[Piece, ...]:
    return marked(words, (note.span for note in notes))


def _felt(guess: str, near: Mapping[str, float]) -> Felt:
    felt = max(near, key=lambda one: near[one])
    how = CAUGHT if near[felt] >= CAUGHT_MIN else NEAR if near[felt] >= NEAR_MIN else ELSEWHERE
    return Felt(guess, how, felt)
