"""Marks of speech: patterns, as data, that show a thing in words. They explain, and they decide where a rule may."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mandorla.coach.core import text


@dataclass(frozen=True, slots=True)
class Marks:
    """By name the pattern of a mark; by kind the patterns of danger."""

    patterns: Mapping[str, re.Pattern[str]]
    dangers: Mapping[str, re.Pattern[str]]

    def found(self, name: str, said: str) -> str:
        """The words that show it, or nothing."""
        pattern = self.patterns.get(name)
        found = pattern.search(text.even(said)) if pattern else None
        return found[0].strip() if found else ""

    def dangers_in(self, said: str) -> dict[str, str]:
        """All the words rules of danger see, each with its kind."""
        plain = text.even(said)
        return {found[0]: kind for kind, pattern in self.dangers.items() for found in pattern.finditer(plain)}


def marks(rows: Mapping[str, Mapping[str, Sequence[str]]]) -> Marks:
    """From the tables `mark` and `danger` of a word list: by name a list of patterns."""
    return Marks(*({name: _joined(found) for name, found in rows[table].items()} for table in ("mark", "danger")))


def _joined(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
