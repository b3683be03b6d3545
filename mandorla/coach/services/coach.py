"""The coach: each service asks the model once, and the core what it means. Nothing is kept."""

import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from mandorla.coach import core
from mandorla.coach.services.weights import rows

CONTENT: Final = Path(__file__).parents[2] / "content" / "coach"
READ_MAX: Final = 4_000  # characters of a text: far more than a turn has, and read by the rules in a blink
HALF: Final = re.compile("[\ud800-\udfff]")  # half a character, as only a program sends it; the model takes none
FEELING, TRAIT = "I feel {}", "Someone {}"
CAUGHT_MIN, NEAR_MIN = 0.85, 0.6  # how near a guessed feeling is to one that is felt, to be caught or to be near


def mirror(sender: str, response: str, expects: str = core.MIRROR) -> core.Mirrored:
    """What a receiver's words do with what was sent; `expects` is what the step asks for."""
    return core.mirrored(_taken(sender), _taken(response), rows, _words(), _feelings(), expects=expects)


def carried(points: Sequence[str], response: str) -> list[bool]:
    """Which of the points, each a clause of what was sent, a response gives back."""
    found = rows([(point, response) for point in points])
    return [core.read(row, "covered")["covered"] >= core.COVERED_MIN for row in found]


def send(said: str) -> core.Sent:
    """What is in a sender's words."""
    return core.sent(_taken(said), rows, _marks(), _feelings())


def danger(said: str) -> dict[str, str]:
    """The words rules of danger are sure of, each with its kind: at once, in whatever text, and without the model."""
    return _marks().dangers_in(said)


def request(wish: str) -> core.Asked:
    """How a wish for a change of behaviour is worded."""
    return core.asked(_taken(wish), rows, _marks())


def feelings(one: str, other: str) -> float:
    """How near two feelings are: 0 opposite, 1 the same."""
    return _nearness(_feelings(), FEELING, one, other)


def traits(one: str, other: str) -> float:
    """How near two words for people are: 0 opposite, 1 the same."""
    return _nearness(_lexicon("traits"), TRAIT, one, other)


def topic(said: str) -> str:
    """What it is about, of the topics in `content/coach/topics.toml`."""
    shares = core.read(rows([(_taken(said), "")])[0], "topic")
    return max(shares, key=lambda name: shares[name])


def counsel(client: str, response: str) -> tuple[str, float]:
    """What a counsellor does in this turn, and how well it listens, 0 to 1."""
    row = rows([(_taken(client), _taken(response))])[0]
    shares = core.read(row, "behaviour")
    return max(shares, key=lambda name: shares[name]), round(core.read(row, "quality")["quality"], 3)


def says(code: str) -> str:
    """The sentence of a whisper."""
    return str(_table("whispers")[code])


def reads(said: str) -> bool:
    """Whether the coach knows the language a text is in: English, so far."""
    return core.is_english(_taken(said), *_everyday())


def codes() -> tuple[str, ...]:
    """Every whisper there is."""
    return tuple(_table("whispers"))


def _taken(said: str) -> str:
    """As much of a text as the coach reads."""
    return HALF.sub("\ufffd", said[:READ_MAX])


def _nearness(known: core.Lexicon, carrier: str, one: str, other: str) -> float:
    one, other = _taken(one), _taken(other)
    both, turned = rows([(carrier.format(one), carrier.format(other)), (carrier.format(other), carrier.format(one))])
    guessed = (core.read(both, "near")["near"] + core.read(turned, "near")["near"]) / 2
    return known.nearness(one, other, guessed)


def _feelings() -> core.Lexicon:
    return _lexicon("feelings")


@cache
def _lexicon(name: str) -> core.Lexicon:
    lines = (CONTENT / f"{name}.jsonl").read_text("utf-8").splitlines()
    return core.lexicon(map(json.loads, lines), _table("words")["everyday"].split())


@cache
def _words() -> core.Words:
    return core.words(_table("words"))


@cache
def _marks() -> core.Marks:
    return core.marks(_table("marks"))


@cache
def _everyday() -> tuple[frozenset[str], frozenset[str]]:
    table = _table("english")
    return frozenset(table["common"].split()), frozenset(table["foreign"].split())


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text("utf-8"))
