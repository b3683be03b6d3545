"""A sender's words: whose side they speak from, what in them may close the door, what is felt, and danger."""

from collections.abc import Mapping, Sequence
from typing import Final

from mandorla.coach.core import heads, text
from mandorla.coach.core.answers import Ask, Sent, Whisper
from mandorla.coach.core.lexicon import Lexicon
from mandorla.coach.core.marks import Marks

Row = Sequence[float]
FLAGS: Final = heads.SPEECH[:7]
FLAG_MIN: Final = 0.4
BLAME_MIN: Final = 0.45
CERTAIN: Final = 0.15  # where a rule sees a mark, the model may overrule it only below this
DANGER_MIN: Final = 0.47
FELT_MIN: Final = 0.5
CLAUSES_MAX: Final = 8


def sent(said: str, ask: Ask, marks: Marks, feelings: Lexicon) -> Sent:
    """What is in `said`; `ask` is the model."""
    (whole,) = ask([(said, "")])
    speech = heads.read(whole, "speech")
    flags = tuple(name for name in FLAGS if _is_so(name, speech, marks.found(name, said)))
    danger, kinds = heads.read(whole, "danger")["danger"], heads.read(whole, "kind")
    by_rule = marks.dangers_in(said)
    is_danger = bool(by_rule) or danger >= DANGER_MIN
    likeliest = max(kinds, key=lambda name: kinds[name])
    kind = next(iter(by_rule.values()), likeliest) if is_danger else None
    blame = heads.read(whole, "blame")["blame"] >= BLAME_MIN
    told = [*flags, *(name for name in ("thought_as_feeling", "two_topics") if speech[name] >= FLAG_MIN)]
    spans = {name: marks.found(name, said) for name in told if name != "i_statement"}
    if is_danger:
        spans = {"danger": next(iter(by_rule), "")} | spans
    unseen = [name for name, span in spans.items() if not span]
    whispers = [Whisper(name, span) for name, span in (spans | _where(unseen, said, ask)).items()]
    return Sent(blame, flags, _felt(said, whole, feelings), is_danger, kind, tuple(whispers))


def _felt(said: str, row: Row, feelings: Lexicon) -> tuple[str, ...]:
    """The feelings that are named, then those that are plainly meant, each by the plain word of its family."""
    named = feelings.in_text(said)
    families = {entry.family for word in named if (entry := feelings.find(word))}
    meant = [family for family, share in heads.read(row, "felt").items() if share >= FELT_MIN]
    return (*named, *(heads.FEELINGS[family] for family in meant if family not in families))


def _is_so(name: str, shares: Mapping[str, float], found: str) -> bool:
    return shares[name] >= (CERTAIN if found else FLAG_MIN)


def _where(names: Sequence[str], said: str, ask: Ask) -> dict[str, str]:
    """For each mark or danger the clause in which it shows most; "" where there is but one."""
    clauses = text.fewer(text.clauses(said), CLAUSES_MAX)
    if not names or len(clauses) < 2:
        return dict.fromkeys(names, "")
    read = [heads.read(row, "speech") | heads.read(row, "danger") for row in ask([(clause, "") for clause in clauses])]
    return {name: clauses[max(range(len(clauses)), key=lambda place: read[place][name])] for name in names}
