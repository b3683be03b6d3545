"""A mirror that turns what was said is noticed, whatever the words around it; one that keeps it is left alone."""

import tomllib
from pathlib import Path

import pytest

from mandorla.coach import core

CONTENT = Path(__file__).parents[2] / "mandorla" / "content" / "coach"
WORDS = core.words(tomllib.loads((CONTENT / "words.toml").read_text("utf-8")))


def codes(sender: str, response: str) -> set[str]:
    return {one.code for one in core.bent(sender, response, WORDS)}


@pytest.mark.parametrize(
    ("sender", "response", "code"),
    [
        ("I don't want to move to Leeds.", "You want to move to Leeds.", "negation"),
        ("Sometimes you forget the bins.", "I always forget the bins.", "amount"),
        ("I waited on Tuesday at the station.", "On Friday you waited at the station.", "time"),
        ("You came home with two friends.", "I came home with five friends.", "number"),
        ("I was a bit cross about the car.", "You were furious about the car.", "strength"),
        ("I shouted at the children.", "I shouted at the children.", "who"),
    ],
)
def test_what_turns_the_meaning_is_named(sender: str, response: str, code: str) -> None:
    assert code in codes(sender, response)


@pytest.mark.parametrize(
    ("sender", "response"),
    [
        ("I don't want to move to Leeds.", "So you don't want to move to Leeds. Did I get that?"),
        ("u never help w the bins", "I never help with the bins."),
        ("I was a bit cross about the car.", "You were a little cross about the car."),
        ("We waited on Tuesday.", "We waited, on Tuesday."),
        ("I miss you.", "Is there more?"),
    ],
)
def test_what_keeps_it_is_left_alone(sender: str, response: str) -> None:
    assert codes(sender, response) == set()


@pytest.mark.parametrize(
    ("said", "clauses"),
    [
        ("I waited, and you came at nine, so I ate alone.", 3),
        ("no", 1),
        ("", 0),
        ("When you came home late I was worried because the roads were icy.", 2),
    ],
)
def test_what_is_said_is_taken_one_thing_at_a_time(said: str, clauses: int) -> None:
    assert len(core.clauses(said)) == clauses
