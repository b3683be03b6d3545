"""More than two at the table: who listens, who watches, who comes as a guest, who goes, and what a guide may do."""

from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest

from mandorla.dialogue.core import ScriptError, State, assemble, screen
from mandorla.dialogue.core.state import APART_MAX
from mandorla.vault.core import NotYours, Refused
from tests.dialogue.playing import CAST, GUIDE, OBSERVER, ROOM, Table, script, through_json, told

P0, P1, P2, P3, P4 = CAST[:5]
GATHERED = "p1:yes p2:yes p3:yes p4:yes p0:here p1:here p2:here p3:here p4:here "
READY = "p0:ready p1:ready p2:ready p3:ready p4:ready "
HEARD = "p0:say p1:say p0:yes p0:no_more p1:say p0:all p1:say p0:lands p1:guess p0:yes p0:skip p1:skip "


def family(moves: str = "", people: int = 5, **facts: Any) -> Table:
    return Table(script("family/1"), people=people, **facts).play(moves)


def telling(moves: str = "") -> Table:
    """P0 tells, P1 listens, three watch."""
    table = family(GATHERED + READY)
    table.does(P0, "ask", person=P1)
    return table.play(moves)


def circle(moves: str = "") -> Table:
    """Five in a communologue, before anybody has spoken."""
    return Table(script("communologue/1"), people=5).play(GATHERED + READY + moves)


def refusal(table: Table, person: UUID, do: str, /, **facts: Any) -> str:
    before = table.state
    with pytest.raises(Refused) as refused:
        table.does(person, do, **facts)
    assert table.state == before
    return refused.value.reason


def roles(state: State) -> list[str]:
    return [state.role_of(person) for person in state.people]


# Asking


def test_a_usual_length_is_one_of_its_lengths() -> None:
    with pytest.raises(ScriptError, match="25 minutes are usual, and none of its lengths"):
        assemble(told()["family/1"] | {"usual": 25}, told())


def test_it_gathers_once_everyone_has_answered_and_leaves_out_who_says_not_this_time() -> None:
    table = family("p1:yes p2:no p3:yes p4:yes")

    assert (table.state.step, table.state.people) == ("gather", (P0, P1, P3, P4))


def test_the_asker_goes_on_without_those_who_have_not_answered() -> None:
    table = family("p1:yes p0:without")

    assert (table.state.step, table.state.people) == ("gather", (P0, P1))


def test_too_few_are_no_dialogue_and_nobody_is_blamed() -> None:
    assert family("p1:no p2:no p3:no p4:no").state.over == "declined"
    assert Table(script("communologue/1"), people=3).play("p1:no").state.over == "declined"


@pytest.mark.parametrize("moves", ["p2:no ", GATHERED + READY + "p2:leave "])
def test_whoever_said_no_or_left_sees_and_does_nothing_more_there(moves: str) -> None:
    table = family(moves)

    seen = screen(table.script, table.state, P2)

    assert (seen.away, seen.shows, seen.offers, seen.aside) == (True, (), (), ())
    with pytest.raises(NotYours):
        table.does(P2, "end")


# Turns


def test_whoever_tells_chooses_who_listens_and_the_others_watch() -> None:
    table = telling()

    assert roles(table.state) == ["sender", "receiver", "observer", "observer", "observer"]
    assert refusal(table, P2, "say") == "not_your_turn"


@pytest.mark.parametrize("whom", [P0, OBSERVER, None])
def test_only_another_of_the_people_can_be_chosen(whom: UUID | None) -> None:
    table = family(GATHERED + READY)

    assert refusal(table, P0, "ask", person=whom) == "whom"


def test_each_who_watched_says_one_thing_and_then_the_next_tells() -> None:
    table = telling(HEARD)
    assert screen(table.script, table.state, P3).my_turn
    assert not screen(table.script, table.state, P1).my_turn

    table.play("p2:say p3:skip p4:say p0:on")

    assert (table.state.step, table.state.sender, table.state.round) == ("name", 1, 1)


