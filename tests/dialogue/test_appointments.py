"""Appointments taken along: which time stands, and what a file for one's own calendar says and keeps to itself."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from unittest.mock import patch
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Component, Event

from mandorla.dialogue import services
from mandorla.dialogue.core import appointment
from mandorla.dialogue.models import Thread
from mandorla.spaces import services as spaces
from mandorla.vault.core import new_id
from tests.cast import Cast, Someone
from tests.dialogue.playing import ARRIVED, BEN, NOW, Table, script
from tests.dialogue.seated import Pair
from tests.dialogue.test_services import later
from tests.dialogue.test_views import act, seen_everything

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


# Which time stands


@pytest.mark.parametrize(
    ("moves", "standing"),
    [
        ("", "tentative"),
        ("ben:at", "confirmed"),
        ("ben:at ben:move", "confirmed"),
        ("ben:later", "cancelled"),
        ("ben:no", "cancelled"),
        ("ana:withdraw", "cancelled"),
        ("ben:at ana:end", "cancelled"),
        ("ben:at ana:here ben:here", "cancelled"),
        ("ben:at ana:here ben:here ana:ready ben:ready ana:pause", "confirmed"),
    ],
)
def test_a_time_ahead_stands_as_long_as_it_is_meant(moves: str, standing: str) -> None:
    held = Table(script("couples/1"), wish=NOW + 2 * DAY).play(moves)

    found = appointment(held.script, held.state, NOW)

    assert found
    assert found.standing == standing


def test_it_lasts_as_long_as_was_asked_for() -> None:
    held = Table(script("couples/1")).play("ben:at")

    found = appointment(held.script, held.state, NOW)

    assert found
    assert (found.at, found.until - found.at) == (NOW + DAY, timedelta(minutes=held.state.minutes))


def test_a_pause_is_over_when_it_was_to_be() -> None:
    held = Table(script("couples/1")).play(ARRIVED["couples"] + "ana:pause")

    found = appointment(held.script, held.state, NOW)

    assert found
    assert found.at == NOW + timedelta(minutes=20)


def test_whatever_moves_it_counts_as_a_change() -> None:
    held = Table(script("couples/1"), wish=NOW + 3 * DAY)
    changes = []
    for do in ("at", "move", "end"):
        held.does(BEN, do)
        found = appointment(held.script, held.state, NOW)
        assert found
        changes.append(found.change)

    assert changes == sorted(set(changes))


@pytest.mark.parametrize("moves", ["", "ben:at"])
def test_what_is_past_or_was_never_named_is_no_appointment(moves: str) -> None:
    held = Table(script("couples/1")).play(moves)

    assert appointment(held.script, held.state, NOW + DAY) is None


def test_a_closed_space_holds_no_appointments() -> None:
    held = Table(script("couples/1")).play("ben:at")

    found = appointment(held.script, held.state, NOW, closed=True)

    assert found
    assert found.standing == "cancelled"


# The file


def file_of(someone: Someone, thread: UUID, zone: str = "UTC") -> Event:
    """The event someone gets for their calendar."""
    browser = someone.browser()
    browser.cookies["zone"] = zone
    answer = browser.get(reverse("dialogue:calendar", args=[thread]))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def appointed(cast: Cast) -> Pair:
    """Ana and Ben will meet in two days."""
    pair = Pair(cast)
    pair.does("ben", "at", at=timezone.now() + 2 * DAY)
    return pair


def test_a_file_says_when_and_nothing_else(cast: Cast) -> None:
    pair = Pair(cast)
    at = (timezone.now() + 2 * DAY).replace(microsecond=0)
    pair.does("ben", "at", at=at)

    answer = cast.ana.browser().get(reverse("dialogue:calendar", args=[pair.thread]))

    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert set(event) == {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS", "CLASS", "SUMMARY"}
    assert (event["SUMMARY"], event["STATUS"], event["CLASS"]) == ("Time together", "CONFIRMED", "PRIVATE")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (at, at + timedelta(minutes=pair.sees("ana").minutes))
    text = answer.content.decode()
    assert not [
        word for word in ("Sunday", "Ana", "Ben", "Mandorla", str(pair.thread), pair.thread.hex) if word in text
    ]


def test_a_quarter_of_an_hour_before_it_says_the_same_words(cast: Cast) -> None:
    (alarm,) = file_of(cast.ana, appointed(cast).thread).walk("VALARM")

    told: Component = alarm
    assert {name: told[name] for name in ("ACTION", "DESCRIPTION")} == {
        "ACTION": "DISPLAY",
        "DESCRIPTION": "Time together",
    }
    assert told.decoded("TRIGGER") == timedelta(minutes=-15)


def test_a_file_is_kept_nowhere_on_its_way_and_leaves_nothing_here(cast: Cast) -> None:
    pair = appointed(cast)
    before = Thread.objects.get().next_seq

    answer = cast.ana.browser().get(reverse("dialogue:calendar", args=[pair.thread]))

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="time-together.ics"'
    assert Thread.objects.get().next_seq == before


def test_it_stays_one_event_however_often_it_moves_and_ends(cast: Cast) -> None:
    pair = appointed(cast)
    first = file_of(cast.ana, pair.thread)
    pair.does("ana", "move", at=timezone.now() + 3 * DAY)
    second = file_of(cast.ana, pair.thread)
    pair.does("ben", "end")
    third = file_of(cast.ana, pair.thread)

    assert len({event["UID"] for event in (first, second, third)}) == 1
    assert first.sequence < second.sequence < third.sequence
    assert second.decoded("DTSTART") - first.decoded("DTSTART") >= DAY
    assert [event["STATUS"] for event in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert third.walk("VALARM") == []


def test_nobody_can_tell_from_two_calendars_that_they_belong_together(cast: Cast) -> None:
    pair = appointed(cast)

    assert file_of(cast.ana, pair.thread)["UID"] != file_of(cast.ben, pair.thread)["UID"]


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2027-03-27T20:00", datetime(2027, 3, 27, 19, tzinfo=UTC)),
        ("2027-03-28T20:00", datetime(2027, 3, 28, 18, tzinfo=UTC)),
        ("2027-10-30T20:00", datetime(2027, 10, 30, 18, tzinfo=UTC)),
        ("2027-10-31T20:00", datetime(2027, 10, 31, 19, tzinfo=UTC)),
    ],
)
def test_a_time_named_across_a_change_of_the_clocks_is_the_time_that_was_meant(
    cast: Cast, told: str, moment: datetime
) -> None:
    with patch.object(timezone, "now", lambda: moment - 7 * DAY):
        pair = Pair(cast)
        seen_everything(cast)
        browser = cast.ben.browser()
        browser.cookies["zone"] = "Europe/Berlin"
        act(browser, pair.thread, "at", at=told)
        event = file_of(cast.ana, pair.thread, "America/New_York")

    assert event.decoded("DTSTART") == moment
    assert f"DTSTART:{moment:%Y%m%dT%H%M%SZ}".encode() in event.to_ical().splitlines()


def test_a_wish_may_be_taken_along_before_it_is_answered(cast: Cast) -> None:
    ring = cast.ana.ring()
    services.end_gentle_path(ring, cast.space)
    wish = timezone.now() + 2 * DAY
    asked = services.Asked(new_id(), "couples", "Sunday evenings", "written", 30, wish)

    assert file_of(cast.ben, services.ask(ring, cast.space, asked))["STATUS"] == "TENTATIVE"


def test_a_time_that_has_passed_gets_a_kind_page(cast: Cast) -> None:
    pair = appointed(cast)

    with later(49):
        answer = cast.ana.browser().get(reverse("dialogue:calendar", args=[pair.thread]))

    assert answer.status_code == HTTPStatus.OK
    assert "No time lies ahead" in answer.content.decode()


def test_who_was_left_alone_can_take_it_out(cast: Cast) -> None:
    pair = appointed(cast)
    spaces.leave(cast.ana.ring(), cast.space, withdraw=False)

    assert file_of(cast.ben, pair.thread)["STATUS"] == "CANCELLED"


# Where it is offered


def test_room_and_list_offer_a_time_that_stands_and_take_back_one_that_does_not(cast: Cast) -> None:
    pair = appointed(cast)
    seen_everything(cast)
    browser, pages = cast.ana.browser(), [reverse("dialogue:room", args=[pair.thread]), reverse("dialogue:home")]

    standing = [browser.get(page).content.decode() for page in pages]
    pair.does("ben", "end")
    off = [browser.get(page).content.decode() for page in pages]

    assert ["Add to my calendar" in page for page in standing] == [True, True]
    assert ["Take it out of my calendar" in page for page in off] == [True, True]


@pytest.mark.parametrize(("moves", "offered"), [("", False), ("ana:pause", True)])
def test_once_it_has_begun_only_the_way_back_from_a_pause_is_offered(cast: Cast, moves: str, *, offered: bool) -> None:
    pair = appointed(cast)
    seen_everything(cast)
    pair.play("ana:here ben:here ana:ready ben:ready")
    for move in moves.split():
        pair.does("ana", move.partition(":")[2], minutes=20)
    browser = cast.ben.browser()

    pages = [browser.get(reverse("dialogue:room", args=[pair.thread])), browser.get(reverse("dialogue:home"))]

    assert ["my calendar" in page.content.decode() for page in pages] == [offered, offered]
