"""A mirror, a validation or an empathy beside what was sent: which it is, what was carried, missed and added."""

import re
from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Final

from mandorla.coach.core import heads, text
from mandorla.coach.core.answers import Ask, Mirrored, Whisper
from mandorla.coach.core.distortion import Bent, Words, bent
from mandorla.coach.core.lexicon import Lexicon

COVERED_MIN: Final = 0.35
ADDED_MIN: Final = 0.3
WHISPERED_MIN: Final = 0.5  # somebody who mirrored well must not be told otherwise
PARROTED_MIN: Final = 0.85
RARER: Final = {"interpretation": 0.22}  # it learnt from bent mirrors by the thousand; among people they are fewer
CLAUSES_MAX: Final = 6  # of a sender's words; asking takes time for each
ASKED_MAX: Final = 2  # of a receiver's clauses, when one of them is to be shown
MIRROR, VALIDATE, EMPATHISE = "mirror", "validate", "empathise"  # what the step asks for
MIRRORS: Final = ("faithful", "partial", "parroting", "interpretation", "mixed")
REASONED_MIN: Final = 10  # words of a validation that says why in ways no list knows
REASON: Final = re.compile(
    r"\b(?:because|since|given (?:that|how|what)|considering|knowing|coming from|seeing (?:that|how)|"
    r"(?:sense|wonder|course|understand|see why|see how)\b.{0,60}\b(?:when|after|with|as|if|that|you)\b.{12,})",
    re.IGNORECASE,
)


def mirrored(  # noqa: PLR0913
    sender: str, response: str, ask: Ask, words: Words, feelings: Lexicon, *, expects: str = MIRROR
) -> Mirrored:
    """What `response` does with `sender`; `ask` is the model; `expects` is what the step asks for."""
    said = text.fewer(text.clauses(sender), CLAUSES_MAX)
    whole, *by_clause = ask([(sender, response), *((clause, response) for clause in said)])
    labels, shares = heads.read(whole, "label"), heads.read(whole, "addition")
    label = max(labels, key=lambda name: labels[name] * RARER.get(name, 1.0))
    if label == "faithful" and text.words(response) and text.alike(sender, response) >= PARROTED_MIN:
        label = "parroting"
    covered = [heads.read(row, "covered")["covered"] for row in by_clause]
    coverage = (heads.read(whole, "coverage")["coverage"] + (mean(covered) if covered else 0.0)) / 2
    missed = tuple(clause for clause, share in zip(said, covered, strict=True) if share < COVERED_MIN)
    additions = tuple(name for name, share in shares.items() if share >= ADDED_MIN)
    sure = [name for name in additions if shares[name] >= WHISPERED_MIN]
    whispers = list(_added(_where(sure, sender, response, ask), bent(sender, response, words)))
    if expects == MIRROR and label in MIRRORS:
        whispers += [Whisper("missed", clause) for clause in missed]
    if expects == MIRROR and label == "parroting":
        whispers.append(Whisper("parroting"))
    if expects == VALIDATE and not _reasons(label, response):
        whispers.append(Whisper("validation_without_because"))
    if expects == EMPATHISE and not feelings.in_text(response):
        whispers.append(Whisper("empathy_without_feeling"))
    return Mirrored(label, round(coverage, 3), missed, additions, tuple(whispers), shares)


def _reasons(label: str, response: str) -> bool:
    return bool(REASON.search(response)) or (label == "validation" and len(text.words(response)) >= REASONED_MIN)


def _added(additions: dict[str, str], twisted: Sequence[Bent]) -> Iterator[Whisper]:
    for name, span in additions.items():
        if name != "distortion":
            yield Whisper(f"added_{name}", span)
        elif twisted:
            yield from (Whisper(f"bent_{one.code}", one.returned) for one in twisted)
        else:
            yield Whisper("bent", span)


def _where(additions: Sequence[str], sender: str, response: str, ask: Ask) -> dict[str, str]:
    """For each addition the clause that adds it most, of those that have least of the sender's words."""
    clauses = text.clauses(response)
    if not additions or len(clauses) < 2:
        return dict.fromkeys(additions, "")
    known = {*text.words(sender), *text.turned(sender)}
    clauses = sorted(clauses, key=lambda clause: mean(word in known for word in text.words(clause)))[:ASKED_MAX]
    read = [heads.read(row, "addition") for row in ask([(sender, clause) for clause in clauses])]
    return {name: clauses[max(range(len(clauses)), key=lambda place: read[place][name])] for name in additions}