def test_two_need_choose_nobody_and_nobody_watches() -> None:
    table = family("p1:yes p0:here p1:here p0:ready p1:ready ", people=2)

    assert (table.state.step, roles(table.state)) == ("send", ["sender", "receiver"])
    assert table.play(HEARD).state.step == "taken_in"


def test_everyone_gets_to_tell_before_it_closes() -> None:
    table = family("p1:yes p2:yes p0:here p1:here p2:here p0:ready p1:ready p2:ready ", people=3)
    tellers = []
    for sender, receiver in ((0, 1), (1, 2), (2, 0)):
        tellers.append(table.state.sender)
        table.does(CAST[sender], "ask", person=CAST[receiver])
        table.play(
            HEARD.replace("p0", "s").replace("p1", "r").replace("s:", f"p{sender}:").replace("r:", f"p{receiver}:")
        )
        table.play(f"p{3 - sender - receiver}:skip p{sender}:on")

    assert (tellers, table.state.step) == ([0, 1, 2], "round")


# The line


def test_the_first_in_line_is_called_when_the_one_before_is_done() -> None:
    table = circle("p1:speak p2:take p1:say p3:queue p0:queue p2:say p1:yes p1:no_more")

    assert (table.state.step, table.state.people[table.state.sender], table.state.queue) == ("listener", P3, (P0,))


def test_one_stands_in_line_once_and_may_step_out_of_it() -> None:
    table = circle("p1:speak p3:queue")
    assert refusal(table, P3, "queue") == "already"

    assert table.play("p3:unqueue").state.queue == ()


def test_it_closes_when_nobody_has_anything_to_add_or_when_the_guide_says_so() -> None:
    assert circle("p0:enough p1:enough p2:enough p3:enough p4:enough").state.step == "round"
    floor = circle("p1:speak p2:take p1:say p2:say p1:yes p1:no_more")
    assert refusal(floor, P1, "close") == "not_your_turn"
    assert floor.play("guide:close").state.step == "round"


def test_what_was_said_stays_on_the_list_when_roles_change() -> None:
    table = circle("p1:speak p2:take p1:say p2:say p1:yes p1:no_more p3:speak p0:take p3:addition p0:say")

    assert len(screen(table.script, table.state, P4).gathered) == 2
    assert set(table.state.gathered) <= set(table.snapshot.entries)


# Going


def test_who_listened_and_leaves_is_replaced_and_it_goes_on_after_the_last_accurate_mirror() -> None:
    table = telling("p0:say p1:say p0:yes p0:more p0:say p1:leave")
    assert (table.state.step, table.state.receiver) == ("name", -1)

    table.does(P0, "ask", person=P2)

    assert (table.state.step, table.state.role_of(P2)) == ("more", "receiver")


def test_a_turn_ends_with_the_one_who_told() -> None:
    table = telling("p0:say p0:leave")

    assert (table.state.step, table.state.people[table.state.sender]) == ("name", P1)


def test_nobody_is_passed_over_when_somebody_leaves() -> None:
    table = telling(HEARD + "p2:skip p3:skip p4:skip p0:on")
    table.play("p0:leave")
    told_since = [table.state.people[table.state.sender]]
    for _ in range(3):
        table.play(f"{_name(told_since[-1])}:leave") if len(table.state.people) > 2 else None
        told_since.append(table.state.people[table.state.sender])

    assert told_since[:3] == [P1, P2, P3]


def test_a_step_waits_for_nobody_who_left() -> None:
    table = telling(HEARD + "p2:skip p3:skip")

    assert table.play("p4:leave").state.step == "taken_in"


def test_below_the_least_number_it_ends_neutrally() -> None:
    table = Table(script("communologue/1"), people=3).play(
        "p1:yes p2:yes p0:here p1:here p2:here p0:ready p1:ready p2:ready"
    )

    assert table.play("p2:leave").state.over == "ended"


