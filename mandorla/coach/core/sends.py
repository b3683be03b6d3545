"""A sender's words: whose side they speak from, what in them may close the door, what is felt, and danger."""

from collections.abc import Mapping, Sequence
from typing import Final

from mandorla.coach.core import heads, text
from mandorla.coach.core.answers import Ask, Sent, Whisper
from mandorla.coach.core.lexicon import Lexicon
from mandorla.coach.core.marks import Marks

Row = Sequence[float]
FLAGS: Final = heads.SPEECH[:7]
FLAG_MIN: Final = 0.5
BLAME_MIN: Final = 0.5
CERTAIN: Final = 0.15  # where a rule sees a mark, the model may overrule it only below this
DANGER_MIN: Final = 0.4
FELT_MIN: Final = 0.5


def sent(said: str, ask: Ask, marks: Marks, feelings: Lexicon) -> Sent:
    """What is in `said`; `ask` is the model."""
    clauses = text.clauses(said)
    whole, *parts = ask([(said, ""), *((clause, "") for clause in clauses if len(clauses) > 1)])
    speech = heads.read(whole, "speech")
    flags = tuple(name for name in FLAGS if _is_so(name, speech, marks.found(name, said)))
    danger, kinds = heads.read(whole, "danger")["danger"], heads.read(whole, "kind")
    by_rule = marks.kind_of_danger(said)
    is_danger = bool(by_rule) or danger >= DANGER_MIN
    kind = (by_rule or max(kinds, key=lambda name: kinds[name])) if is_danger else None
    blame = heads.read(whole, "blame")["blame"] >= BLAME_MIN
    told = [*flags, *(name for name in ("thought_as_feeling", "two_topics") if speech[name] >= FLAG_MIN)]
    whispers = [
        Whisper(name, marks.found(name, said) or _where("speech", name, clauses, parts))
        for name in told
        if name != "i_statement"
    ]
    if is_danger:
        whispers.insert(0, Whisper("danger", marks.danger_words(said) or _where("danger", "danger", clauses, parts)))
    return Sent(blame, flags, _felt(said, whole, feelings), is_danger, kind, tuple(whispers))


def _felt(said: str, row: Row, feelings: Lexicon) -> tuple[str, ...]:
    """The feelings that are named, then those that are plainly meant, each by the plain word of its family."""
    named = feelings.in_text(said)
    families = {entry.family for word in named if (entry := feelings.find(word))}
    meant = [family for family, share in heads.read(row, "felt").items() if share >= FELT_MIN]
    return (*named, *(heads.FEELINGS[family] for family in meant if family not in families))


def _is_so(name: str, shares: Mapping[str, float], found: str) -> bool:
    return shares[name] >= (CERTAIN if found else FLAG_MIN)


def _where(head: str, name: str, clauses: Sequence[str], rows: Sequence[Row]) -> str:
    """The clause in which it shows most; "" for a text of one clause, which needs no pointing."""
    if not rows:
        return ""
    return max(zip((heads.read(row, head)[name] for row in rows), clauses, strict=True))[1]
