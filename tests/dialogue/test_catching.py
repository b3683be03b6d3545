"""Feelings I caught: told month by month, in words, to the one who guessed, and kept nowhere."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from mandorla.coach.services import choices
from mandorla.coach.services import thread as waiting
from mandorla.dialogue import services
from mandorla.dialogue.core import Entry, Move
from mandorla.dialogue.services.catching import named_after
from tests.cast import Cast, Someone
from tests.dialogue.playing import ANA, BEN, NOW, SCRIPTS, script
from tests.dialogue.seated import CLOSED, SUMMED, Pair

pytestmark = pytest.mark.django_db(transaction=True)

TO_GUESSING = SUMMED + "ben:say ana:lands "
TITLES = {"You caught": "caught", "You were near": "near", "You could not know yet": "new"}


def told(someone: Someone) -> dict[str, list[str]]:
    """What the page tells somebody: feelings by how near they were, all months together."""
    page = someone.browser().get(reverse("dialogue:feelings")).content.decode()
    parts = re.findall(r"<h3>([^<]+)</h3>\s*<ul[^>]*>(.*?)</ul>", page, re.DOTALL)
    return {TITLES[title]: re.findall(r"<li[^>]*>([^<]+)</li>", feelings) for title, feelings in parts}


def guessed(pair: Pair, *feelings: str, does: str = "other", **named: Any) -> None:
    """Ben guesses, and Ana says what fits."""
    pair.play(TO_GUESSING)
    pair.does("ben", "guess", feelings=feelings)
    pair.does("ana", does, **named)


@pytest.mark.parametrize(
    ("does", "named", "found"),
    [
        ("yes", {}, {"caught": ["lonely", "sad"]}),
        ("other", {"feelings": ("lonely",)}, {"caught": ["lonely"]}),
        ("other", {"feelings": ("joyful", "sad")}, {"caught": ["sad"], "new": ["joyful"]}),
        ("other", {"feelings": (), "own": ("lonesome",)}, {"caught": ["lonesome"]}),
    ],
)
def test_who_guessed_reads_what_they_caught_and_the_other_reads_nothing(
    does: str, named: dict[str, Any], found: dict[str, list[str]], cast: Cast
) -> None:
    guessed(Pair(cast), "lonely", "sad", does=does, **named)

    assert told(cast.ben) == found
    assert told(cast.ana) == {}


def test_who_never_guessed_finds_a_page_that_says_when_one_does(cast: Cast) -> None:
    page = cast.eve.browser().get(reverse("dialogue:feelings")).content.decode()

    assert "Nothing stands here yet" in page


def test_with_the_coach_off_only_the_very_same_word_is_caught_and_the_page_says_so(cast: Cast) -> None:
    guessed(Pair(cast), "lonely", feelings=("lonely",), own=("lonesome",))
    choices.switch(cast.ben.ring(), on=False)

    assert told(cast.ben) == {"caught": ["lonely"], "new": ["lonesome"]}
    assert "Your coach is off" in cast.ben.browser().get(reverse("dialogue:feelings")).content.decode()


def test_what_is_parked_before_the_answer_hides_nothing(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(TO_GUESSING + "ben:guess")
    pair.does("ana", "park", words="your mother's visit")
    pair.play("ana:yes")

    assert told(cast.ben) == {"caught": ["lonely"]}


def test_months_are_those_of_ones_own_place_newest_first_and_hold_a_feeling_once(cast: Cast) -> None:
    for at in (datetime(2026, 8, 31, 23, tzinfo=UTC), datetime(2026, 11, 5, 20, tzinfo=UTC)):
        pairs = Pair(cast), Pair(cast)
        with patch.object(timezone, "now", lambda at=at: at):  # in Berlin the first is a night in September
            for pair in pairs:
                guessed(pair, "lonely", does="yes")

    lately = services.feelings_caught(cast.ben.ring(), "Europe/Berlin", coached=True)

    assert [(month.name, month.found.caught) for month in lately.months] == [
        ("November 2026", ("lonely",)),
        ("September 2026", ("lonely",)),
    ]


def test_a_feeling_of_the_wheel_is_the_same_when_it_is_typed_in_ones_own_language(cast: Cast) -> None:
    guessed(Pair(cast), "disappointed", feelings=(), own=("Enttäuscht",))
    choices.switch(cast.ben.ring(), on=False)

    with translation.override("de"):
        (month,) = services.feelings_caught(cast.ben.ring(), "UTC", coached=False).months

    assert month.found.caught == ("Enttäuscht",)


def test_while_the_coach_is_busy_the_very_same_word_counts_and_the_page_says_so(cast: Cast) -> None:
    guessed(Pair(cast), "lonely", feelings=("lonely",), own=("lonesome",))

    with patch.object(waiting, "_places", BoundedSemaphore(1)) as places:
        places.acquire()
        page = cast.ben.browser().get(reverse("dialogue:feelings"))

    assert page.status_code == 200
    assert "The coach is busy just now" in page.content.decode()
    assert told(cast.ben) == {"caught": ["lonely", "lonesome"]}


def test_where_one_device_goes_between_two_it_is_told_to_the_one_who_guessed(cast: Cast) -> None:
    pair = Pair(cast, medium="shared")
    pair.play(re.sub(r"ben:(?!now)", "ana:", TO_GUESSING))
    pair.does("ana", "guess", feelings=("lonely",))
    pair.does("ana", "yes")

    assert told(cast.ben) == {"caught": ["lonely"]}
    assert told(cast.ana) == {}


GUESSES = [
    (name, step.name, move)
    for name in SCRIPTS
    for step in script(name).steps.values()
    for move in step.moves.values()
    if move.kind == "guess" and "yes" in script(name).steps[move.next].moves
]


@pytest.mark.parametrize(("name", "step", "move"), GUESSES, ids=lambda one: getattr(one, "name", one))
def test_in_every_form_a_yes_says_that_all_of_it_fits(name: str, step: str, move: Move) -> None:
    guess = Entry(5, BEN, NOW, move.name, step, {"feelings": ["lonely"], "own": []})
    yes = Entry(6, ANA, NOW, "yes", move.next, {})

    assert named_after(script(name), guess, yes) == ("lonely",)
    assert named_after(script(name), guess, replace(yes, author=BEN)) is None


def test_what_was_taken_back_is_not_told_any_more(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(CLOSED)
    before = told(cast.ben)

    services.let_go(cast.ana.ring(), pair.ana)

    assert before == {"caught": ["lonely"]}
    assert told(cast.ben) == {}


def test_more_dialogues_cost_no_more_looks_at_the_store(cast: Cast) -> None:
    counts = []
    for _ in range(3):
        guessed(Pair(cast), "lonely", does="yes")
        ring = cast.ben.ring()
        with CaptureQueriesContext(connection) as looks:
            services.feelings_caught(ring, "UTC", coached=True)
        counts.append(len(looks))

    assert len(set(counts)) == 1