def test_who_asked_and_leaves_before_it_begins_takes_the_request_back() -> None:
    assert family("p1:yes p0:leave").state.over == "withdrawn"


def test_two_do_not_leave_but_end() -> None:
    assert refusal(Table(script("couples/1")), P0, "leave") == "not_here"


def test_who_left_hears_no_more_of_it() -> None:
    table = telling("p0:say p4:leave p1:say")

    seen = screen(table.script, table.state, P4)

    assert (seen.welcome, seen.shows, seen.chunks, seen.waits_for) == (False, (), (), ())


def test_it_does_not_begin_without_the_guide_it_needs_because_somebody_left() -> None:
    table = family("p1:yes p2:yes p3:yes p4:yes p0:here p1:here p2:here p3:here")
    table.does(P0, "dismiss", person=GUIDE)

    table.play("p4:leave")

    assert (table.state.step, table.state.done, table.state.begun_at) == ("gather", frozenset(), None)
    table.does(P0, "bring", person=GUIDE, role="guide")
    table.is_welcomed(GUIDE)
    assert table.play("p0:here p1:here p2:here p3:here").state.step == "breathe"


def test_it_does_not_begin_in_a_rest_because_somebody_left() -> None:
    table = family("p1:yes p2:yes p3:yes p4:yes p0:here p1:here p2:here p3:here")

    table.does(P4, "leave", resting=True)

    assert (table.state.step, table.state.done, table.state.begun_at) == ("gather", frozenset(), None)
    assert table.replayed() == table.state
    assert table.play("p0:here p1:here p2:here p3:here").state.step == "breathe"


def test_nobody_is_kept_in_a_dialogue_by_a_rest() -> None:
    table = telling("p0:say")

    table.does(P4, "leave", resting=True)

    assert (table.state.step, len(table.state.people)) == ("mirror", 4)


# Guests


def test_who_is_at_the_door_learns_nothing_from_what_is_refused() -> None:
    table = telling("p0:say")
    table.does(P0, "bring", person=OBSERVER, role="observer")

    why = {refusal(table, OBSERVER, do, seen=seen) for do in ("say", "pause", "here") for seen in (0, 99)}

    assert why == {"guest"}
    assert table.does(OBSERVER, "leave").by == OBSERVER


def test_nobody_comes_to_look_on_because_somebody_left_who_had_not_welcomed_them() -> None:
    table = telling("p0:say p1:say p0:yes")
    table.does(P0, "bring", person=OBSERVER, role="observer")
    for person in (P1, P2, P3):
        table.does(person, "welcome", person=OBSERVER)

    table.play("p4:leave")

    assert screen(table.script, table.state, OBSERVER).welcome is False
    assert table.replayed().is_welcome(OBSERVER) is False


def test_a_guest_sees_nothing_before_everyone_has_welcomed_them() -> None:
    table = telling("p0:say")
    table.does(P1, "bring", person=OBSERVER, role="observer")

    before = screen(table.script, table.state, OBSERVER)
    for person in (P0, P2, P3):
        table.does(person, "welcome", person=OBSERVER)
    still = screen(table.script, table.state, OBSERVER)
    table.does(P4, "welcome", person=OBSERVER)
    after = screen(table.script, table.state, OBSERVER)

    assert [(one.welcome, one.begun, bool(one.shows)) for one in (before, still, after)] == [
        (False, False, False),
        (False, False, False),
        (True, True, True),
    ]


@pytest.mark.parametrize("do", ["say", "pause", "end", "park", "bring", "dismiss", "lend", "slow", "back", "queue"])
def test_an_observer_is_silent(do: str) -> None:
    table = telling("p0:say p1:say p0:yes")
    table.does(P0, "bring", person=OBSERVER, role="observer")
    table.is_welcomed(OBSERVER)

    assert refusal(table, OBSERVER, do, person=P1) in {"guest", "not_here", "not_your_turn"}


