"""What makes a passphrase good enough that a stolen copy of the database stays shut, and what does not.

A passphrase is never judged with the person's names left in it: they are taken out first, because whoever steals a
copy guesses them first. (zxcvbn's own list of such words is kept by it in memory for all to see, so it stays empty.)
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final, Literal

from zxcvbn import zxcvbn

LENGTH_MIN, LENGTH_MAX = 12, 256
GUESSES_MIN = 10**14
OFFER_WORDS = 5

Weakness = Literal["short", "long", "names", "known", "word", "repeat", "sequence", "keyboard", "date", "easy"]

JUDGED_MAX = 72  # zxcvbn takes no more, and no passphrase needs more to be good
NAME_COUNTS = 3  # letters
PATTERNS: Final[dict[str, Weakness]] = {
    "dictionary": "word",
    "repeat": "repeat",
    "sequence": "sequence",
    "spatial": "keyboard",
    "date": "date",
    "regex": "date",
}


def fold(passphrase: str) -> str:
    """The one spelling of a passphrase: NFC, runs of spaces as one, none around it (NIST SP 800-63B, 5.1.1.2)."""
    return " ".join(unicodedata.normalize("NFC", passphrase).split())


def check(passphrase: str, *, names: Iterable[str] = (), sayings: Iterable[str] = ()) -> Weakness | None:
    """What is wrong with a folded passphrase, or None. `sayings` are what many know by heart."""
    if len(passphrase) < LENGTH_MIN:
        return "short"
    if len(passphrase) > LENGTH_MAX:
        return "long"
    if _guesses(passphrase) < GUESSES_MIN:
        return _pattern(passphrase)
    unknown = _without_sayings(passphrase, sayings)
    if _guesses(unknown) < GUESSES_MIN:
        return "known"
    if _guesses(_without_names(unknown, names)) < GUESSES_MIN:
        return "names"
    return None


def is_offer(text: str, words: Collection[str]) -> bool:
    """Is this exactly what we would have offered ourselves?"""
    parts = text.split(" ")
    return len(parts) == OFFER_WORDS and all(part in words for part in parts)


def _without_sayings(passphrase: str, sayings: Iterable[str]) -> str:
    longest_first = sorted(sayings, key=len, reverse=True)
    loose = "|".join(r"[\W_]*".join(map(re.escape, saying.split())) for saying in longest_first)
    return re.sub(loose, "", passphrase, flags=re.IGNORECASE) if loose else passphrase


def _without_names(passphrase: str, names: Iterable[str]) -> str:
    rest = passphrase.casefold()  # no pattern: Python remembers patterns, and a name is not ours to remember
    for name in sorted((name.casefold() for name in names if len(name) >= NAME_COUNTS), key=len, reverse=True):
        rest = rest.replace(name, "")
    return rest


def _guesses(text: str) -> float:
    return float(zxcvbn(text[:JUDGED_MAX])["guesses"]) if text else 0


def _pattern(text: str) -> Weakness:
    known = [part for part in zxcvbn(text[:JUDGED_MAX])["sequence"] if part["pattern"] in PATTERNS]
    longest = max(known, key=lambda part: len(part["token"]), default=None)
    return PATTERNS[longest["pattern"]] if longest else "easy"
