"""A script that a host puts into a folder is asked for, held and shown like any other: it costs words, and no code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from mandorla.dialogue import live, services
from mandorla.dialogue.services import Asked, scripts
from mandorla.vault.core import new_id
from tests.cast import Cast
from tests.dialogue.seated import Pair, seat
from tests.dialogue.test_scripts import CHECK_IN

pytestmark = pytest.mark.django_db(transaction=True)

STEP = """
[steps.{name}]
title = "The title of {name}"
turn = "What to do in {name}"
wait = "What to wait for in {name}"
field = "The field of {name}"
stems = ["One …", "Two …", "Three …"]
spoken = "Say it aloud"
"""
WORDS = """
language = "en"
[form]
name = "An evening word"
what = "How it is today."
when = "Any day."
topic = "Today"
[kinds]
send = "{author} said"
mirror = "{author} heard"
"""
HELD = "ben:now ana:ready ben:ready ana:say ben:skip ana:say ben:say ana:no ben:say ana:yes"
MOVES = {"send": ("say", "leave_out"), "mirror": ("say",), "check": ("yes", "no")}


def words() -> str:
    """Every word the check-in needs."""
    told = WORDS
    for name, moves in MOVES.items():
        told += STEP.format(name=name)
        told += f"[steps.{name}.moves]\n" + "".join(f'{move} = "Do {move}"\n' for move in moves)
        told += f"[steps.{name}.spoken_moves]\n" + 'say = "Said"\n' * ("say" in moves)
    for prompt in ("body", "outside", "need"):
        told += STEP.format(name=f"send.prompts.{prompt}").replace(f"of send.prompts.{prompt}", f"of {prompt}")
    return told


@pytest.fixture
def with_check_in(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """A folder of the host's with one more script."""
    folder = tmp_path / "evening"
    folder.mkdir()
    (folder / "1.toml").write_text(CHECK_IN)
    (folder / "en.toml").write_text(words())
    settings.EXTRA_SCRIPTS = [str(tmp_path)]
    _read_anew()
    yield
    settings.EXTRA_SCRIPTS = []
    _read_anew()


def _read_anew() -> None:
    for cached in (scripts._scripts, scripts._texts, scripts._words, scripts._complete):
        cached.cache_clear()


@pytest.mark.usefixtures("with_check_in")
def test_a_third_script_is_offered_held_and_shown(cast: Cast) -> None:
    thread = services.ask(cast.ana.ring(), cast.space, Asked(new_id(), "evening", "Today", "written", 10))
    pair = Pair.__new__(Pair)
    pair.cast, pair.thread, pair.ana, pair.ben = cast, thread, seat(cast.ana, thread), seat(cast.ben, thread)
    shown: dict[str, Any] = {}

    for move in HELD.split():
        pair.play(move)
        for who in ("ana", "ben"):
            room = pair.sees(who)
            shown[f"{room.step} {who}"] = live.render(pair.seat(who), room)

    assert "An evening word" in {form.words["name"] for form in services.forms_for(cast.ben.ring(), cast.space)}
    assert "The title of body" in shown["send ana"] or "The title of outside" in shown["send ana"]
    assert "Do leave_out" in shown["send ana"]
    assert "What to wait for in mirror" in shown["mirror ana"]
    assert "Ben heard" in shown["check ana"]
