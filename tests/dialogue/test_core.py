"""The table: what each move needs, what it leads to, and what the two screens show of it."""

import json
import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mandorla.dialogue.core import Entry, Offer, Pause, assemble, decide, fold, has_lapsed, screen
from mandorla.dialogue.core.state import CHUNKS_SHOWN
from mandorla.vault.core import Moved, NotYours, Refused
from tests.dialogue.model import APPRECIATION, COUPLES, OVER, Model
from tests.dialogue.playing import (
    ANA,
    ANSWERED,
    ARRIVED,
    BEN,
    EVE,
    HEARD,
    NOW,
    PEOPLE,
    ROOM,
    THANKED,
    Table,
    script,
    through_json,
    told,
)

MEDIA = ("written", "letters", "spoken", "shared")
MODELS = {"couples/1": COUPLES, "appreciation/1": APPRECIATION}
STATE_BYTES_MAX = 2000
DISTURBED_MAX = 2


def table(moves: str = "", name: str = "couples", medium: str = "written", **facts: Any) -> Table:
    return Table(script(f"{name}/1"), medium, **facts).play(moves)


def refusal(held: Table, person: Any, do: str, **facts: Any) -> Refused:
    before = held.state
    with pytest.raises(Refused) as refused:
        held.does(person, do, **facts)
    assert held.state == before
    return refused.value


# Who may


@pytest.mark.parametrize("do", ["say", "now", "pause", "park", "end", "go_on"])
def test_a_stranger_may_do_nothing(do: str) -> None:
    for moves in ("", ARRIVED["couples"]):
        with pytest.raises(NotYours):
            table(moves).does(EVE, do)


def test_the_asker_cannot_say_yes_in_place_of_the_other() -> None:
    assert refusal(table(), ANA, "now").reason == "not_your_turn"


def test_the_asked_cannot_withdraw_the_request() -> None:
    assert refusal(table(), BEN, "withdraw").reason == "not_your_turn"


def test_receiver_cannot_judge_the_mirror() -> None:
    at_check = table(ARRIVED["couples"] + "ana:say ben:say")

    assert refusal(at_check, BEN, "yes").reason == "not_your_turn"


def test_receiver_cannot_validate_before_the_check() -> None:
    at_check = table(ARRIVED["couples"] + "ana:say ben:say")

    assert refusal(at_check, BEN, "say").reason == "not_here"


def test_a_move_of_another_step_is_not_here() -> None:
    assert refusal(table(), BEN, "lands").reason == "not_here"


def test_one_cannot_move_twice_where_both_move_once() -> None:
    breathing = table("ben:now ana:ready")

    assert refusal(breathing, ANA, "ready").reason == "not_your_turn"


@pytest.mark.parametrize(("medium", "do"), [("written", "mirror_now"), ("spoken", "let_me")])
def test_a_move_of_the_other_medium_is_refused(medium: str, do: str) -> None:
    assert refusal(table(ARRIVED["couples"], medium=medium), BEN, do).reason == "not_your_turn"


def test_a_screen_of_an_earlier_turn_has_moved() -> None:
    sent = table(ARRIVED["couples"] + "ana:say")

    with pytest.raises(Moved) as moved:
        sent.does(BEN, "say", seen=sent.state.turn - 1)

    assert moved.value.head == sent.state.seq


def test_a_screen_of_this_turn_is_good_enough() -> None:
    breathing = table("ben:now ana:ready")

    breathing.does(BEN, "ready", seen=breathing.state.turn)

    assert breathing.state.step == "gift"


@pytest.mark.parametrize("do", ["pause", "park", "end"])
def test_nobody_has_to_look_again_before_they_may_stop(do: str) -> None:
    sent = table(ARRIVED["couples"] + "ana:say")

    entry = sent.does(BEN, do, seen=1)

    assert entry.do == do


def test_nothing_follows_the_end() -> None:
    over = table(ARRIVED["couples"] + "ana:say ben:end")

    for person, do in ((BEN, "say"), (ANA, "go_on"), (ANA, "pause"), (BEN, "end")):
        assert refusal(over, person, do).reason == "over"


