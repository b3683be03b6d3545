"""What is said after a try: never how much or how well, only what was carried, what waits, and what was added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mandorla.coach.core import EMPATHISE, MIRROR, VALIDATE, Asked, Mirrored, Sent, Whisper
from mandorla.learn.core.typed import Piece, marked

CAUGHT, NEAR, ELSEWHERE = "caught", "near", "elsewhere"
INTERPRETATION: Final = "interpretation"
OF_GUESSING: Final = (f"added_{INTERPRETATION}", "missed")  # whoever guesses a feeling or a reason does just that
WITHOUT_REASON, WITHOUT_FEELING = "validation_without_because", "empathy_without_feeling"
DANGER: Final = "danger"
UNSAFE: Final = "coercive_or_unsafe"
AGAINST: Final = ("rebuttal", "advice")  # these come between, whatever else a try does
GAVE_BACK: Final = dict.fromkeys(("faithful", "partial", "parroting"), "gave_back")
OTHER: Final[Mapping[str, Mapping[str, str]]] = {  # leads for a try that does another step's work and not this one's
    MIRROR: {INTERPRETATION: INTERPRETATION, "validation": "made_sense", "empathy": "felt_with"},
    VALIDATE: GAVE_BACK | {"empathy": "felt_with"},
    EMPATHISE: GAVE_BACK | {"validation": "made_sense"},
}


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

    def without(self, quiet: Collection[str]) -> "Answer":
        """The same, without the notes that were of no help to this person. What it opens with stays true."""
        notes = tuple(note for note in self.notes if note.code not in quiet)
        return replace(self, notes=notes, mine=_marked("".join(piece.text for piece in self.mine), notes))


def in_danger(words: str, notes: tuple[Whisper, ...] = ()) -> Answer:
    """After words in which somebody may get hurt: an offer of help, and nothing of how they are worded."""
    return Answer(DANGER, _marked(words, notes), notes=notes, danger=True)


def of_mirror(points: Mapping[str, bool], words: str, heard: Mirrored) -> Answer:
    """After a mirror; `points` are those of what was said, and whether each was carried."""
    return _of_mirror(points, words, heard.label, _notes(heard.whispers, ("missed",)))


def of_summary(points: Mapping[str, bool], words: str, heard: Sequence[Mirrored]) -> Answer:
    """After a summary, heard beside each of the things said: added is only what none of them holds."""
    every = [_notes(one.whispers, ("missed", "parroting")) for one in heard]
    notes = tuple(note for note in every[0] if all(note in others for others in every[1:]))
    labels = {one.label for one in heard}
    return _of_mirror(points, words, labels.pop() if len(labels) == 1 else "", notes)


def of_validation(words: str, heard: Mirrored) -> Answer:
    """After saying why it makes sense."""
    notes = _notes(heard.whispers, OF_GUESSING)
    reason = all(note.code != WITHOUT_REASON for note in notes)
    lead = _lead(VALIDATE, heard.label, "nearly" if notes else "lands", done=reason)
    return Answer(lead, _marked(words, notes), notes=notes, good=("reason",) if reason and notes else ())


def of_empathy(
    words: str,
    heard: Mirrored | None,
    felt: Sequence[str],
    near: Mapping[str, Mapping[str, float]],
    enough: tuple[float, float],
) -> Answer:
    """After a guess at feelings: `near` holds, for each guess, how near it is to each that is felt.

    `enough` says how near is caught, and how near is near.
    """
    guesses = tuple(_felt(guess, by_felt, enough) for guess, by_felt in near.items())
    reached = {one.felt for one in guesses if one.how != ELSEWHERE}
    unfelt = tuple(
        one for one in felt if one not in reached and all(by_felt[one] < enough[1] for by_felt in near.values())
    )
    notes = _notes(heard.whispers, (*OF_GUESSING, *([WITHOUT_FEELING] if near else []))) if heard else ()
    lead = "felt" if reached else "elsewhere" if near else "unguessed"
    lead = _lead(EMPATHISE, heard.label, lead, done=bool(near)) if heard else lead
    return Answer(lead, _marked(words, notes), notes=notes, felt=guesses, unfelt=unfelt)


def of_send(words: str, heard: Sent) -> Answer:
    """After sending about one's own side."""
    if heard.danger:
        return in_danger(words)
    notes = _notes(heard.whispers, ())
    own = "i_statement" in heard.flags
    good = (*(["i_statement"] if own else []), *(["feeling"] if heard.feelings else []))
    lead = "door" if notes else "blame" if heard.blame else "own" if own else "side"
    return Answer(lead, _marked(words, notes), notes=notes, good=() if heard.blame else good)


def of_request(words: str, heard: Asked, sent: Sent) -> Answer:
    """After wording a wish; `sent` is the same heard as anything else one says."""
    notes = _notes(heard.whispers, ())
    if sent.danger or UNSAFE in heard.flags:
        return in_danger(words, tuple(note for note in notes if note.code == f"request_{UNSAFE}"))
    names = ("positive", "specific", "measurable", "time_limited")
    good = () if sent.blame else tuple(name for name in names if getattr(heard, name))
    lead = "givable" if heard.good and not sent.blame else "nearly_givable"
    return Answer(lead, _marked(words, notes), notes=notes, good=good)


def foreign(words: str) -> Answer:
    """After words the coach cannot read."""
    return Answer("foreign", marked(words, ()))


def _of_mirror(points: Mapping[str, bool], words: str, label: str, notes: tuple[Whisper, ...]) -> Answer:
    carried, missed = (tuple(point for point, came in points.items() if came is so) for so in (True, False))
    lead = ("part_added" if notes else "part") if missed else ("added" if notes else "all")
    bent = label == INTERPRETATION and all(note.code != f"added_{INTERPRETATION}" for note in notes)  # its note says so
    lead = _lead(MIRROR, "" if bent else label, lead if carried else "little", done=not missed)
    return Answer(lead, _marked(words, notes), carried, missed, notes)


def _lead(asked: str, label: str, otherwise: str, *, done: bool) -> str:
    """What kind of answer a try is, where it is not the one that is asked for; `otherwise` if it is."""
    if label in AGAINST:
        return label
    return otherwise if done else OTHER[asked].get(label, otherwise)


def _notes(whispers: Sequence[Whisper], but: Sequence[str]) -> tuple[Whisper, ...]:
    """Each sentence once."""
    return tuple({note.code: note for note in reversed(whispers) if note.code not in but}.values())[::-1]


def _marked(words: str, notes: Sequence[Whisper]) -> tuple[Piece, ...]:
    return marked(words, (note.span for note in notes))


def _felt(guess: str, near: Mapping[str, float], enough: tuple[float, float]) -> Felt:
    caught, close = enough
    felt = max(near, key=lambda one: near[one])
    return Felt(guess, CAUGHT if near[felt] >= caught else NEAR if near[felt] >= close else ELSEWHERE, felt)
