"""Clocks and wishes: what a wall shows when clocks change, when it is quiet, which code proves an address."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mandorla.notices.core import Wishes, asked_for, comes_twice, named, proved, quiet_until, zone_from, zone_of
from mandorla.vault.core import Refused

BERLIN = "Europe/Berlin"
NINE, EIGHT = 21 * 60, 8 * 60


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """A moment of 2026, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_time_is_the_one_on_the_wall_of_whoever_names_it() -> None:
    assert named("2026-11-24T20:30", BERLIN) == at(24, 19, 30)
    assert named("2026-11-24T20:30", "America/New_York") == at(25, 1, 30)


@pytest.mark.parametrize(("zone", "told"), [(BERLIN, "2026-03-29T02:30"), ("America/New_York", "2026-03-08T02:00")])
def test_a_time_that_clocks_pass_over_cannot_be_named(zone: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        named(told, zone)

    assert refused.value.reason == "gap"


def test_the_minute_before_and_after_that_can_be() -> None:
    assert named("2026-03-29T01:59", BERLIN) + timedelta(minutes=1) == named("2026-03-29T03:00", BERLIN)


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    assert named("2026-10-25T02:30", BERLIN) == at(25, 0, 30, month=10)
    assert comes_twice(at(25, 0, 30, month=10), BERLIN)
    assert comes_twice(at(25, 1, 30, month=10), BERLIN)
    assert not comes_twice(at(25, 2, 30, month=10), BERLIN)


@pytest.mark.parametrize("told", ["", "tomorrow", "2026-13-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_what_is_no_time_is_none(told: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        named(told, "Asia/Tokyo" if told.startswith("0") else "Pacific/Honolulu")


def test_a_zone_somebody_chose_goes_before_the_browsers() -> None:
    assert zone_of({"zone": BERLIN}).key == BERLIN
    assert zone_of({"zone": BERLIN, "own-zone": "Asia/Tokyo"}).key == "Asia/Tokyo"
    assert [zone_of({"zone": odd}).key for odd in ("", "../../etc/passwd", "Nowhere/At all", "x" * 900)] == ["UTC"] * 4
    assert zone_from("\x00").key == "UTC"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(22, 19, 59), None),
        (at(22, 20, 0), at(23, 7)),
        (at(22, 23, 30), at(23, 7)),
        (at(23, 6, 59), at(23, 7)),
        (at(23, 7, 0), None),
        (at(28, 21, 0, month=3), at(29, 6, month=3)),  # summer begins in that night
        (at(24, 21, 0, month=10), at(25, 7, month=10)),  # and ends in that
    ],
)
def test_quiet_hours_over_night_are_those_of_the_wall(now: datetime, until: datetime | None) -> None:
    assert quiet_until(now, BERLIN, NINE, EIGHT) == until


def test_quiet_hours_may_lie_in_the_day() -> None:
    assert quiet_until(at(22, 12), "UTC", 11 * 60, 14 * 60) == at(22, 14)
    assert quiet_until(at(22, 14), "UTC", 11 * 60, 14 * 60) is None


def test_quiet_hours_that_end_in_an_hour_that_comes_twice_end() -> None:
    now, ends = at(24, 22, month=10), []
    for _ in range(400):
        now += timedelta(minutes=1)
        until = quiet_until(now, BERLIN, NINE, 2 * 60 + 30)
        assert until is None or until > now
        ends.append(until is None)

    assert ends[-1]


def test_the_code_that_was_sent_proves_an_address_once() -> None:
    asked = asked_for(Wishes(), "ana@example.org", "12345678", now=100)

    done = proved(asked, "12345678", now=159)

    assert (done.mail, done.unproved, done.code) == ("ana@example.org", "", "")
    assert proved(done, "", now=160).mail == "ana@example.org"
    with pytest.raises(Refused, match="wrong"):
        proved(replace(done, mail=""), "", now=160)


def test_a_code_is_no_good_after_an_hour_or_five_wrong_tries() -> None:
    asked = asked_for(Wishes(), "ana@example.org", "12345678", now=100)
    guessed = asked
    for _ in range(5):
        guessed = proved(guessed, "00000000", now=101)

    assert proved(asked, "12345678", now=161).mail == ""
    assert proved(guessed, "12345678", now=102).mail == ""


def test_nobody_sends_codes_on_and_on() -> None:
    wishes = Wishes()
    for minute in range(5):
        wishes = asked_for(wishes, "eve@example.org", "1", now=minute)

    with pytest.raises(Refused):
        asked_for(wishes, "eve@example.org", "1", now=1000)
    assert asked_for(wishes, "eve@example.org", "1", now=24 * 60).unproved == "eve@example.org"


def test_wishes_are_read_as_they_were_kept() -> None:
    wishes = Wishes(waiting=True, lead=60, zone=BERLIN, asked_at=(1, 2))

    assert Wishes.unpacked(wishes.packed()) == wishes
    assert Wishes.unpacked({"waiting": True, "gone": 1}) == Wishes(waiting=True)
