"""A mirror, a validation or an empathy beside what was sent: which it is, what was carried, missed and added."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from mandorla.coach.core import heads, text
from mandorla.coach.core.answers import Mirrored, Whisper
from mandorla.coach.core.distortion import Bent, Words, bent
from mandorla.coach.core.lexicon import Lexicon

Row = Sequence[float]
COVERED_MIN: Final = 0.5
ADDED_MIN: Final = 0.5
MIRROR, VALIDATE, EMPATHISE = "mirror", "validate", "empathise"  # what the step asks for
MIRRORS: Final = ("faithful", "partial", "parroting", "interpretation", "mixed")
REASON: Final = re.compile(
    r"\b(?:because|since|when|after|given|as|considering|if|knowing|coming from|with)\b", re.IGNORECASE
)


def asked_of(sender: str, response: str) -> list[tuple[str, str]]:
    """What the model is asked: the pair, each clause of the sender with the response, the sender with each clause."""
    said, returned = text.clauses(sender), text.clauses(response)
    return [(sender, response), *((clause, response) for clause in said), *((sender, clause) for clause in returned)]


def mirrored(  # noqa: PLR0913
    sender: str, response: str, rows: Sequence[Row], words: Words, feelings: Lexicon, *, expects: str = MIRROR
) -> Mirrored:
    """What `response` does with `sender`; `rows` answer `asked_of`; `expects` is what the step asks for."""
    said, returned = text.clauses(sender), text.clauses(response)
    whole, by_said, by_returned = rows[0], rows[1 : 1 + len(said)], rows[1 + len(said) :]
    labels, shares = heads.read(whole, "label"), heads.read(whole, "addition")
    covered = [heads.read(row, "covered")["covered"] for row in by_said]
    mean = sum(covered) / len(covered) if covered else 0.0
    coverage = (heads.read(whole, "coverage")["coverage"] + mean) / 2
    label = max(labels, key=lambda name: labels[name])
    missed = tuple(clause for clause, share in zip(said, covered, strict=True) if share < COVERED_MIN)
    additions = {name: _where(name, returned, by_returned) for name, share in shares.items() if share >= ADDED_MIN}
    whispers = list(_added(additions, bent(sender, response, words)))
    if expects == MIRROR and label in MIRRORS:
        whispers += [Whisper("missed", clause) for clause in missed]
    if expects == MIRROR and label == "parroting":
        whispers.append(Whisper("parroting"))
    if expects == VALIDATE and not REASON.search(response):
        whispers.append(Whisper("validation_without_because"))
    if expects == EMPATHISE and not feelings.in_text(response):
        whispers.append(Whisper("empathy_without_feeling"))
    return Mirrored(label, round(coverage, 3), missed, tuple(additions), tuple(whispers), shares)


def _added(additions: dict[str, str], twisted: Sequence[Bent]) -> Iterator[Whisper]:
    for name, span in additions.items():
        if name != "distortion":
            yield Whisper(f"added_{name}", span)
        elif twisted:
            yield from (Whisper(f"bent_{one.code}", one.returned) for one in twisted)
        else:
            yield Whisper("bent", span)


def _where(name: str, returned: Sequence[str], rows: Sequence[Row]) -> str:
    """The clause that adds it most."""
    likely = [(heads.read(row, "addition")[name], clause) for row, clause in zip(rows, returned, strict=True)]
    return max(likely, default=(0.0, ""))[1]