# Asking, answering, lapsing


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


# Words, feelings


def test_words_are_kept_without_their_margins_and_with_their_lead() -> None:
    said = table(ARRIVED["couples"]).does(ANA, "say", words="  I miss our walks.\n", lead="What I notice is …")

    assert said.body == {"words": "I miss our walks.", "lead": "What I notice is …"}


def test_words_need_no_lead() -> None:
    assert table(ARRIVED["couples"]).does(ANA, "say").body == {"words": "I miss our walks."}


@pytest.mark.parametrize("words", ["", " \n\t"])
def test_nothing_cannot_be_said(words: str) -> None:
    assert refusal(table(ARRIVED["couples"]), ANA, "say", words=words).reason == "empty"


def test_too_many_words_are_refused_with_both_numbers() -> None:
    refused = refusal(table(ARRIVED["couples"]), ANA, "say", words="a" * 2001)

    assert (refused.reason, refused.facts) == ("too_long", {"most": 2000, "length": 2001})


def test_two_thousand_characters_are_not_too_many() -> None:
    assert table(ARRIVED["couples"]).does(ANA, "say", words="a" * 2000).body == {"words": "a" * 2000}


def test_a_lead_cannot_be_used_to_say_more() -> None:
    assert refusal(table(ARRIVED["couples"]), ANA, "say", lead="a" * 201).reason == "line_too_long"


def test_nothing_spoken_is_written_down() -> None:
    spoken = table(ARRIVED["couples"], medium="spoken")

    assert spoken.does(ANA, "say", words="overheard", lead="overheard").body == {}


def test_a_choice_carries_no_words() -> None:
    at_check = table(ARRIVED["couples"] + "ana:say ben:say")

    assert at_check.does(ANA, "yes", words="smuggled").body == {}


@pytest.mark.parametrize(
    ("feelings", "own"), [((), ()), (("low", "sad", "raw", "lost"), ()), (("low", "sad"), ("odd", "flat"))]
)
def test_one_to_three_feelings_are_guessed(feelings: tuple[str, ...], own: tuple[str, ...]) -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands")

    refused = refusal(at_empathy, BEN, "guess", feelings=feelings, own=own)

    assert (refused.reason, refused.facts) == ("feelings", {"most": 3})


@pytest.mark.parametrize(("own", "reason"), [(" ", "empty"), ("a" * 61, "line_too_long")])
def test_a_feeling_is_a_word_or_two(own: str, reason: str) -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands")

    assert refusal(at_empathy, BEN, "guess", feelings=(), own=(own,)).reason == reason


def test_feelings_of_the_wheel_and_ones_own_are_kept_apart() -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands")

    guess = at_empathy.does(BEN, "guess", feelings=("low", "lonely"), own=(" left over ",))

    assert guess.body == {"feelings": ["low", "lonely"], "own": ["left over"]}


def test_feelings_are_picked_in_the_spoken_medium_too() -> None:
    at_empathy = table(HEARD["couples"] + "ben:say ana:lands", medium="spoken")

    assert at_empathy.does(BEN, "guess").body == {"feelings": ["lonely"], "own": []}


def test_every_feeling_picked_is_found_again_afterwards() -> None:
    felt = table(HEARD["couples"] + "ben:say ana:lands ben:guess ana:other")

    assert felt.state.felt == (felt.state.seq - 1, felt.state.seq)


def test_of_many_feelings_the_last_dozen_is_found_again() -> None:
    felt = table(HEARD["couples"] + "ben:say ana:lands ben:guess").state

    many = felt.with_(felt=tuple(range(100, 112)), seq=felt.seq)
    after = fold(script("couples/1"), many, Entry(200, ANA, NOW, "other", "empathy_check", {}), "ff")

    assert after.felt == (*range(101, 112), 200)


# Pausing, parking, ending


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


# Where moves lead


