"""Words with neighbours and opposites: feelings, and what people say of people."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from mandorla.coach.core import text

TURNING: Final = frozenset({"not", "no", "never", "hardly", "barely", "anything", "far", "less", "without", "don't"})
FELT: Final = frozenset({"feel", "feels", "felt", "feeling", "i'm", "am"})
PERSON_WAS: Final = frozenset({("i", "was"), ("we", "were"), ("i", "get"), ("i", "got"), ("i've", "been")})
MUCH: Final = frozenset(
    {
        "a",
        "all",
        "bit",
        "just",
        "little",
        "pretty",
        "quite",
        "rather",
        "really",
        "so",
        "still",
        "too",
        "totally",
        "very",
    }
)
LONGEST: Final = 5  # words of a phrase
SAME, CLOSE, RELATED, AKIN, FAR, OPPOSITE = 1.0, 0.9, 0.75, 0.6, 0.1, 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A word, its family, how good it feels (-1 to 1), and words or phrases near and opposite."""

    word: str
    family: str
    valence: float
    near: frozenset[str]
    opposite: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries by every way of writing them."""

    entries: dict[str, Entry] = field(default_factory=dict)
    everyday: frozenset[str] = frozenset()  # what is mostly said for something else

    def find(self, phrase: str) -> Entry | None:
        """The entry of a word or phrase, also behind "I feel" or "a bit"; not behind a "not"."""
        found = text.words(phrase)
        for start in range(len(found)):
            if TURNING.intersection(found[:start]):
                return None
            if entry := self.entries.get(" ".join(found[start:])):
                return entry
        return None

    def in_text(self, said: str) -> tuple[str, ...]:
        """The words of this lexicon that stand in a text, longest first where they overlap, in order."""
        found, names, place = text.words(said), [], 0
        while place < len(found):
            for length in range(min(LONGEST, len(found) - place), 0, -1):
                phrase = " ".join(found[place : place + length])
                if phrase in self.entries:
                    if phrase not in self.everyday or _is_felt(found[:place]):
                        names.append(self.entries[phrase].word)
                    place += length
                    break
            else:
                place += 1
        return tuple(dict.fromkeys(names))

    def nearness(self, one: str, other: str, guessed: float) -> float:
        """0 (opposites) to 1 (the same), by the lexicon where it knows both, else as `guessed` by the model."""
        a, b = self.find(one), self.find(other)
        if a is None or b is None:
            return round(guessed, 3)
        ways = (
            (a.word == b.word, SAME),
            (b.word in a.opposite or a.word in b.opposite, OPPOSITE),
            (b.word in a.near or a.word in b.near, CLOSE),
            (a.family == b.family, RELATED),
            (bool(a.near & b.opposite or a.opposite & b.near), FAR),
        )
        known = next((share for is_so, share in ways if is_so), None)
        if known is not None:
            return known
        akin = AKIN if a.near & b.near and a.valence * b.valence > 0 else FAR
        return round((akin + guessed) / 2, 3)


def _is_felt(before: Sequence[str]) -> bool:
    """Whether words like "I feel" or "I was so" lead up to the next."""
    left = list(before)
    while left and left[-1] in MUCH:
        left.pop()
    return bool(left) and (left[-1] in FELT or tuple(left[-2:]) in PERSON_WAS)


def lexicon(rows: Iterable[dict[str, object]], everyday: Collection[str] = ()) -> Lexicon:
    """A lexicon from its rows: word, also, family, valence, near, opposite."""
    entries: dict[str, Entry] = {}
    for row in rows:
        near, opposite, also = (frozenset(map(str, row.get(name) or [])) for name in ("near", "opposite", "also"))  # type: ignore[call-overload]
        entry = Entry(str(row["word"]), str(row["family"]), float(str(row["valence"])), near, opposite)
        for spelt in (entry.word, *sorted(also)):
            entries.setdefault(" ".join(text.words(spelt)), entry)
    return Lexicon(entries, frozenset(everyday))