def test_a_guest_who_looked_on_may_say_what_touched_them_and_the_room_writes_it_down() -> None:
    table = telling()
    table.does(P0, "bring", person=OBSERVER, role="observer")
    table.is_welcomed(OBSERVER)
    table.play(HEARD)

    said = table.does(OBSERVER, "say")

    assert (said.author, said.by) == (ROOM, OBSERVER)


def test_anyone_lets_a_guest_go_at_once_and_nobody_reads_who_it_was() -> None:
    table = telling()

    gone = table.does(P3, "dismiss", person=GUIDE)

    assert (gone.author, P3.hex in str(gone.body)) == (ROOM, False)
    assert not table.state.knows(GUIDE)


def test_one_of_the_people_is_no_guest_and_nobody_is_brought_twice() -> None:
    table = telling()

    assert refusal(table, P0, "bring", person=P1, role="observer") == "guest"
    assert refusal(table, P0, "bring", person=GUIDE, role="guide") == "already"
    assert refusal(table, P0, "bring", person=OBSERVER, role="judge") == "guest"


# Guides


def test_a_form_that_needs_a_guide_begins_only_with_one() -> None:
    table = family("p1:yes p2:yes p3:yes p4:yes", guided=False)
    assert refusal(table, P0, "here") == "guide"

    table.does(P0, "bring", person=GUIDE, role="guide")
    assert refusal(table, P0, "here") == "guide"
    table.is_welcomed(GUIDE)

    assert table.does(P0, "here").do == "here"


def test_a_guide_who_goes_lets_the_others_go_on_where_one_was_needed_to_begin() -> None:
    assert telling("p0:say guide:leave p1:say").state.step == "check"


def test_a_guide_who_had_to_stay_and_goes_lets_it_rest_at_the_last_accurate_mirror() -> None:
    raw = deepcopy(told())
    raw["family/1"] |= {"guard": "T+", "media": ["written", "spoken"]}
    table = Table(assemble(raw["family/1"], raw), people=5).play(GATHERED + READY)
    table.does(P0, "ask", person=P1)
    table.play("p0:say p1:say p0:yes p0:more p0:say guide:leave")

    assert table.state.step == "more"
    assert refusal(table, P0, "more") == "guide"
    table.does(P2, "bring", person=GUIDE, role="guide")
    table.is_welcomed(GUIDE)
    assert table.play("p0:more").state.step == "send"


def test_a_stem_is_lent_to_one_person_until_the_step_is_over() -> None:
    table = telling()
    lent = table.does(GUIDE, "lend", person=P0, words="What I need is …")

    seen = {person: screen(table.script, table.state, person).lent for person in (P0, P1)}

    assert seen == {P0: lent.seq, P1: 0}
    assert lent.seq in table.snapshot.entries
    assert table.play("p0:say").state.lent == {}


def test_a_guide_goes_back_to_the_last_accurate_mirror_of_this_turn() -> None:
    table = telling("p0:say p1:say")
    assert refusal(table, GUIDE, "back") == "not_here"
    table.play("p0:yes p0:more p0:say p1:say")

    table.does(GUIDE, "back")

    assert table.state.step == "more"
    assert screen(table.script, table.state, P0).shows == (table.state.confirmed,)


@pytest.mark.parametrize("do", ["say", "yes", "end", "park", "pace", "welcome", "bring", "dismiss", "go_on"])
def test_a_guide_speaks_in_nobodys_place(do: str) -> None:
    table = telling("p0:say")

    assert refusal(table, GUIDE, do, person=P1, role="guide") in {"guest", "not_here", "not_your_turn"}


def test_going_back_many_times_keeps_no_more_than_a_few_numbers_and_hides_no_less() -> None:
    table, wrote = telling(HEARD), list[int]()
    for _ in range(APART_MAX + 5):
        wrote.append(table.does(P2, "say").seq)
        table.does(GUIDE, "back")
        table.play("p1:say p0:lands p1:guess p0:yes p0:skip p1:skip")

    spans = table.state.apart

    assert len(spans) == APART_MAX
    assert all(any(first < seq < last for first, last in spans) for seq in wrote)
    assert through_json(table.state) == table.state


