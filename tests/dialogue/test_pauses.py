"""What either may do at any step: pause, park a topic and end, and nobody knows whose wish it was."""

from datetime import timedelta
from typing import Any

import pytest

from mandorla.dialogue.core import Entry, Pause, fold
from tests.dialogue.playing import ANA, ARRIVED, BEN, NOW, ROOM, refusal, table


@pytest.mark.parametrize("minutes", [19, 24 * 60 + 1, 0, -20])
def test_a_pause_lasts_twenty_minutes_to_a_day(minutes: int) -> None:
    assert refusal(table(ARRIVED["couples"]), BEN, "pause", minutes=minutes).reason == "pause_length"


@pytest.mark.parametrize("minutes", [20, 24 * 60])
def test_a_pause_shows_when_both_return(minutes: int) -> None:
    paused = table(ARRIVED["couples"])

    paused.does(BEN, "pause", minutes=minutes)

    assert paused.state.paused == Pause(NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(("first", "then", "left"), [(120, 20, 140), (1440, 20, 1440), (20, 1440, 1440), (20, 20, 40)])
def test_a_longer_pause_is_longer_and_nobody_makes_it_shorter_alone(first: int, then: int, left: int) -> None:
    paused = table(ARRIVED["couples"])

    paused.does(BEN, "pause", minutes=first)
    paused.does(ANA, "pause", minutes=then)

    assert paused.state.paused == Pause(NOW + timedelta(minutes=left))


def test_a_pause_keeps_the_step_and_the_last_mirror_that_was_right() -> None:
    sent = table(ARRIVED["couples"] + "ana:say ben:say ana:yes ana:more")
    before, mirror = sent.state, sent.entries[-3]

    sent.play("ben:pause")

    assert (sent.state.step, sent.state.turn) == (before.step, before.turn)
    assert (sent.state.confirmed, mirror.do) == (mirror.seq, "say")


def test_before_the_first_mirror_a_pause_has_none_to_show() -> None:
    assert table(ARRIVED["couples"] + "ana:say ben:say ben:pause").state.confirmed == 0


def test_nothing_is_said_during_a_pause() -> None:
    paused = table(ARRIVED["couples"] + "ben:pause")

    assert refusal(paused, ANA, "say").reason == "paused"


def test_both_must_be_ready_to_go_on() -> None:
    paused = table(ARRIVED["couples"] + "ben:pause ana:go_on")
    assert paused.state.paused == Pause(NOW + timedelta(minutes=20), frozenset({ANA}))
    assert refusal(paused, ANA, "go_on").reason == "already"

    paused.play("ben:go_on ana:say")

    assert not paused.state.paused
    assert paused.state.step == "mirror"


def test_a_longer_pause_asks_both_anew() -> None:
    paused = table(ARRIVED["couples"] + "ben:pause ana:go_on")

    paused.does(BEN, "pause", minutes=60)

    assert paused.state.paused == Pause(NOW + timedelta(minutes=20 + 60))


def test_one_cannot_go_on_where_nothing_is_paused() -> None:
    assert refusal(table(ARRIVED["couples"]), ANA, "go_on").reason == "not_here"


def test_going_on_twice_over_leaves_a_dialogue_that_goes_on() -> None:
    going = table(ARRIVED["couples"])

    state = fold(going.script, going.state, Entry(99, ANA, NOW, "go_on", "send", {}), "ff")

    assert state.paused is None


@pytest.mark.parametrize("do", ["pause", "park"])
@pytest.mark.parametrize("moves", ["", "ben:later", "ben:at"])
def test_there_is_nothing_to_pause_or_park_before_the_arrival(do: str, moves: str) -> None:
    assert refusal(table(moves), BEN, do).reason == "not_here"


def test_another_topic_is_parked_without_leaving_the_step() -> None:
    parked = table(ARRIVED["couples"] + "ana:say")

    entry = parked.does(BEN, "park", words=" the holiday ")

    assert entry.body == {"words": "the holiday"}
    assert (parked.state.parked, parked.state.step) == ((entry.seq,), "mirror")


def test_a_parked_topic_is_one_line() -> None:
    assert refusal(table(ARRIVED["couples"]), BEN, "park", words="a" * 121).reason == "line_too_long"


def test_a_dozen_parked_topics_are_enough() -> None:
    parked = table(ARRIVED["couples"] + "ben:park " * 12)

    assert refusal(parked, ANA, "park").reason == "parked_enough"


@pytest.mark.parametrize("moves", ["", "ben:at", "ben:now", ARRIVED["couples"], ARRIVED["couples"] + "ana:pause"])
@pytest.mark.parametrize("who", [ANA, BEN])
def test_either_ends_it_at_any_second(moves: str, who: Any) -> None:
    ended = table(moves)

    ended.does(who, "end")

    assert (ended.state.over, ended.state.paused) == ("ended", None)


@pytest.mark.parametrize("do", ["pause", "park", "end"])
def test_whose_wish_it_was_is_written_nowhere(do: str) -> None:
    by_ana, by_ben = table(ARRIVED["couples"] + "ana:say"), table(ARRIVED["couples"] + "ana:say")

    first, second = by_ana.does(ANA, do), by_ben.does(BEN, do)

    assert first == second
    assert first.author == ROOM
    assert by_ana.state == by_ben.state
