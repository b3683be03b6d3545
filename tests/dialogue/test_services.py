"""A dialogue as the two people have it: asked for, held, stopped and read again, all of it committed and sealed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mandorla.accounts import services as accounts
from mandorla.dialogue import services
from mandorla.dialogue.core import Command
from mandorla.dialogue.models import Event, Thread
from mandorla.dialogue.services import Asked, Seat, Typed, bell, moves, rooms, scripts
from mandorla.dialogue.services.writer import Writer
from mandorla.spaces import services as spaces
from mandorla.spaces.models import Space
from mandorla.vault.core import Locked, Moved, NotYours, Refused, new_id
from mandorla.vault.models import UnlockRow
from mandorla.vault.services import KeyRing
from tests.cast import Cast
from tests.dialogue.seated import ARRIVED, CLOSED, HEARD, Pair, seat

FORMS = {script.name for script in scripts.every() if "relationship" in script.among}
GENTLE = {"appreciation", "flooding"}
GUARDED = {script.name for script in scripts.every() if script.guard and "relationship" in script.among}
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def listening(heard: list[tuple[UUID, UUID]]) -> Iterator[None]:
    """What the bell tells meanwhile."""

    def listener(thread: UUID, note: UUID) -> None:
        heard.append((thread, note))

    with patch.object(bell, "_listeners", [listener]):
        yield


@contextmanager
def later(hours: int) -> Iterator[None]:
    """The hours pass for everything that asks what time it is."""
    then = timezone.now() + timedelta(hours=hours)
    with patch.object(timezone, "now", lambda: then):
        yield


def test_a_whole_dialogue_with_a_switch_can_be_held_and_read_again(cast: Cast) -> None:
    pair = Pair(cast)

    pair.play(CLOSED)

    assert [pair.sees(who).over for who in ("ana", "ben")] == ["closed", "closed"]
    read = [entry for page in (1, 2) for entry in services.transcript(pair.ben, page).entries]
    sent = [(entry.author, entry.mine, entry.words) for entry in read if entry.kind == "send"]
    assert sent == [("Ana", False, "say by ana")] * 3 + [("Ben", True, "say by ben")]


def test_nothing_but_the_topic_is_there_before_the_yes(cast: Cast) -> None:
    pair = Pair(cast)

    asked = pair.sees("ben")

    assert (asked.topic, asked.shows, asked.begun) == ("Sunday evenings", (), False)
    assert [button.name for button in asked.buttons] == ["now", "at", "later", "no"]


def test_asking_twice_with_one_key_asks_once(cast: Cast) -> None:
    services.end_gentle_path(cast.ana.ring(), cast.space)
    asked = Asked(new_id(), "couples", "Money", "written", 30)

    again = {services.ask(cast.ana.ring(), cast.space, asked) for _ in range(2)}

    assert again == {asked.key}
    assert Thread.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"topic": "   "}, "topic"),
        ({"topic": "x" * 121}, "line_too_long"),
        ({"medium": "telepathy"}, "form"),
        ({"minutes": 7}, "form"),
        ({"script": "nothing"}, "form"),
        ({"wish": timezone.now() - timedelta(hours=1)}, "time"),
    ],
)
def test_a_request_that_does_not_hold_is_refused_with_its_reason(
    cast: Cast, wrong: dict[str, object], reason: str
) -> None:
    services.end_gentle_path(cast.ana.ring(), cast.space)
    right = {"script": "couples", "topic": "Money", "medium": "written", "minutes": 30}

    with pytest.raises(Refused, match=rf"^{reason}$"):
        services.ask(cast.ana.ring(), cast.space, Asked(new_id(), **right | wrong))  # type: ignore[arg-type]


def _closed_forms(ring: KeyRing, space: UUID) -> dict[str, str]:
    """Every form there is, and why it cannot be asked for."""
    return {form.script.name: form.closed for form in services.forms_for(ring, space)}


def _closed_for(reason: str) -> dict[str, str]:
    """What it looks like where only gentle forms are open; a form that needs a guide is closed for that."""
    return dict.fromkeys(FORMS, reason) | dict.fromkeys(GENTLE, "") | dict.fromkeys(GUARDED, "guide")


@pytest.mark.parametrize("form", sorted(GUARDED))
def test_a_form_that_needs_a_guide_is_not_begun_without_one(cast: Cast, form: str) -> None:
    script = next(one for one in scripts.forms() if one.name == form)

    with pytest.raises(Refused, match=r"^guide$"):
        services.ask(cast.ana.ring(), cast.space, Asked(new_id(), form, "Us", script.media[0], script.minutes[0]))

    assert not Thread.objects.exists()


def test_the_gentle_path_is_the_same_for_both_and_ends_after_its_appreciations(cast: Cast) -> None:
    drawn = spaces.items(cast.ana.ring(), cast.space, "gentle_path")[0].value["dialogues"]

    before = [_closed_forms(one.ring(), cast.space) for one in (cast.ana, cast.ben)]
    for _ in range(drawn):
        thread = services.ask(cast.ana.ring(), cast.space, Asked(new_id(), "appreciation", "Today", "spoken", 10))
        held = Pair.__new__(Pair)
        held.cast, held.thread, held.ana, held.ben = cast, thread, seat(cast.ana, thread), seat(cast.ben, thread)
        held.play("ben:now ana:ready ben:ready ana:skip ben:skip " + "ana:say ben:say ana:yes " * 3 + "ana:leave_out ")
        held.play("ben:say ana:lands ben:guess ana:yes ana:skip ben:skip ben:close ana:skip ben:skip ana:skip ben:skip")

    assert before == [_closed_for("gentle")] * 2
    assert 1 <= drawn <= 3
    assert _closed_forms(cast.ben.ring(), cast.space) == dict.fromkeys(FORMS, "") | dict.fromkeys(GUARDED, "guide")


def test_a_rest_closes_the_couples_dialogue_for_both_and_names_nobody(cast: Cast) -> None:
    pair = Pair(cast)
    services.rest(cast.ben.ring(), cast.space, 3)

    closed = [_closed_forms(one.ring(), cast.space) for one in (cast.ana, cast.ben)]
    with pytest.raises(Refused, match=r"^resting$"):
        services.move(seat(cast.ben, pair.thread), Command(new_id(), 1, "now"))

    assert closed == [_closed_for("resting")] * 2
    assert {item.author for item in spaces.items(cast.ana.ring(), cast.space, "rest")} == {cast.space}


def test_a_rest_has_every_place_taken_anew_so_that_open_rooms_know_of_it(cast: Cast) -> None:
    pair, heard = Pair(cast), list[tuple[UUID, UUID]]()
    with listening(heard):
        services.rest(cast.ana.ring(), cast.space, 1)

    assert heard == [(pair.thread, bell.RESEAT)]
    assert seat(cast.ben, pair.thread).rests


@pytest.mark.parametrize("words", [True, False])
def test_who_leaves_is_told_to_every_process(cast: Cast, words: bool) -> None:
    pair, far, near = Pair(cast), list[tuple[UUID, UUID]](), list[tuple[UUID, UUID]]()
    with patch.object(bell, "ring_afar", lambda cursor, *told: far.append(told)), listening(near):
        spaces.leave(cast.ana.ring(), cast.space, withdraw=words)

    assert far == near == [(pair.thread, bell.RESEAT)]


def test_new_keys_are_noticed_by_a_seat_taken_under_the_old_ones(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    Space.objects.update(rotate_due=timezone.now().date())
    services.rest(cast.ana.ring(), cast.space, 1)
    pair.ana = seat(cast.ana, pair.thread)

    before = services.is_behind(pair.ben)
    pair.does("ana", "say")

    assert (before, services.is_behind(pair.ben)) == (False, True)
    pair.ben = seat(cast.ben, pair.thread)
    assert (services.is_behind(pair.ben), pair.sees("ben").shows[-1].words) == (False, "say by ana")


def test_the_same_command_twice_is_one_entry_and_one_answer(cast: Cast) -> None:
    pair = Pair(cast)
    command = Command(new_id(), 1, "now")

    first = services.move(pair.ben, command)
    services.forget(pair.thread)
    second = services.move(pair.ben, command)

    assert first == second
    assert Event.objects.filter(thread=pair.thread).count() == 2


@pytest.mark.parametrize("warm", [True, False])
def test_a_key_used_for_something_else_is_refused(cast: Cast, warm: bool) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    key = new_id()
    pair.does("ana", "say", key=key, words="one thing")
    if not warm:
        services.forget(pair.thread)

    with pytest.raises(Refused, match=r"^other_command$"):
        pair.does("ana", "say", key=key, words="another thing")


@pytest.mark.parametrize(("do", "facts"), [("pause", {"minutes": 20}), ("park", {"words": "Your mother"})])
def test_what_may_be_done_again_at_any_time_is_done_once_with_one_key_even_after_a_restart(
    cast: Cast, do: str, facts: dict[str, Any]
) -> None:
    pair, key = Pair(cast), new_id()
    pair.play(ARRIVED)

    first = pair.does("ana", do, key=key, **facts)
    services.forget(pair.thread)
    again = pair.does("ana", do, key=key, **facts)

    assert again == first
    assert Event.objects.filter(thread=pair.thread, command=key).count() == 1


def test_a_screen_that_is_out_of_date_moves_nothing(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    old = pair.sees("ana").v
    pair.play("ana:say ben:say ana:yes ana:more")

    with pytest.raises(Moved):
        pair.does("ana", "say", seen=old, words="typed long ago")


def test_a_room_read_while_a_move_was_on_its_way_does_not_hide_it(cast: Cast) -> None:
    pair, may_go = Pair(cast), threading.Event()
    pair.play("ben:now")
    command, look = Command(new_id(), pair.sees("ana").v, "ready"), rooms.may_still

    with patch.object(moves, "may_still", lambda *given: (may_go.wait(5), look(*given))):
        answer = moves.start(pair.ana, command)
        services.forget(pair.thread)
        before = services.room_for(pair.ben, checked=True).v
        may_go.set()
        ack = answer.result(5)

    assert (before, pair.sees("ben").v) == (ack.seq - 1, ack.seq)


def test_the_pen_writes_on_when_somebody_fails_to_hear_of_it() -> None:
    writer = Writer()

    def deaf(outcome: object) -> None:
        raise RuntimeError

    assert writer.submit(new_id(), lambda cursor: 1, settled=deaf).result(5) == 1
    assert writer.submit(new_id(), lambda cursor: 2).result(5) == 2


@pytest.mark.parametrize("called", ["{", "{x}", "{author:>99}"])
def test_a_name_is_shown_as_it_is_whatever_signs_are_in_it(cast: Cast, called: str) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED + "ana:say")
    accounts.rename(cast.ana.ring(), called)

    ben = seat(cast.ben, pair.thread)

    assert services.room_for(ben).partner == called
    assert called in {entry.label for entry in services.transcript(ben).entries}


def test_a_stranger_has_no_seat_and_a_missing_dialogue_looks_the_same(cast: Cast) -> None:
    pair = Pair(cast)

    with pytest.raises(NotYours):
        seat(cast.eve, pair.thread)
    with pytest.raises(NotYours):
        seat(cast.eve, UUID(int=1))


def test_a_locked_person_can_write_nothing_more_from_an_open_seat(cast: Cast) -> None:
    pair = Pair(cast)
    UnlockRow.objects.filter(id=pair.ben.unlock).delete()

    with pytest.raises(Locked):
        pair.does("ben", "now")

    assert Event.objects.filter(thread=pair.thread).count() == 1


def test_at_one_device_nobody_finds_what_the_other_was_writing(cast: Cast) -> None:
    pair = Pair(cast, "vision", "shared")
    pair.play("ben:now ben:ready ben:ready ben:say ben:say")
    services.save_draft(pair.ben, Typed("We laugh", pair.sees("ben").v, 0))
    drafted = (pair.sees("ben").holder, pair.sees("ben").draft)

    pair.does("ben", "write", words="We laugh every day")
    services.save_draft(pair.ben, Typed("We laugh every day", pair.sees("ben").v - 1, 0))  # comes late

    assert drafted == ("Ana", "We laugh")
    assert (pair.sees("ben").holder, pair.sees("ben").draft) == ("Ben", "")


def test_a_pause_before_anything_was_confirmed_shows_nothing_of_it(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)

    pair.does("ben", "pause", minutes=20)

    assert [pair.sees(who).confirmed for who in ("ana", "ben")] == [None, None]


def test_a_pause_names_nobody_and_both_go_on_where_it_was_heard(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(HEARD)
    pair.does("ben", "pause", minutes=20)

    paused = [pair.sees(who) for who in ("ana", "ben")]
    pair.play("ana:go_on ben:go_on")

    assert all(one.paused and one.confirmed and one.confirmed.words == "say by ben" for one in paused)
    assert paused[0].until == paused[1].until
    assert list(Event.objects.filter(thread=pair.thread).order_by("seq").values_list("author", flat=True))[-3:] == [
        cast.space,
        cast.ana.id,
        cast.ben.id,
    ]
    assert pair.sees("ben").step == "summary"
    assert [(one.kind, one.author) for one in services.transcript(pair.ana).entries if one.room] == [("pause", "")]


def test_where_it_is_spoken_no_empty_words_stand_on_the_screen(cast: Cast) -> None:
    pair = Pair(cast, medium="spoken")

    pair.play(ARRIVED + "ana:say ben:say ana:yes ana:more ana:say ben:say")
    pair.does("ben", "pause", minutes=20)

    assert (pair.sees("ana").shows, pair.sees("ana").confirmed) == ((), None)
    pair.play("ana:go_on ben:go_on ana:yes ana:no_more ben:say ana:all ben:say ana:lands ben:guess")
    assert [(entry.kind, entry.feelings) for entry in pair.sees("ana").shows] == [("guess", ("lonely",))]


def test_an_end_is_the_rooms_own_and_leaves_unsent_words_with_their_writer(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    services.save_draft(pair.ana, Typed("half a sen", pair.sees("ana").v, 0))
    pair.does("ben", "end")

    assert [(pair.sees(who).over, pair.sees(who).draft) for who in ("ana", "ben")] == [
        ("ended", "half a sen"),
        ("ended", ""),
    ]
    assert Event.objects.filter(thread=pair.thread).latest("seq").author == cast.space


@pytest.mark.parametrize(("do", "over"), [("end", "ended"), ("pause", ""), ("dismiss", "")])
def test_who_stands_in_for_a_parent_is_themself_again_however_it_stops(cast: Cast, do: str, over: str) -> None:
    pair = Pair.guided(cast, "parent-role")
    pair.play("ben:now ana:ready ben:ready ana:say ben:say ana:say ben:yes ben:say ana:say")
    before = [pair.sees(one).set_down for one in ("ana", "ben")]

    pair.does("ben", do, minutes=20, person=cast.cleo.id)

    seen = [pair.sees(one) for one in ("ana", "ben")]
    assert (before, [one.over for one in seen]) == (["", ""], [over, over])
    for one in seen:
        assert "Ben is Ben, Ana is Ana, grown up." in one.set_down
        assert str(timezone.now().year) in one.set_down
    page = cast.ben.browser().get(reverse("dialogue:room", args=[pair.thread])).content.decode()
    assert "Nobody stands in for anybody now" in page


def test_the_role_is_set_down_before_anything_is_asked_of_the_partner(cast: Cast) -> None:
    pair = Pair.guided(cast, "parent-role")
    pair.play("ben:now ana:ready ben:ready ana:say ben:say ana:say ben:yes ben:say ana:say ben:say ana:yes ana:no_more")
    pair.play("ana:leave_out ana:say ben:say ana:yes ana:no_more ben:say ana:lands ben:guess ana:yes")

    titles = [pair.sees("ana").title]
    for move in ("ben:say", "ana:not_yet", "ben:say", "ana:yes"):
        pair.play(move)
        titles.append(pair.sees("ana").title)

    assert titles == ["Set the role down", "Whom do you see?", "Set the role down", "Whom do you see?", "And today?"]
    pair.does("ben", "end")
    assert pair.sees("ana").set_down == ""


def test_how_near_is_what_both_chose(cast: Cast) -> None:
    pair = Pair.guided(cast, "holding", "spoken")
    pair.play("ben:now ana:ready ben:ready ana:say ben:say ana:held ben:beside")

    shown = [[(one.label, one.words) for one in pair.sees(who).shows] for who in ("ana", "ben")]

    assert shown == [[("Ben chose", "Rather side by side, without touch")]] * 2


def test_nobody_can_choose_more_nearness_than_was_asked_for(cast: Cast) -> None:
    pair = Pair.guided(cast, "holding", "spoken")
    pair.play("ben:now ana:ready ben:ready ana:say ben:say ana:beside")

    assert {button.name for button in pair.sees("ben").buttons} == {"yes", "not_today"}


def test_what_is_parked_waits_for_both_without_a_name(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    pair.does("ben", "park", words="the garden")

    assert [services.look_back(one).parked[0].words for one in (pair.ana, pair.ben)] == ["the garden"] * 2
    assert services.look_back(pair.ana).parked[0].author == ""


def test_dialogues_are_listed_newest_first(cast: Cast) -> None:
    asked = [Pair(cast).thread for _ in range(4)]

    listed = services.dialogues_of(cast.ben.ring(), spaces.spaces_of(cast.ben.ring()))

    assert [one.id for one in listed] == asked[::-1]


def test_a_request_nobody_answers_lapses_for_both_after_two_days(cast: Cast) -> None:
    pair = Pair(cast)

    with later(hours=47):
        early = pair.sees("ana").over
    with later(hours=49):
        late = [pair.sees(who).over for who in ("ana", "ben")]

    assert (early, late) == ("", ["lapsed", "lapsed"])


def test_the_receiver_is_reminded_once_after_a_day(cast: Cast) -> None:
    Pair(cast)
    views = spaces.spaces_of(cast.ben.ring())

    def reminded() -> list[bool]:
        return [one.reminded for one in services.dialogues_of(cast.ben.ring(), views)]

    assert reminded() == [False]
    with later(hours=25):
        assert reminded() == [True]
        assert [one.reminded for one in services.dialogues_of(cast.ana.ring(), views)] == [False]


def test_the_list_asks_the_database_as_often_for_three_dialogues_as_for_one(cast: Cast) -> None:
    counts = []
    for _ in range(3):
        Pair(cast)
        ring = cast.ben.ring()
        views = spaces.spaces_of(ring)
        with CaptureQueriesContext(connection) as asked:
            services.dialogues_of(ring, views)
        counts.append(len(asked))

    assert counts[0] == counts[2]


def test_words_of_one_who_leaves_can_be_taken_back_and_the_rest_stays(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(HEARD)
    spaces.leave(cast.ana.ring(), cast.space, withdraw=True)

    left = services.transcript(seat(cast.ben, pair.thread), 1).entries

    assert {entry.state for entry in left if not entry.mine and not entry.room} == {"withdrawn"}
    assert {entry.words for entry in left if entry.mine} == {"say by ben"}
    with pytest.raises(NotYours):
        seat(cast.ana, pair.thread)
    with pytest.raises(Refused, match=r"^closed$"):
        services.move(seat(cast.ben, pair.thread), Command(new_id(), 99, "end"))


def test_lists_the_room_wrote_down_at_one_device_are_taken_back_by_who_leaves(cast: Cast) -> None:
    pair = Pair(cast, "vision", "shared")
    pair.play("ben:now ana:ready ben:ready ana:say ben:say")
    pair.does("ana", "write", words="a stone house")
    pair.does("ben", "write", words="quiet mornings")
    spaces.leave(cast.ana.ring(), cast.space, withdraw=True)

    left = services.transcript(seat(cast.ben, pair.thread), 1).entries

    assert [entry.lines for entry in left if entry.lines] == [("quiet mornings",)]


def test_a_log_put_back_is_noticed_by_who_has_seen_more(cast: Cast) -> None:
    pair = Pair(cast)
    before = Thread.objects.get()
    pair.play(ARRIVED)
    fresh = services.has_gone_back(cast.ana.ring(), pair.ana)

    Event.objects.filter(seq__gt=1).delete()
    Thread.objects.update(next_seq=before.next_seq, state=before.state)
    services.forget(pair.thread)

    assert not fresh
    assert services.has_gone_back(cast.ana.ring(), pair.ana)


def test_a_full_disk_keeps_nobody_from_reading(cast: Cast) -> None:
    pair = Pair(cast)

    with patch.object(spaces, "put", side_effect=OperationalError):
        gone_back = services.has_gone_back(cast.ana.ring(), pair.ana)

    assert not gone_back


def test_a_log_with_a_gap_or_altered_words_is_not_whole(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    whole = list(services.flaws())
    rows = Event.objects.filter(thread=pair.thread)
    rows.filter(seq=3).update(envelope=rows.get(seq=4).envelope)
    rows.filter(seq=6).delete()

    assert whole == []
    told = f"dialogue {pair.thread.hex}"
    assert list(services.flaws()) == [f"{told}: entry 3 was altered", f"{told}: entry 6 is missing"]


def test_a_broken_entry_is_said_to_be_broken_and_the_rest_still_reads(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    rows = Event.objects.filter(thread=pair.thread)
    rows.filter(seq=5).update(envelope=rows.get(seq=6).envelope)

    states = [entry.state for entry in services.transcript(pair.ana).entries if entry.seq in (5, 6)]

    assert states == ["unreadable", "open"]


def test_clocks_can_be_hidden_by_one_without_touching_the_other(cast: Cast) -> None:
    services.set_timers(cast.ana.ring(), on=False)

    assert [services.with_timers(one.ring()) for one in (cast.ana, cast.ben)] == [False, True]


def test_an_entry_that_is_gone_is_said_to_be_gone_and_the_room_still_opens(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    Event.objects.filter(thread=pair.thread, seq__in=[1, 5]).delete()
    services.forget(pair.thread)
    pair.ana = seat(cast.ana, pair.thread)

    assert pair.sees("ana").topic == ""
    assert not services.transcript(pair.ana).whole
    assert services.look_back(pair.ana).topic == ""


def test_a_dialogue_as_it_was_written_is_whole(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(CLOSED)

    assert [services.transcript(pair.ben, page).whole for page in (1, 2)] == [True, True]


def test_an_older_draft_of_the_past_put_in_the_place_of_an_entry_breaks_the_chain(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    thread, rows = Thread.objects.get(), list(Event.objects.filter(seq__gt=9))
    pair.play("ana:say ben:say")
    other = Event.objects.get(seq=11)
    Event.objects.filter(seq__gt=9).delete()
    Event.objects.bulk_create(rows)
    Thread.objects.update(next_seq=thread.next_seq, state=thread.state)
    services.forget(pair.thread)
    pair.does("ana", "say", words="something else")
    Event.objects.filter(seq=11).delete()
    Event.objects.bulk_create([other])
    pair.does("ben", "say")

    assert not services.transcript(pair.ana).whole


@pytest.mark.parametrize("other", [{"lead": "What I hear is …"}, {"words": "else"}])
def test_a_repeat_after_a_restart_must_be_the_same_in_every_part(cast: Cast, other: dict[str, str]) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    key, asked = new_id(), {"words": "I go quiet", "lead": "When it happens"}
    pair.does("ana", "say", key=key, **asked)
    services.forget(pair.thread)

    with pytest.raises(Refused, match=r"^other_command$"):
        pair.does("ana", "say", key=key, **asked | other)
    with pytest.raises(Refused, match=r"^other_command$"):
        pair.does("ben", "say", key=key, **asked)


def test_a_new_name_is_on_the_screens_of_both(cast: Cast) -> None:
    pair = Pair(cast)
    pair.play(ARRIVED)
    accounts.rename(cast.ben.ring(), "Benedikt")

    assert services.room_for(seat(cast.ana, pair.thread)).partner == "Benedikt"


def test_what_each_writes_apart_is_read_by_the_other_only_when_both_have(cast: Cast) -> None:
    pair = Pair(cast, "vision")
    pair.play("ben:now ana:ready ben:ready ana:skip ben:skip")
    pair.does("ana", "write", words="We laugh")

    assert "We laugh" in _lines_read(pair.ana)
    assert "We laugh" not in _lines_read(pair.ben)

    pair.does("ben", "write", words="We walk")

    assert {"We laugh", "We walk"} <= _lines_read(pair.ben)


def _lines_read(seat: Seat) -> set[str]:
    return {line for entry in services.transcript(seat).entries for line in entry.lines}