# Drawing


def drawn_by_child(drawn: str) -> Any:
    table = Table(script("parent-child/1")).play("p1:now p0:ready p1:ready")
    return table.does(P1, "draw", drawn=drawn, words="").body


def test_whoever_is_asked_tells_and_may_draw_or_pass() -> None:
    table = Table(script("parent-child/1")).play("p1:now p0:ready p1:ready")

    assert table.state.role_of(P1) == "sender"
    assert {offer.name for offer in screen(table.script, table.state, P1).offers} == {"say", "draw", "pass"}
    assert drawn_by_child("0 0 1000 1000; 5 5 6 6") == {"strokes": [[0, 0, 1000, 1000], [5, 5, 6, 6]]}


@pytest.mark.parametrize(
    ("drawn", "reason"),
    [
        (" ; ", "empty"),
        ("0 0 1", "drawing"),
        ("0 0 1001 0", "drawing"),
        ("a b", "drawing"),
        ("1 1 2 2;" * 81, "drawing"),
        ("1 1 " * 2001, "drawing"),
    ],
)
def test_a_drawing_is_bounded(drawn: str, reason: str) -> None:
    with pytest.raises(Refused, match=rf"^{reason}$"):
        drawn_by_child(drawn)


def test_words_beside_a_drawing_go_along_with_it() -> None:
    table = Table(script("parent-child/1")).play("p1:now p0:ready p1:ready")

    said = table.does(P1, "draw", drawn="0 0 9 9", words=" A house, and nobody in it. ")

    assert said.body == {"strokes": [[0, 0, 9, 9]], "words": "A house, and nobody in it."}


# Scripts


def test_whatever_can_be_drawn_can_be_said_in_words() -> None:
    raw = deepcopy(told())
    del raw["parent-child/1"]["steps"]["tell"]["moves"]["say"]

    with pytest.raises(ScriptError, match="step tell: draw draws, and what could be drawn cannot be said in words"):
        assemble(raw["parent-child/1"], raw)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": [1, 4]}, "it is held by 2 to 30 people, the least of them first"),
        ({"people": [4, 3]}, "it is held by 2 to 30 people, the least of them first"),
        ({"media": ["shared"]}, "more than two do not fit around one device"),
        ({"among": ["crowd"]}, "'crowd' is none of relationship, family, group"),
    ],
)
def test_a_script_for_several_that_cannot_be_played_is_refused(changes: dict[str, Any], words: str) -> None:
    raw = deepcopy(told())
    raw["family/1"] |= changes

    with pytest.raises(ScriptError) as refused:
        assemble(raw["family/1"], raw)

    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("move", "words"),
    [
        ({"act": "choose", "next": "mirror"}, "more than two hold it, and nobody was named to listen before:"),
        (
            {"act": "say", "role": "guide", "next": "send"},
            "step name: extra is a guide's, who has no words of their own here",
        ),
    ],
)
def test_nobody_listens_unnamed_and_no_guide_has_words(move: dict[str, Any], words: str) -> None:
    raw = deepcopy(told())
    raw["family/1"]["steps"]["name"]["moves"]["extra"] = move

    with pytest.raises(ScriptError) as refused:
        assemble(raw["family/1"], raw)

    assert str(refused.value).startswith(words)


def test_a_move_that_works_everywhere_has_no_second_meaning_in_a_step() -> None:
    raw = deepcopy(told())
    raw["family/1"]["steps"]["name"]["moves"]["leave"] = {"act": "choose", "next": "send"}

    with pytest.raises(ScriptError, match="step name: leave works everywhere and needs another name here"):
        assemble(raw["family/1"], raw)


def _name(person: UUID) -> str:
    return f"p{CAST.index(person)}"
