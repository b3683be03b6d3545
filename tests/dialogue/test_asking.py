"""A dialogue asked for: it is answered, put off or taken back, lapses, and begins once with the arrival."""

from datetime import timedelta
from typing import Any

import pytest

from mandorla.dialogue.core import has_lapsed
from tests.dialogue.playing import ANA, ARRIVED, BEN, NOW, refusal, table, through_json


@pytest.mark.parametrize(
    ("moves", "step", "over"),
    [
        ("ben:now", "breathe", ""),
        ("ben:at", "appointed", ""),
        ("ben:later", "deferred", ""),
        ("ben:later ben:later ben:now", "breathe", ""),
        ("ben:no", "asked", "declined"),
        ("ana:withdraw", "asked", "withdrawn"),
        ("ben:later ana:withdraw", "deferred", "withdrawn"),
        ("ben:at ana:here ben:here", "breathe", ""),
        ("ben:at ana:here ben:move", "appointed", ""),
        ("ben:at ana:end", "appointed", "ended"),
    ],
)
def test_a_request_is_answered(moves: str, step: str, over: str) -> None:
    answered = table(moves).state

    assert (answered.step, answered.over) == (step, over)


def test_moving_the_appointment_asks_both_to_come_anew() -> None:
    moved = table("ben:at ana:here ben:move")

    assert moved.state.done == frozenset()


def test_a_request_remembers_the_wish_until_a_time_is_given() -> None:
    wish = NOW + timedelta(days=3)
    asked = table(wish=wish)
    assert asked.state.at == wish

    asked.does(BEN, "at", at=NOW + timedelta(days=4))

    assert asked.state.at == NOW + timedelta(days=4)


@pytest.mark.parametrize("days", [-1, 0, 61])
def test_an_appointment_lies_ahead_and_not_too_far(days: int) -> None:
    assert refusal(table(), BEN, "at", at=NOW + timedelta(days=days)).reason == "time"


def test_an_appointment_has_a_time() -> None:
    assert refusal(table(), BEN, "at", at=None).reason == "time"


def test_a_request_lapses_after_two_days() -> None:
    asked = table()
    asked.now = NOW + timedelta(hours=48)
    assert not has_lapsed(asked.script, asked.state, asked.now)

    asked.now += timedelta(seconds=1)

    assert has_lapsed(asked.script, asked.state, asked.now)
    for person, do in ((BEN, "now"), (ANA, "withdraw"), (ANA, "end")):
        assert refusal(asked, person, do).reason == "lapsed"


def test_an_appointment_lapses_two_days_after_its_time() -> None:
    appointed = table()
    appointed.does(BEN, "at", at=NOW + timedelta(days=5))

    assert not has_lapsed(appointed.script, appointed.state, NOW + timedelta(days=7))
    assert has_lapsed(appointed.script, appointed.state, NOW + timedelta(days=7, seconds=1))


def test_an_early_wish_does_not_make_a_request_lapse_sooner() -> None:
    asked = table(wish=NOW - timedelta(days=3))

    assert not has_lapsed(asked.script, asked.state, NOW + timedelta(hours=47))


def test_a_dialogue_that_began_or_is_over_never_lapses() -> None:
    for moves in (ARRIVED["couples"], "ben:no"):
        held = table(moves)

        assert not has_lapsed(held.script, held.state, NOW + timedelta(days=400))


@pytest.mark.parametrize(
    ("moves", "person", "do"), [("", BEN, "now"), ("ben:at", ANA, "here"), ("ben:later", BEN, "now")]
)
def test_while_dialogues_rest_none_begins_but_a_gentle_one(moves: str, person: Any, do: str) -> None:
    assert refusal(table(moves), person, do, resting=True).reason == "resting"
    assert table(moves, "appreciation").does(person, do, resting=True).do == do


@pytest.mark.parametrize("do", ["at", "later", "no", "end"])
def test_while_dialogues_rest_one_can_still_answer(do: str) -> None:
    assert table().does(BEN, do, resting=True).do == do


def test_a_dialogue_begins_with_the_arrival_and_begins_once() -> None:
    held = table("ben:at")
    assert held.state.begun_at is None

    held.now += timedelta(days=1)
    held.play("ana:here ben:here")
    began = held.now
    held.now += timedelta(minutes=5)
    held.play("ana:ready ben:ready")

    assert held.state.begun_at == began
    assert through_json(held.state).begun_at == began


def test_a_rest_does_not_interrupt_a_dialogue_that_is_held() -> None:
    assert table(ARRIVED["couples"]).does(ANA, "say", resting=True).do == "say"