def test_a_missed_part_is_said_again_and_counted() -> None:
    missed = table(ARRIVED["couples"] + "ana:say" + " ben:say ana:partly ana:say ben:say ana:not_yet ana:say")
    assert (missed.state.step, missed.state.tries) == ("mirror", 2)

    missed.play("ben:say ana:yes")

    assert (missed.state.step, missed.state.tries) == ("more", 0)


def test_a_missing_piece_goes_back_to_the_summary() -> None:
    added = table(ARRIVED["couples"] + "ana:say ben:say ana:yes ana:no_more ben:say ana:partly ana:say")

    assert (added.state.step, added.state.tries, len(added.state.chunks)) == ("summary", 1, 2)


def test_a_part_that_makes_no_sense_yet_is_told_and_mirrored_before_validating_again() -> None:
    clarified = table(HEARD["couples"] + "ben:unclear ana:say ben:say ana:partly ana:say ben:say ana:yes")

    assert clarified.state.step == "validate"


@pytest.mark.parametrize("judged", ["ana:not_yet", "ana:correct"])
def test_a_validation_that_does_not_land_is_given_again(judged: str) -> None:
    again = table(HEARD["couples"] + "ben:say " + judged)

    assert (again.state.step, again.state.tries) == ("validate", 1)


def test_feelings_that_were_put_right_are_mirrored_before_thanks() -> None:
    named = table(HEARD["couples"] + "ben:say ana:lands ben:guess ana:other")
    assert named.state.step == "empathy_mirror"

    named.play("ben:say")

    assert named.state.step == "thanks"


def test_both_thank_in_any_order() -> None:
    for moves in ("ana:say ben:say", "ben:say ana:skip", "ben:skip ana:say"):
        thanked = table(HEARD["couples"] + "ben:say ana:lands ben:guess ana:yes " + moves)

        assert thanked.state.step == "switch"


def test_roles_change_once_both_have_said_yes_to_it_now() -> None:
    offered = table(HEARD["couples"] + THANKED + "ben:now")
    assert (offered.state.step, offered.state.role_of(ANA)) == ("switch_answer", "sender")

    offered.play("ana:now")

    assert (offered.state.step, offered.state.role_of(BEN), offered.state.round) == ("send", "sender", 1)


def test_a_new_turn_begins_with_an_empty_table() -> None:
    switched = table(HEARD["couples"] + "ben:say ana:not_yet " + THANKED + "ben:now ana:now").state

    assert (switched.latest, switched.chunks, switched.chunks_before) == ({}, (), 0)
    assert (switched.tries, switched.prompt, switched.done) == (0, 0, frozenset())


@pytest.mark.parametrize("moves", ["ben:at", "ben:now ana:at"])
def test_a_switch_by_appointment_arrives_again_with_roles_changed(moves: str) -> None:
    later = table(HEARD["couples"] + THANKED + moves)
    assert (later.state.step, later.state.role_of(BEN)) == ("appointed", "sender")
    assert later.state.at == NOW + timedelta(days=1)

    later.play("ana:here ben:here ana:ready ben:ready")

    assert later.state.step == "gift"
    assert refusal(later, ANA, "say").reason == "not_your_turn"


def test_after_the_second_turn_thanks_lead_to_the_close() -> None:
    closing = table("".join(STAGES["couples"]))
    assert closing.state.step == "gem"

    closing.play("ana:say ben:say ana:say ben:skip")

    assert closing.state.over == "closed"


@pytest.mark.parametrize("moves", ["ben:close", "ben:now ana:close"])
def test_one_turn_may_be_enough(moves: str) -> None:
    assert table(HEARD["couples"] + THANKED + moves).state.step == "gem"


def test_prompts_are_walked_down_one_by_one() -> None:
    walking = table(ARRIVED["appreciation"], "appreciation")
    walked = []
    for _ in range(4):
        walked.append(screen(walking.script, walking.state, BEN).prompt)
        walking.play("ana:say ben:say ana:yes")

    assert walked == ["did", "quality", "gives", "touches"]
    assert (walking.state.step, screen(walking.script, walking.state, BEN).prompt) == ("validate", "")


