"""How people write, made even: one spelling, clauses, and the same sentence from the other side."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

CASUAL: Final = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "cuz": "because",
    "cos": "because",
    "coz": "because",
    "bc": "because",
    "im": "i'm",
    "ive": "i've",
    "id": "i'd",
    "youre": "you're",
    "youve": "you've",
    "dont": "don't",
    "doesnt": "doesn't",
    "didnt": "didn't",
    "cant": "can't",
    "wont": "won't",
    "isnt": "isn't",
    "wasnt": "wasn't",
    "couldnt": "couldn't",
    "wouldnt": "wouldn't",
    "shouldnt": "shouldn't",
    "havent": "haven't",
    "hasnt": "hasn't",
    "arent": "aren't",
    "werent": "weren't",
    "thats": "that's",
    "whats": "what's",
    "theres": "there's",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "got to",
    "tho": "though",
    "thru": "through",
    "pls": "please",
    "plz": "please",
    "thx": "thanks",
    "w": "with",
    "abt": "about",
    "ppl": "people",
    "n": "and",
    "nd": "and",
    "wen": "when",
    "wat": "what",
    "alot": "a lot",
    "tbh": "to be honest",
    "rn": "right now",
    "idk": "i don't know",
}
QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})
WORD: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?", re.IGNORECASE)
BLANKS: Final = re.compile(r"\s+")
ENDS: Final = re.compile(r"(?<=[.!?;:])\s|\s-\s|\n")  # these and JOINTS see no two blanks in a row
JOINTS: Final = re.compile(
    r",\s|\s(?=(?:and|but|so|because|when|while|then|although|though|even though|which|until|after|before|since)\b)",
    re.IGNORECASE,
)
CLAUSE_WORDS_MIN: Final = 4
TURNED: Final = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "i'm": "you're",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "am": "are",
    "you": "i",
    "your": "my",
    "yours": "mine",
    "yourself": "myself",
    "you're": "i'm",
    "you've": "i've",
    "you'd": "i'd",
    "you'll": "i'll",
}
RITUAL: Final = re.compile(
    r"(?:did i (?:get|hear) (?:that|you|it)(?: right)?|have i got (?:that|you|it)(?: right)?|is that right|"
    r"is there more(?: about that)?|what i(?:'m| am) hearing is|what i hear(?: you say(?:ing)?)? is|"
    r"if i (?:got|heard|hear) you right|let me see if i(?:'ve| have)? got (?:that|you|it)|"
    r"i(?:'m| am) hearing (?:that|you say(?:ing)?)|(?:so )?you(?:'re| are) (?:saying|telling me)(?: that)?|"
    r"i hear(?: that| you say(?:ing)?(?: that)?)?)[,:?.]*",
    re.IGNORECASE,
)


def even(text: str, spellings: Mapping[str, str] = CASUAL) -> str:
    """One kind of quote and space, and the short forms of messages written out. Length may change, order never."""
    plain = " ".join(text.translate(QUOTES).split())
    return WORD.sub(lambda found: spellings.get(found[0].lower(), found[0]), plain)


def words(text: str) -> list[str]:
    """The words in lower case, evenly spelt."""
    return [found.lower() for found in WORD.findall(even(text))]


def clauses(text: str) -> list[str]:
    """The things said, one by one, as they stand there; a scrap of under CLAUSE_WORDS_MIN words joins the last."""
    found: list[str] = []
    plain = BLANKS.sub(lambda found: "\n" if "\n" in found[0] else " ", text.translate(QUOTES))
    for sentence in ENDS.split(plain):
        for part in JOINTS.split(sentence):
            clause = part.strip(" ,;:-")
            if not WORD.search(clause):
                continue
            if found and len(WORD.findall(clause)) < CLAUSE_WORDS_MIN:
                found[-1] = f"{found[-1]}, {clause}"
            else:
                found.append(clause)
    return found


def fewer(clauses: Sequence[str], most: int) -> list[str]:
    """At most `most` clauses: the shortest neighbours joined."""
    found = list(clauses)
    while len(found) > most:
        place = min(range(len(found) - 1), key=lambda start: len(found[start]) + len(found[start + 1]))
        found[place : place + 2] = [f"{found[place]}, {found[place + 1]}"]
    return found


def turned(text: str) -> list[str]:
    """The words of `text` as the other would say them: I for you, my for your."""
    return [TURNED.get(word, word) for word in words(text)]


def without_ritual(text: str) -> str:
    """`text` without the set phrases of mirroring, which carry nothing of their own."""
    return RITUAL.sub(" ", even(text)).strip()


def alike(sender: str, response: str) -> float:
    """How much of a response is the sender's text word for word, its I and you swapped or not: 0 to 1."""
    said = words(without_ritual(response))
    return max(_ratio(words(sender), said), _ratio(turned(sender), said))


def _ratio(one: Sequence[str], other: Sequence[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
