"""Whether somebody writes in English: the coach reads nothing else, and says so in other languages."""

from collections.abc import Collection
from typing import Final

from mandorla.coach.core import text

LETTERS_MIN: Final = 0.9  # of a text's letters: a text in another script is not looked at further
SHARE_MIN: Final = 0.2


def is_english(said: str, common: Collection[str]) -> bool:
    """Whether a fifth of the words are `common` in English: some of those are words of other languages too."""
    letters = [letter for letter in said if letter.isalpha()]
    if sum(letter.isascii() for letter in letters) < LETTERS_MIN * len(letters):
        return False
    found = text.words(said)
    return sum(word in common for word in found) >= SHARE_MIN * len(found)
