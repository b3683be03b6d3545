"""Moves at the table: who may make which, and where each leads."""

from datetime import timedelta

import pytest

from mandorla.dialogue.core import screen
from mandorla.vault.core import Moved, NotYours
from tests.dialogue.playing import ANA, ARRIVED, BEN, EVE, HEARD, NOW, STAGES, THANKED, refusal, table

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
