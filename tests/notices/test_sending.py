"""Notices on their way: who is told what, when and how often, at a real mail server and a real push service."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from mandorla.accounts import services as accounts
from mandorla.notices import services
from mandorla.notices.core import Change, Due, Wishes
from mandorla.notices.models import Device, DueRow, Wish
from mandorla.notices.services import wishes
from mandorla.notices.services.sender import TRIES_MAX
from mandorla.vault.core import Refused
from mandorla.vault.models import UnlockRow
from tests.cast import Cast, Someone
from tests.notices.outside import Mailbox, PushBox

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WAITS, NEAR = "Something is waiting for you.", "A time you agreed is near."
EVERYTHING = Wishes(waiting=True, lead=60, zone="UTC")


def listens(someone: Someone, mail: Mailbox, wishes: Wishes = EVERYTHING) -> str:
    """They prove an address, say what they wish, and go. Returns the address."""
    address = f"{someone.name}@example.org"
    services.send_to(someone.ring(), address)
    code = mail.letters.pop()[2].get_content().split()[2]
    services.prove(someone.ring(), code)
    services.choose(someone.ring(), wishes)
    return address


def waits(*people: Someone, now: datetime = NOON) -> None:
    """Something begins to wait for them."""
    services.write(Change(waits=frozenset(one.id for one in people)), now)


def agrees(*people: Someone, at: datetime, now: datetime = NOON) -> Change:
    """They agree on a time."""
    change = Change(comes=frozenset(Due("time", one.id, at) for one in people))
    services.write(change, now)
    return change


def minutes(count: float, since: datetime = NOON) -> datetime:
    """So many minutes later."""
    return since + timedelta(minutes=count)


def test_whoever_asked_is_told_that_something_waits_and_no_more(cast: Cast, mail: Mailbox) -> None:
    address = listens(cast.ana, mail)

    waits(cast.ana, cast.ben)
    told = services.send_due(minutes(2))

    ((sender, receiver, letter),) = mail.letters
    assert told == 1
    assert (sender, receiver) == ("notes@example.org", address)
    assert (letter["Subject"], letter["From"]) == ("A short note", "Notes <notes@example.org>")
    assert letter.get_content().splitlines()[0] == WAITS
    heads = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date"}
    assert set(letter.keys()) == heads | {"Message-ID", "Auto-Submitted"}
    assert letter["Message-ID"].endswith("@example.org>")


def test_who_asked_for_nothing_leaves_nothing(cast: Cast) -> None:
    waits(cast.ana)
    agrees(cast.ana, at=minutes(300))

    assert not DueRow.objects.exists()


def test_notices_of_a_kind_are_the_same_for_everybody(cast: Cast, mail: Mailbox, browser_push: PushBox) -> None:
    for someone in (cast.ana, cast.ben):
        listens(someone, mail)
        own = {"endpoint": f"{browser_push.endpoint}/{someone.name}"}
        services.show_on(someone.ring(), **browser_push.subscription | own)
    mail.letters.clear()

    waits(cast.ana, cast.ben)
    services.send_due(minutes(2))
    agrees(cast.ana, cast.ben, at=minutes(100))
    services.send_due(minutes(40))

    assert len(set(mail.texts())) == 2
    assert sorted(browser_push.notices) == [NEAR, NEAR, WAITS, WAITS]
    assert len(set(browser_push.sizes)) == 1


def test_nobody_is_told_before_they_had_a_moment_to_see_it_themselves(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)

    waits(cast.ana)

    assert services.send_due(minutes(1)) == 0
    services.seen(cast.ana.id)
    assert services.send_due(minutes(30)) == 0


def test_nobody_is_told_twice_until_they_have_been_here(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    for minute in (0, 10, 20, 600):
        waits(cast.ana, now=minutes(minute))
        services.send_due(minutes(minute + 5))
    first = len(mail.letters)

    services.seen(cast.ana.id)
    waits(cast.ana, now=minutes(700, NOON))
    services.send_due(minutes(24 * 60))

    assert (first, len(mail.letters)) == (1, 2)


def test_who_is_here_is_told_only_once_they_are_away(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    cast.ana.browser()
    now = timezone.now().replace(hour=12)
    waits(cast.ana, now=now)

    here = services.send_due(minutes(2, now))
    UnlockRow.objects.update(last_use=1)
    away = services.send_due(minutes(5, now))

    assert (here, away) == (0, 1)


def test_a_time_is_told_of_once_so_long_before_as_was_wished(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    agrees(cast.ana, cast.ben, at=minutes(300))

    told = [services.send_due(minutes(minute)) for minute in (239, 240, 241, 299)]

    assert told == [0, 1, 0, 0]
    assert mail.texts()[0].splitlines()[0] == NEAR


def test_a_time_nearer_than_that_is_not_told_of(cast: Cast, mail: Mailbox) -> None:
    """Both have only just agreed on it."""
    listens(cast.ana, mail)

    agrees(cast.ana, at=minutes(30))

    assert [services.send_due(minutes(minute)) for minute in (0, 20)] == [0, 0]


def test_a_time_called_off_is_not_told_of(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    change = agrees(cast.ana, cast.ben, at=minutes(300))
    agrees(cast.ana, at=minutes(300))

    services.write(Change(goes=change.comes), minutes(1))
    other = sorted(DueRow.objects.values_list("kind", flat=True))
    services.write(Change(goes=change.comes), minutes(2))

    assert other == ["near", "time"]  # another dialogue has the same minute
    assert not DueRow.objects.exists()


def test_what_is_past_is_gone(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    agrees(cast.ana, at=minutes(100))

    services.send_due(minutes(102))

    assert not DueRow.objects.exists()
    assert mail.letters == []


def test_quiet_hours_hold_back_and_then_tell_once(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail, replace(EVERYTHING, zone="Europe/Berlin"))
    night = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)  # half past nine in Berlin
    morning = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    waits(cast.ana, now=night)
    agrees(cast.ana, at=morning + timedelta(minutes=10), now=night)
    services.write(Change(comes=frozenset({Due("again", cast.ana.id, morning - timedelta(hours=3))})), night)

    quiet = [services.send_due(night + timedelta(minutes=15 * quarter)) for quarter in range(1, 42)]
    told = [services.send_due(morning), services.send_due(minutes(5, morning))]

    assert set(quiet) == {0}
    assert (told, len(mail.letters)) == ([1, 0], 1)


def test_a_reminder_of_a_time_that_quiet_hours_outlast_never_comes(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    night = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    agrees(cast.ana, at=minutes(100, night), now=night)

    told = [services.send_due(minutes(minute, night)) for minute in (45, 120, 800)]

    assert told == [0, 0, 0]
    assert mail.letters == []


def test_what_fails_is_tried_again_and_again_later_each_time(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    waits(cast.ana)
    mail.refuses, tried = True, 0
    row = DueRow.objects.get()
    for minute in range(2, 60):
        services.send_due(minutes(minute))
        tried += DueRow.objects.get().tries != row.tries
        row = DueRow.objects.get()

    mail.refuses = False
    told = services.send_due(minutes(300))

    assert 4 < tried < TRIES_MAX
    assert (told, len(mail.letters)) == (1, 1)


def test_what_fails_for_ever_is_let_go(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    waits(cast.ana)
    mail.refuses = True

    for hour in range(1, 60):
        services.send_due(NOON.replace(hour=8) + timedelta(minutes=10 * hour))

    assert not DueRow.objects.exists()


def test_a_browser_that_is_gone_is_forgotten(cast: Cast, browser_push: PushBox) -> None:
    services.show_on(cast.ana.ring(), **browser_push.subscription)
    services.choose(cast.ana.ring(), EVERYTHING)
    waits(cast.ana)
    browser_push.status = 410

    told = services.send_due(minutes(2))

    assert (told, Device.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "endpoint", ["https://a:b.example.org/x", "https://a.example.org/x y", "https://a.example.org/ä"]
)
def test_what_is_no_address_is_taken_for_none(
    cast: Cast, browser_push: PushBox, settings: Settings, endpoint: str
) -> None:
    settings.PUSH_SERVICES = ["https://*.example.org"]

    with pytest.raises(Refused, match="service"):
        services.show_on(cast.ana.ring(), **browser_push.subscription | {"endpoint": endpoint})


def test_a_push_service_that_answers_nonsense_has_no_letter_sent_twice(
    cast: Cast, mail: Mailbox, browser_push: PushBox
) -> None:
    listens(cast.ana, mail)
    services.show_on(cast.ana.ring(), **browser_push.subscription)
    waits(cast.ana)
    browser_push.status = 99

    told = services.send_due(minutes(2)), services.send_due(minutes(30))

    assert (told, len(mail.letters)) == ((1, 0), 1)


def test_wishes_that_do_not_open_keep_nobody_elses_notice(cast: Cast, mail: Mailbox) -> None:
    first, second = sorted((cast.ana, cast.ben), key=lambda one: one.id)
    listens(first, mail)
    address = listens(second, mail)
    elsewhere = Wish.objects.get(person=second.id).envelope
    Wish.objects.filter(person=first.id).update(envelope=elsewhere)
    waits(first, second)

    told = services.send_due(minutes(2))

    assert (told, [letter[1] for letter in mail.letters]) == (1, [address])


def test_a_zone_that_is_noted_undoes_nothing_chosen_meanwhile(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)

    def meanwhile(person: UUID, zone: str) -> None:
        services.no_mail(cast.ana.ring())
        follow(person, zone)

    follow = wishes._follow
    with patch.object(wishes, "_follow", meanwhile):
        services.seen(cast.ana.id, "Europe/Rome")

    kept = services.mine(cast.ana.id).wishes
    assert (kept.mail, kept.zone) == ("", "Europe/Rome")


def test_a_push_service_that_sends_elsewhere_is_not_followed(cast: Cast, browser_push: PushBox) -> None:
    services.show_on(cast.ana.ring(), **browser_push.subscription)
    services.choose(cast.ana.ring(), EVERYTHING)
    waits(cast.ana)
    browser_push.status = 307

    assert services.send_due(minutes(2)) == 0
    assert Device.objects.count() == 1


def test_a_notice_is_signed_and_says_which_service_it_is_for(cast: Cast, browser_push: PushBox) -> None:
    services.show_on(cast.ana.ring(), **browser_push.subscription)
    services.choose(cast.ana.ring(), replace(EVERYTHING, language="en"))
    waits(cast.ana)

    told = services.send_due(minutes(2))

    assert (told, browser_push.notices) == (1, [WAITS])
    (headers,) = browser_push.headers
    assert (headers["topic"], headers["urgency"], headers["ttl"]) == ("notice", "normal", "86400")
    assert headers["authorization"].endswith(f"k={services.mine(cast.ana.id).push_key}")


def test_a_closed_account_is_told_nothing(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    waits(cast.ana)

    accounts.close_account("ana")

    assert services.send_due(minutes(2)) == 0
    assert mail.letters == []


def test_several_processes_send_one_notice(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    waits(cast.ana)
    told, start = [], threading.Barrier(4)

    def send() -> None:
        start.wait(10)
        try:
            told.append(services.send_due(minutes(2)))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(mail.letters) == 1


def test_a_process_that_dies_while_sending_leaves_it_to_the_next(cast: Cast, mail: Mailbox) -> None:
    listens(cast.ana, mail)
    waits(cast.ana)
    dying = patch("mandorla.notices.services.sender.mail", side_effect=KeyboardInterrupt)
    with dying, pytest.raises(KeyboardInterrupt):
        services.send_due(minutes(2))

    told = [services.send_due(minutes(minute)) for minute in (3, 6, 8)]

    assert told == [0, 0, 1]


def test_who_takes_everything_back_is_as_who_never_asked(cast: Cast, mail: Mailbox, browser_push: PushBox) -> None:
    listens(cast.ana, mail)
    services.show_on(cast.ana.ring(), **browser_push.subscription)
    services.make_feed(cast.ana.ring())
    waits(cast.ana)
    agrees(cast.ana, at=minutes(300))

    services.no_mail(cast.ana.ring())
    services.no_device(cast.ana.ring())
    services.no_feed(cast.ana.ring())

    assert not DueRow.objects.exists()
    assert not Device.objects.exists()
    assert list(Wish.objects.values_list("waiting", "lead", "feed")) == [(False, 0, None)]


def test_times_agreed_on_before_are_told_of_as_well(cast: Cast, mail: Mailbox) -> None:
    """See `tests/dialogue/test_dues.py` for where they come from."""
    known = timezone.now() + timedelta(days=2)

    with _somebody_knows(known):
        listens(cast.ana, mail)

    kinds = DueRow.objects.order_by("minute").values_list("kind", "minute")
    assert [(kind, minute) for kind, minute in kinds] == [
        ("near", int(known.timestamp()) // 60 - 60),
        ("time", int(known.timestamp()) // 60),
    ]


@contextmanager
def _somebody_knows(at: datetime) -> Iterator[None]:
    def answer(sender: object, **_: object) -> list[datetime]:
        return [at]

    services.renewed.connect(answer)
    yield
    services.renewed.disconnect(answer)
