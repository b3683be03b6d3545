"""What a mirror bends: not, who, how often, how many, when, how strong. Rules, since nearness of meaning sees none of it.

Each check compares one clause that was said with the clause that says it back, and names the words that differ.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mandorla.coach.core import text

NOT: Final = re.compile(
    r"\b(?:not|never|no|nobody|nothing|none|without|cannot|neither|nor|hardly|barely)\b|n't\b", re.IGNORECASE
)
AMOUNTS: Final = {
    "always": 4,
    "every": 4,
    "all": 4,
    "everything": 4,
    "everyone": 4,
    "constantly": 4,
    "usually": 3,
    "often": 3,
    "mostly": 3,
    "most": 3,
    "sometimes": 2,
    "some": 2,
    "occasionally": 1,
    "rarely": 1,
    "once": 1,
    "twice": 1,
    "never": 0,
    "none": 0,
}
TIMES: Final = frozenset(
    ["yesterday", "today", "tonight", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "morning", "afternoon", "evening", "night", "week", "weekend", "month", "year", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "before", "after", "early", "late", "first", "last"]
)
NUMBERS: Final = {
    word: str(number)
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"]
    )
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "half": "30"}
STRONG: Final = frozenset(
    ["terrified", "furious", "devastated", "desperate", "hate", "despise", "unbearable", "destroyed", "broken", "heartbroken", "livid", "enraged", "panic"]
)
WEAK: Final = frozenset(["bit", "little", "slightly", "somewhat", "fairly", "mildly"])
SHARED_MIN: Final = 0.34  # of a clause's words of content, before two clauses are taken to say the same thing
EMPTY: Final = frozenset(
    ["a", "an", "the", "and", "or", "but", "so", "to", "of", "in", "on", "at", "for", "with", "from", "by", "is", "are", "was", "were", "be", "been", "am", "it", "its", "this", "that", "these", "those", "there", "i", "you", "he", "she", "we", "they", "me", "him", "her", "us", "them", "my", "your", "his", "our", "their", "do", "does", "did", "have", "has", "had", "will", "would", "can", "could", "not", "as", "if", "when", "then", "than", "just", "really", "very", "up", "out", "about", "into", "over", "what", "which", "who", "how", "because"]
)


@dataclass(frozen=True, slots=True)
class Bent:
    """What was bent, and the words of both sides that show it."""

    code: str
    said: str
    returned: str


def bent(sender: str, response: str) -> list[Bent]:
    """Every difference found between clauses that match. Words that the response only adds are not looked at here."""
    found: list[Bent] = []
    returned = text.clauses(text.without_ritual(response))
    for said in text.clauses(text.even(sender)):
        match = _match(said, returned)
        if match:
            found += [Bent(code, said, match) for code, differs in CHECKS.items() if differs(said, match)]
    return found


def _match(said: str, returned: Sequence[str]) -> str:
    content = _content(said)
    if not content:
        return ""
    shares = [(len(content & _content(clause)) / len(content), clause) for clause in returned]
    best, clause = max(shares, default=(0.0, ""))
    return clause if best >= SHARED_MIN else ""


def _content(clause: str) -> set[str]:
    return {_stem(word) for word in text.words(clause) if word not in EMPTY and not NOT.fullmatch(word)}


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    for end in ("ing", "ed", "es", "s", "e"):
        if word.endswith(end) and len(word) - len(end) >= 3:  # three letters still name a word
            return word.removesuffix(end)
    return word


def _is_negated(said: str, returned: str) -> bool:
    return len(NOT.findall(said)) % 2 != len(NOT.findall(returned)) % 2


def _is_other_amount(said: str, returned: str) -> bool:
    one, other = ([AMOUNTS[word] for word in text.words(clause) if word in AMOUNTS] for clause in (said, returned))
    return (
        bool(other)
        and (not one or abs(max(one) - max(other)) > 1)
        and (bool(one) or max(other) == max(AMOUNTS.values()))
    )


def _is_other_time(said: str, returned: str) -> bool:
    one, other = (TIMES & set(text.words(clause)) for clause in (said, returned))
    return bool(one) and bool(other) and not one & other


def _is_other_number(said: str, returned: str) -> bool:
    one, other = (set(_numbers(clause)) for clause in (said, returned))
    return bool(one) and bool(other) and not one & other


def _numbers(clause: str) -> Iterator[str]:
    for word in text.words(clause):
        if word.isdigit() or word in NUMBERS:
            yield NUMBERS.get(word, word)


def _is_other_strength(said: str, returned: str) -> bool:
    one, other = (set(text.words(clause)) for clause in (said, returned))
    return bool(other & STRONG - one) or bool(one & STRONG and other & WEAK - one)


SPOKEN_OF: Final = re.compile(r"^(?:and |but |so |then |when |because |that )*(i|you|we|he|she|they)\b", re.IGNORECASE)


def _is_other_person(said: str, returned: str) -> bool:
    """The one who acts did not change sides: I stayed I, where a mirror turns it round."""
    one, other = SPOKEN_OF.match(said), SPOKEN_OF.match(returned)
    if not one or not other:
        return False
    mirrored = {"i": "you", "you": "i"}.get(one[1].lower(), one[1].lower())
    return mirrored != other[1].lower() and {one[1].lower(), other[1].lower()} <= {"i", "you"}


CHECKS: Final[dict[str, Callable[[str, str], bool]]] = {
    "negation": _is_negated,
    "amount": _is_other_amount,
    "time": _is_other_time,
    "number": _is_other_number,
    "strength": _is_other_strength,
    "who": _is_other_person,
}
