"""What a mirror bends: not, who, how often, how many, when, how strong. Rules: nearness of meaning sees none of it.

Each check compares one clause that was said with the clause that says it back, and names the words that differ.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mandorla.coach.core import text

NOT: Final = re.compile(
    r"\b(?:not|never|no|nobody|nothing|none|without|cannot|neither|nor|hardly|barely)\b|n't\b", re.IGNORECASE
)
SPOKEN_OF: Final = re.compile(r"^(?:and |but |so |then |when |because |that )*(i|you|we|he|she|they)\b", re.IGNORECASE)
MIRRORED: Final = {"i": "you", "you": "i"}
SHARED_MIN: Final = 0.34  # of a clause's words of content, before two clauses are taken to say the same thing
STEM_MIN: Final = 3
ALWAYS: Final = 4


@dataclass(frozen=True, slots=True)
class Words:
    """Words that must be told apart: `amounts` from 0, never, to ALWAYS; `empty` ones carry no content."""

    amounts: Mapping[str, int]
    numbers: Mapping[str, int]
    times: frozenset[str]
    strong: frozenset[str]
    weak: frozenset[str]
    empty: frozenset[str]


def words(table: Mapping[str, Any]) -> Words:
    """From a word list."""
    lists = {name: frozenset(table[name].split()) for name in ("times", "strong", "weak", "empty")}
    return Words(table["amounts"], table["numbers"], **lists)


@dataclass(frozen=True, slots=True)
class Bent:
    """What was bent, and the clauses of both sides that show it."""

    code: str
    said: str
    returned: str


def bent(sender: str, response: str, known: Words) -> list[Bent]:
    """Every difference found between clauses that match. What the response only adds is not looked at here."""
    found: list[Bent] = []
    returned = [(_content(clause, known), clause) for clause in text.clauses(text.without_ritual(response))]
    for said in text.clauses(text.even(sender)):
        match = _match(said, returned, known)
        if match:
            found += [Bent(code, said, match) for code, differs in CHECKS.items() if differs(said, match, known)]
    return found


def _match(said: str, returned: Sequence[tuple[set[str], str]], known: Words) -> str:
    content = _content(said, known)
    if not content:
        return ""
    shares = [(len(content & others) / len(content), clause) for others, clause in returned]
    best, clause = max(shares, default=(0.0, ""))
    return clause if best >= SHARED_MIN else ""


def _content(clause: str, known: Words) -> set[str]:
    apart = known.empty | known.weak | known.amounts.keys()
    return {_stem(word) for word in text.words(clause) if word not in apart and not NOT.fullmatch(word)}


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    for end in ("ing", "ed", "es", "s", "e"):
        if word.endswith(end) and len(word) - len(end) >= STEM_MIN:
            return word.removesuffix(end)
    return word


def _is_negated(said: str, returned: str, known: Words) -> bool:
    return len(NOT.findall(said)) % 2 != len(NOT.findall(returned)) % 2


def _is_other_amount(said: str, returned: str, known: Words) -> bool:
    one, other = (
        [known.amounts[word] for word in text.words(clause) if word in known.amounts] for clause in (said, returned)
    )
    if not one:
        return ALWAYS in other
    return bool(other) and abs(max(one) - max(other)) > 1


def _is_other_time(said: str, returned: str, known: Words) -> bool:
    one, other = (known.times & set(text.words(clause)) for clause in (said, returned))
    return bool(one) and bool(other) and not one & other


def _is_other_number(said: str, returned: str, known: Words) -> bool:
    one, other = (
        {known.numbers.get(word, word) for word in text.words(clause) if word.isdigit() or word in known.numbers}
        for clause in (said, returned)
    )
    return bool(one) and bool(other) and not set(map(str, one)) & set(map(str, other))


def _is_other_strength(said: str, returned: str, known: Words) -> bool:
    one, other = (set(text.words(clause)) for clause in (said, returned))
    return bool(other & known.strong - one) or bool(one & known.strong and other & known.weak - one)


def _is_other_person(said: str, returned: str, known: Words) -> bool:
    """Whoever acts did not change sides: I stayed I, where a mirror turns it round."""
    one, other = SPOKEN_OF.match(said), SPOKEN_OF.match(returned)
    if not one or not other:
        return False
    who, whom = one[1].lower(), other[1].lower()
    return {who, whom} <= MIRRORED.keys() and MIRRORED[who] != whom


CHECKS: Final[dict[str, Callable[[str, str, Words], bool]]] = {
    "negation": _is_negated,
    "amount": _is_other_amount,
    "time": _is_other_time,
    "number": _is_other_number,
    "strength": _is_other_strength,
    "who": _is_other_person,
}
