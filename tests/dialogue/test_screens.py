"""What a dialogue keeps at hand, and what the two screens show and offer of it."""

from copy import deepcopy

import pytest

from mandorla.dialogue.core import Offer, assemble, screen
from mandorla.dialogue.core.state import CHUNKS_SHOWN
from tests.dialogue.playing import ANA, ANSWERED, ARRIVED, BEN, HEARD, THANKED, Table, table, through_json, told

# What is kept


def test_the_summary_shows_the_last_chunks_and_counts_those_before() -> None:
    chunks = CHUNKS_SHOWN + 3
    long = table(ARRIVED["couples"] + "ana:say ben:say ana:yes ana:more " * (chunks - 1) + "ana:say ben:say ana:yes")
    sent = tuple(entry.seq for entry in long.entries if (entry.step, entry.do) == ("send", "say"))

    long.play("ana:no_more")

    seen = screen(long.script, long.state, BEN)
    assert (len(sent), seen.chunks, seen.chunks_before) == (chunks, sent[-CHUNKS_SHOWN:], 3)


def test_words_of_an_earlier_visit_are_not_shown_as_those_of_this_one() -> None:
    raw = deepcopy(told())
    raw["switching/1"]["steps"]["switch"]["moves"]["close"]["next"] = "intention"
    at = Table(assemble(raw["couples/1"], raw)).play(ANSWERED + "ana:skip ben:skip ana:say ben:say")
    at.play(HEARD["couples"].removeprefix(ARRIVED["couples"]) + THANKED + "ben:close")
    assert at.state.step == "intention"

    at.play("ana:skip ben:say")

    assert at.state.latest["intention"] == (at.state.seq,)


def test_both_ones_words_are_shown_together() -> None:
    intended = table(ANSWERED + "ana:skip ben:skip ana:say ben:say")

    assert screen(intended.script, intended.state, BEN).shows == (intended.state.seq - 1, intended.state.seq)


def test_a_state_needs_what_its_screens_show_and_the_first_entry() -> None:
    sent = table(ARRIVED["couples"] + "ana:say ben:say ana:yes ana:more ana:say")
    mirror, chunks = sent.state.confirmed, sent.state.chunks

    assert sent.state.needed() == {1, mirror, *chunks}
    assert set(sent.snapshot.entries) == sent.state.needed()
    assert sent.snapshot.state == sent.state


def test_a_state_is_read_back_as_it_was_stored() -> None:
    rich = table(ARRIVED["couples"] + "ana:say ben:say ana:yes ana:more ben:let_me ben:park ana:pause ben:go_on")

    assert through_json(rich.state) == rich.state
    assert through_json(table("ben:at ana:here").state) == table("ben:at ana:here").state
    assert rich.replayed() == rich.state


# Screens


def test_the_one_who_waits_is_offered_nothing_of_the_turn() -> None:
    sent = table(ARRIVED["couples"] + "ana:say")
    waiting, mirroring = screen(sent.script, sent.state, ANA), screen(sent.script, sent.state, BEN)

    assert (waiting.role, waiting.my_turn, waiting.offers, waiting.aside) == ("sender", False, (), ())
    assert (mirroring.role, mirroring.my_turn, mirroring.offers) == ("receiver", True, (Offer("say", "say"),))
    assert waiting.shows == mirroring.shows == (sent.state.seq,)


def test_quiet_moves_stand_aside() -> None:
    asked, writing = table(), table(ARRIVED["couples"])

    assert screen(asked.script, asked.state, ANA).aside == (Offer("withdraw", "choose"),)
    assert screen(asked.script, asked.state, ANA).my_turn is False
    assert screen(writing.script, writing.state, BEN).aside == (Offer("let_me", "signal"),)
    assert screen(writing.script, writing.state, ANA).offers == (Offer("say", "say"),)


def test_what_may_be_left_out_is_marked() -> None:
    optional = table(ARRIVED["appreciation"] + "ana:say ben:say ana:yes " * 3, "appreciation")

    offers = screen(optional.script, optional.state, ANA).offers

    assert offers == (Offer("say", "say"), Offer("leave_out", "choose", optional=True))


def test_one_who_has_done_their_part_waits_for_the_other() -> None:
    half = table("ben:now ana:ready")
    mine, yours = screen(half.script, half.state, ANA), screen(half.script, half.state, BEN)

    assert (mine.done, mine.my_turn, mine.offers) == (True, False, ())
    assert (yours.done, yours.my_turn, yours.offers) == (False, True, (Offer("ready", "ready"),))


def test_the_first_ones_gem_is_not_shown_before_the_second_has_given_one() -> None:
    half = table(HEARD["couples"] + THANKED + "ben:close ana:say")

    assert half.state.seq not in screen(half.script, half.state, BEN).shows


def test_chunks_are_listed_only_where_they_are_gathered() -> None:
    sent = table(ARRIVED["couples"] + "ana:say ben:say ana:yes ana:more " * CHUNKS_SHOWN + "ana:say")
    assert sent.state.chunks_before == 1

    seen = screen(sent.script, sent.state, BEN)

    assert (seen.chunks, seen.chunks_before) == ((), 0)


def test_an_appreciation_is_validated_beside_all_that_was_said() -> None:
    heard = table(HEARD["appreciation"], "appreciation")

    assert screen(heard.script, heard.state, BEN).chunks == heard.state.chunks
    assert len(heard.state.chunks) == 3


@pytest.mark.parametrize(("moves", "begun"), [("", False), ("ben:at", False), ("ben:now", True)])
def test_a_dialogue_has_begun_with_the_arrival(moves: str, begun: bool) -> None:
    asked = table(moves)

    assert screen(asked.script, asked.state, ANA).begun is begun
