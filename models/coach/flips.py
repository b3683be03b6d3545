"""Contrast pairs: a faithful mirror changed in one place, so that its words stay near and its meaning does not."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mandorla.coach.core import text


@dataclass(frozen=True, slots=True)
class Flip:
    """A changed response: its label, what was added, and whether the change took a point's meaning."""

    words: str
    label: str
    additions: tuple[str, ...]


NEGATIONS = (
    (r"\b(don't|doesn't|didn't) (?=\w)", ""),
    (r"\b(can't|cannot)\b", "can"),
    (r"\bcouldn't\b", "could"),
    (r"\bisn't\b", "is"),
    (r"\bwasn't\b", "was"),
    (r"\baren't\b", "are"),
    (r"\bweren't\b", "were"),
    (r"\bwon't\b", "will"),
    (r"\bnot (?=\w)", ""),
    (r"\bnever\b", "always"),
    (r"\bnobody\b", "everybody"),
    (r"\bnothing\b", "everything"),
    (r"\bno longer\b", "still"),
    (r"\bwithout\b", "with"),
    (r"\b(you|i|we|they) (feel|want|like|need|love|miss|enjoy|trust|know|think|hope|wish)\b", r"\1 don't \2"),
    (r"\b(you'd|i'd) like\b", r"\1 not like"),
    (r"\b(you're|we're|they're|i'm) (?!not\b)", r"\1 not "),
    (r"\bcan\b(?!')", "can't"),
    (r"\b(was|is|were|are) (?!not\b)", r"\1 not "),
)
AMOUNTS = (
    (r"\bsometimes\b", "always"),
    (r"\balways\b", "now and then"),
    (r"\bnever\b", "hardly ever"),
    (r"\boften\b", "once"),
    (r"\bonce\b", "all the time"),
    (r"\bevery (?:day|night|evening|morning|time|week|sunday|saturday|friday)\b", "that one time"),
    (r"\beach (?:day|night|evening|morning|time|week)\b", "that one time"),
    (r"\ba (?:bit|little)\b", "terribly"),
    (r"\b(?:very|really|so|terribly) (?=\w)", "slightly "),
    (r"\blast (?:night|week|month|year)\b", "for years now"),
    (r"\byesterday\b", "every day"),
    (r"\btonight\b", "every night"),
    (r"\btwice\b", "ten times"),
    (r"\b(?:two|three|four|five|six|seven|eight|nine|ten)\b", "a hundred"),
    (r"\b(?:a few|some|several)\b", "all the"),
    (r"\ball\b", "hardly any"),
    (r"\b(?:morning)\b", "evening"),
    (r"\b(?:evening|night)\b", "morning"),
    (r"\bbefore\b", "after"),
    (r"\bafter\b", "before"),
    (r"\bmore\b", "less"),
    (r"\bless\b", "more"),
    (r"\bearly\b", "late"),
    (r"\blate\b", "early"),
    (r"\balone\b", "with the others"),
)
SWAPPED = {word: other.replace("i", "I", 1) if other.startswith("i") else other for word, other in text.TURNED.items()}


def flips(response: str, opposites: dict[str, list[str]], chance: random.Random) -> Iterator[Flip]:
    """Every way this mirror can be bent that its words allow, in a random order of places."""
    response = response.translate(text.QUOTES)
    for table in (NEGATIONS, AMOUNTS):
        ways = [way for way in table if re.search(way[0], response, re.IGNORECASE)]
        if ways:
            yield Flip(_one(response, *chance.choice(ways)), "interpretation", ("distortion",))
    if changed := _felt_otherwise(response, opposites, chance):
        yield Flip(changed, "interpretation", ("distortion",))
    parts = text.clauses(response)
    if len(parts) > 1:
        place = chance.randrange(len(parts))
        swapped = _swapped(parts[place])
        if swapped != parts[place]:
            yield Flip(". ".join([*parts[:place], swapped, *parts[place + 1 :]]), "interpretation", ("distortion",))


def _one(response: str, pattern: str, instead: str) -> str:
    changed = re.sub(pattern, instead, response, count=1, flags=re.IGNORECASE)
    return changed[:1].upper() + changed[1:] if response[:1].isupper() else changed


def _felt_otherwise(response: str, opposites: dict[str, list[str]], chance: random.Random) -> str:
    for word in chance.sample(list(opposites), len(opposites)):
        found = re.search(rf"\b{re.escape(word)}\b", response, re.IGNORECASE)
        if found and opposites[word]:
            return response[: found.start()] + chance.choice(opposites[word]) + response[found.end() :]
    return ""


def _swapped(clause: str) -> str:
    return text.WORD.sub(lambda found: SWAPPED.get(found[0].lower(), found[0]), clause)