def test_only_what_is_optional_can_be_left_out() -> None:
    walking = table(ARRIVED["appreciation"], "appreciation")
    assert refusal(walking, ANA, "leave_out").reason == "not_your_turn"

    walking.play("ana:say ben:say ana:yes " * 3 + "ana:leave_out")

    assert walking.state.step == "validate"


def test_a_missed_part_keeps_its_prompt() -> None:
    missed = table(ARRIVED["appreciation"] + "ana:say ben:say ana:not_yet ana:say ben:say", "appreciation")

    assert screen(missed.script, missed.state, ANA).prompt == "did"


def test_receiver_may_ask_to_mirror_that_much() -> None:
    writing = table(ARRIVED["couples"])
    before = writing.state

    writing.play("ben:let_me")

    assert (writing.state.step, writing.state.turn) == (before.step, before.turn)
    assert [screen(writing.script, writing.state, one).signalled for one in (ANA, BEN)] == [True, False]
    assert refusal(writing, BEN, "let_me").reason == "not_your_turn"
    assert not writing.play("ana:say").state.signal


def test_receiver_may_take_the_floor_to_mirror_where_it_is_spoken() -> None:
    speaking = table(ARRIVED["couples"] + "ben:mirror_now", medium="spoken")

    assert speaking.state.step == "mirror"
    assert "send" not in speaking.state.latest


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


# Every path


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("name", MODELS)
def test_every_path_is_the_one_of_the_practice(name: str, medium: str) -> None:
    """From every state that can be reached, by every person and every move: the core and the model agree."""
    moves = {move for step in MODELS[name].steps for move in MODELS[name].named(step)}
    start = Table(script(name), medium)
    todo, seen = [(start.state, Model(MODELS[name], medium))], set()
    while todo:
        state, model = todo.pop()
        if model.key() in seen:
            continue
        seen.add(model.key())
        for person in (ANA, BEN):
            for move in moves:
                allowed = move in model.allowed(person == ANA)
                after = _tried(start, state, person, move)
                assert (after is not None) == allowed, (model.key(), person, move)
                if after is not None:
                    went = model.gone(person == ANA, move)
                    assert _where(after) == went.where(), (model.key(), person, move)
                    todo.append((after, went))

    reached = {step for step, *_ in seen}
    left_out = {"breathe", "appointed"} if medium == "letters" else set()
    assert reached == {*MODELS[name].steps, OVER} - left_out


def _tried(at: Table, state: Any, person: Any, move: str) -> Any:
    try:
        entry = decide(at.script, state, person, replace(at.command(move), seen=state.seq), now=at.now, room=ROOM)
    except Refused:
        return None
    return fold(at.script, state, entry, "ff")


def _where(state: Any) -> tuple[str, bool, int, int]:
    return (OVER if state.over else state.step, state.people[state.sender] == ANA, state.round, len(state.done))


# Random walks


def _as_the_other(moves: str) -> str:
    return moves.replace("ana:", "x:").replace("ben:", "ana:").replace("x:", "ben:")


def _stages(name: str) -> list[str]:
    """A whole dialogue with both turns, cut where its parts end."""
    heard = HEARD[name].removeprefix(ARRIVED[name])
    return [ARRIVED[name], heard, THANKED + "ben:now ana:now ", _as_the_other(heard), _as_the_other(THANKED)]


STAGES = {name: _stages(name) for name in ARRIVED}


seldom = precondition(lambda self: self.disturbed < DISTURBED_MAX)  # or a walk would hardly ever leave the start


