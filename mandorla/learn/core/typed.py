"""What somebody typed: how long it is, and where some of its words stand."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

WORDS_MAX: Final = 150
CHARACTERS_MAX: Final = 3_000  # of as many words, and long ones
WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, and whether something is said of it."""

    text: str
    marked: bool


def words(text: str) -> list[str]:
    """The words."""
    return WORD.findall(text)


def marked(text: str, spans: Iterable[str]) -> tuple[Piece, ...]:
    """The text in pieces, those in `spans` marked; a span that does not stand there word for word is passed over."""
    found = sorted(place for span in spans for place in _places(text, span))
    return tuple(piece for piece in _cut(text, found) if piece.text)


def _places(text: str, span: str) -> Iterator[tuple[int, int]]:
    loosely = r"\W+".join(map(re.escape, re.findall(r"\w+", span)))
    if loosely and (place := re.search(loosely, text, re.IGNORECASE)):
        yield place.span()


def _cut(text: str, places: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    done = 0
    for start, end in places:
        if end > done:
            yield Piece(text[done : max(start, done)], marked=False)
            yield Piece(text[max(start, done) : end], marked=True)
            done = end
    yield Piece(text[done:], marked=False)
