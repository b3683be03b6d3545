"""Whether somebody writes in English: the coach reads nothing else, and says so in other languages."""

import re
from collections.abc import Collection
from typing import Final

from mandorla.coach.core import text

LETTERS_MIN: Final = 0.9  # of a text's letters: a text in another script is not looked at further
SHARE_MIN: Final = 0.15
WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def is_english(said: str, common: Collection[str], foreign: Collection[str]) -> bool:
    """Whether enough of the words are `common` in English, and fewer are the commonest of other languages.

    Short forms stay as they are typed: written out, "im" and "wat" would make German and Dutch English.
    """
    letters = [letter for letter in said if letter.isalpha()]
    if sum(letter.isascii() for letter in letters) < LETTERS_MIN * len(letters):
        return False
    found = WORD.findall(said.translate(text.QUOTES).lower())
    english = sum(word in common for word in found)
    return english > sum(word in foreign for word in found) and english >= SHARE_MIN * len(found)