class Walk(RuleBasedStateMachine):
    """Two people, a stranger, late clicks and repeated ones, against the model and the promises of a dialogue."""

    @initialize(name=st.sampled_from(sorted(MODELS)), medium=st.sampled_from(MEDIA), far=st.integers(0, 5))
    def ask(self, name: str, medium: str, far: int) -> None:
        self.table = Table(script(name), medium)
        self.model = Model(MODELS[name], medium)
        self.moves = sorted({move for step in MODELS[name].steps for move in MODELS[name].named(step)})
        self.last: tuple[Any, Any] | None = None
        self.disturbed = 0
        for one in "".join(STAGES[name.partition("/")[0]][:far]).split():
            person, _, move = one.partition(":")
            if move in self.model.allowed(PEOPLE[person] == ANA):  # nobody breathes in letters
                self.made(PEOPLE[person], move)

    @precondition(lambda self: self.table.state.over)
    @rule(name=st.sampled_from(sorted(MODELS)), medium=st.sampled_from(MEDIA), far=st.integers(0, 5))
    def ask_again(self, name: str, medium: str, far: int) -> None:
        self.ask(name, medium, far)

    @precondition(lambda self: self.rightly(ANA))
    @rule(data=st.data())
    def ana_moves(self, data: st.DataObject) -> None:
        self.made(ANA, data.draw(st.sampled_from(self.rightly(ANA))))

    @precondition(lambda self: self.rightly(BEN))
    @rule(data=st.data())
    def ben_moves(self, data: st.DataObject) -> None:
        self.made(BEN, data.draw(st.sampled_from(self.rightly(BEN))))

    @precondition(lambda self: self.table.state.paused)
    @rule()
    def both_are_ready(self) -> None:
        paused = self.table.state.paused
        assert paused is not None

        for person in {ANA, BEN} - paused.ready:
            if self.table.state.paused:  # one device: whoever touches it speaks for both
                self.table.does(person, "go_on")

        assert self.table.state.paused is None
        self.disturbed = 0

    @seldom
    @rule(data=st.data(), person=st.sampled_from((ANA, BEN, EVE)))
    def try_anything(self, data: st.DataObject, person: Any) -> None:
        self.disturbed += 1
        move = data.draw(st.sampled_from([*self.moves, "shout"]))
        state = self.table.state
        right = person in (ANA, BEN) and move in self.model.allowed(person == ANA)

        if right and not state.over and not state.paused:
            self.made(person, move)
        else:
            self.bounced(person, self.table.command(move))

    @seldom
    @rule(data=st.data(), person=st.sampled_from((ANA, BEN)))
    def come_late(self, data: st.DataObject, person: Any) -> None:
        self.disturbed += 1
        state = self.table.state
        seen = data.draw(st.integers(0, state.turn - 1))
        move = data.draw(st.sampled_from(self.moves))

        problem = self.bounced(person, self.table.command(move, seen=seen))

        assert isinstance(problem, Refused if state.over else Moved)

    @seldom
    @precondition(lambda self: self.last is not None)
    @rule()
    def click_twice(self) -> None:
        self.disturbed += 1
        assert self.last is not None

        self.bounced(*self.last)

    @seldom
    @precondition(lambda self: not self.table.state.over)
    @rule(person=st.sampled_from((ANA, BEN)), do=st.sampled_from(("pause", "go_on", "park")), seen=st.integers(0, 99))
    def do_anywhere(self, person: Any, do: str, seen: int) -> None:
        self.disturbed += 1
        state, command = self.table.state, self.table.command(do, seen=min(seen, self.table.state.seq))
        begun = self.table.script.steps[state.step].place != "appointment"
        ready = state.paused is not None and person not in state.paused.ready
        allowed = {"pause": begun, "go_on": ready, "park": begun and len(state.parked) < 12}[do]

        if not allowed:
            self.bounced(person, command)
            return
        entry = self.table.does(person, do, seen=command.seen)

        if do != "go_on":
            self.of_the_room(entry, state, person)

    @seldom
    @precondition(lambda self: not self.table.state.over)
    @rule(person=st.sampled_from((ANA, BEN)), really=st.integers(0, 9))
    def end(self, person: Any, really: int) -> None:
        self.disturbed += 1
        if really == 9:
            state = self.table.state
            entry = self.table.does(person, "end")

            self.of_the_room(entry, state, person)
            self.model = self.model.ended()

    @seldom
    @rule(hours=st.integers(0, 12))
    def let_time_pass(self, hours: int) -> None:
        """Not while a request may lapse: that has its own tests."""
        self.disturbed += 1
        if self.table.script.steps[self.table.state.step].place != "appointment":
            self.table.now += timedelta(hours=hours)

    def rightly(self, person: Any) -> list[str]:
        """What this person may do in the step, but for what ends it all before it began."""
        if self.table.state.over or self.table.state.paused:
            return []
        return sorted(self.model.allowed(person == ANA) - {"no", "withdraw"})

    def made(self, person: Any, move: str) -> None:
        command = self.table.command(move)
        self.table.does(person, move)
        self.model = self.model.gone(person == ANA, move)
        self.last = (person, command)
        self.disturbed = 0

    def bounced(self, person: Any, command: Any) -> Exception:
        table = self.table
        with pytest.raises((Refused, Moved, NotYours)) as problem:
            decide(table.script, table.state, person, command, now=table.now, room=ROOM)
        assert (problem.type is NotYours) == (person == EVE)
        return problem.value

    def of_the_room(self, entry: Entry, before: Any, person: Any) -> None:
        """The same wish of the other one would have left the same trace."""
        other, table = (BEN if person == ANA else ANA), self.table
        twin = decide(table.script, before, other, table.command(entry.do), now=table.now, room=ROOM)
        assert entry == twin
        assert entry.author == ROOM
        assert not {ANA.hex, BEN.hex} & set(_strings(entry.body))

    @invariant()
    def it_stands_where_the_practice_says(self) -> None:
        assert _where(self.table.state) == self.model.where()

    @invariant()
    def replay_equals_the_dialogue(self) -> None:
        assert self.table.replayed() == self.table.state == through_json(self.table.state)

    @invariant()
    def the_state_stays_small(self) -> None:
        far = replace(self.table.state, seq=self.table.state.seq + 10_000_000)
        assert len(json.dumps(far.packed(), separators=(",", ":"))) < STATE_BYTES_MAX

    @invariant()
    def nobody_is_validated_or_felt_before_being_heard(self) -> None:
        state = self.table.state
        place = self.table.script.steps[state.step].place
        if place in ("validation", "empathy"):
            turn = list(self.this_turn())
            assert ("summary_check" if state.script == "couples/1" else "check") in [step for step, _ in turn]
            assert {("summary_check", "all"), ("check", "yes")} & set(turn)
        if place == "empathy":
            assert ("validate_check", "lands") in turn

    @invariant()
    def the_screens_offer_what_may_be_done_and_show_what_is_kept(self) -> None:
        table, state = self.table, self.table.state
        screens = {person: screen(table.script, state, person) for person in (ANA, BEN)}
        for person, seen in screens.items():
            if not state.over:
                offered = {offer.name for offer in (*seen.offers, *seen.aside)}
                assert offered == self.model.allowed(person == ANA)
                assert bool(seen.offers) == seen.my_turn
            assert {*seen.shows, *seen.chunks} <= set(table.snapshot.entries) == state.needed()
        turns = [person for person, seen in screens.items() if seen.my_turn and seen.person == person]
        assert turns or state.over
        assert len(turns) < 2 or table.script.steps[state.step].role == "both"

    def this_turn(self) -> Iterator[tuple[str, str]]:
        """The moves since roles last changed."""
        turn: list[tuple[str, str]] = []
        for entry in self.table.entries:
            turn.append((entry.step, entry.do))
            move = self.table.script.steps[entry.step].moves.get(entry.do)
            if move and move.swaps:
                turn.clear()
        return iter(turn)


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from _strings(one)
        case list():
            for one in value:
                yield from _strings(one)


STEPS = int(os.environ.get("MANDORLA_STEPS", "2000"))
STEPS_EACH = 50
STEPS_MET = 20  # fewer than an example takes on average, so that the walk is never shorter than it says


@pytest.mark.timeout(1200)
def test_a_dialogue_keeps_its_promises_on_any_walk() -> None:
    """2,000 steps; as many as MANDORLA_STEPS says for a longer walk."""
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_MET),
            stateful_step_count=STEPS_EACH,
            derandomize="MANDORLA_STEPS" not in os.environ,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
