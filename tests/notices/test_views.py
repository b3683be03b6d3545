"""The page where notices are chosen, and the calendar's address: what a person sees, and what nobody else can."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from mandorla.accounts import services as accounts
from mandorla.notices import services
from mandorla.notices.core import Change, Due, Wishes
from mandorla.notices.models import Device, DueRow, Wish
from tests.cast import Cast
from tests.notices.outside import Mailbox, PushBox

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/me/notices/"
TIMES = {"act": "times", "waiting": "on", "lead": "60", "quiet": "on", "quiet_from": "22:00", "quiet_to": "07:30"}


def address_in(page: str) -> str:
    """The calendar address that a page shows."""
    return "/calendar/" + page.split("/calendar/")[1].split("<", maxsplit=1)[0].strip()


def test_all_is_off_until_it_is_chosen(cast: Cast) -> None:
    page = cast.ana.browser().get(PAGE).content.decode()

    assert "All of it is off until you choose it" in page
    assert not Wish.objects.exists()


def test_what_was_chosen_is_kept_and_shown(cast: Cast) -> None:
    browser = cast.ana.browser()
    browser.cookies["zone"] = "Europe/Berlin"

    done = browser.post(PAGE, TIMES)
    page = browser.get(PAGE).content.decode()

    assert done["Location"] == f"{PAGE}?done=times"
    kept = services.mine(cast.ana.id).wishes
    asked = Wishes(waiting=True, lead=60, zone="Europe/Berlin", quiet_from=22 * 60, quiet_to=7 * 60 + 30)
    assert kept == Wishes.unpacked(asked.packed() | {"language": kept.language})
    assert 'value="22:00"' in page
    assert "Nothing is sent yet" in page


def test_without_anywhere_to_send_it_nothing_falls_due(cast: Cast) -> None:
    cast.ana.browser().post(PAGE, TIMES)

    services.write(Change(waits=frozenset({cast.ana.id})), timezone.now())

    assert not DueRow.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"quiet_to": "22:00"}, "Quiet hours end at another time than they begin."),
        ({"quiet_from": "late"}, "That is not a time of day we can read, such as 21:00."),
        ({"quiet_from": ""}, "Say when quiet hours begin and when they end."),
        ({"lead": "7"}, "Select a valid choice."),
        ({"zone": "Nowhere/Here"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_beside_it(cast: Cast, changed: dict[str, str], said: str) -> None:
    reply = cast.ana.browser().post(PAGE, TIMES | changed)

    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in reply.content.decode()
    assert not Wish.objects.exists()


def test_an_address_is_proved_by_the_code_it_was_sent(cast: Cast, mail: Mailbox) -> None:
    browser = cast.ana.browser()

    browser.post(PAGE, {"act": "mail", "address": "ana@heliotrope.example"})
    ((_, receiver, letter),) = mail.letters
    wrong = browser.post(PAGE, {"act": "code", "code": "1"})
    unproved = services.mine(cast.ana.id).wishes.mail
    right = browser.post(PAGE, {"act": "code", "code": letter.get_content().split()[2]})

    assert (receiver, wrong.status_code, unproved) == ("ana@heliotrope.example", 422, "")
    assert "This is not the code" in wrong.content.decode()
    assert right["Location"] == f"{PAGE}?done=code"
    assert "ana@heliotrope.example" in browser.get(PAGE).content.decode()
    assert b"heliotrope" not in b"".join(bytes(row.envelope.raw) for row in Wish.objects.all())


def test_a_code_that_was_never_sent_proves_nothing_and_leaves_nothing(cast: Cast) -> None:
    reply = cast.ana.browser().post(PAGE, {"act": "code", "code": "12345678"})

    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Wish.objects.exists()


def test_an_address_that_cannot_be_reached_is_said_kindly(cast: Cast, mail: Mailbox) -> None:
    mail.refuses = True

    reply = cast.ana.browser().post(PAGE, {"act": "mail", "address": "ana@example.org"})

    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "The code could not be sent just now." in reply.content.decode()


@pytest.mark.parametrize("odd", ["ana", "ana@example.org\nBcc: eve@example.org", "a@b@c"])
def test_what_is_no_address_is_sent_nothing(cast: Cast, mail: Mailbox, odd: str) -> None:
    reply = cast.ana.browser().post(PAGE, {"act": "mail", "address": odd})

    assert (reply.status_code, mail.letters) == (HTTPStatus.UNPROCESSABLE_ENTITY, [])


def test_a_browser_can_be_told_of_and_stopped(cast: Cast, browser_push: PushBox) -> None:
    browser = cast.ana.browser()

    on = browser.post(PAGE, {"act": "device"} | browser_push.subscription)
    known = Device.objects.count()
    off = browser.post(PAGE, {"act": "no-device", "endpoint": browser_push.endpoint})

    assert (on["Location"], known) == (f"{PAGE}?done=device", 1)
    assert (off["Location"], Device.objects.count()) == (f"{PAGE}?done=no-device", 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "http://127.0.0.1:1/send"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/send"},
        {"endpoint": "https://eve@fcm.googleapis.com/send"},
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": "https://[broken"},
        {"p256dh": "AAAA"},
        {"p256dh": "B" * 87},
        {"auth": "not base64!"},
    ],
)
def test_the_server_calls_nobody_it_does_not_know(cast: Cast, browser_push: PushBox, changed: dict[str, str]) -> None:
    reply = cast.ana.browser().post(PAGE, {"act": "device"} | browser_push.subscription | changed)

    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Notices cannot be sent to this browser from here." in reply.content.decode()
    assert not Device.objects.exists()


def test_nobody_stops_somebody_elses_browser(cast: Cast, browser_push: PushBox) -> None:
    cast.ana.browser().post(PAGE, {"act": "device"} | browser_push.subscription)

    cast.eve.browser().post(PAGE, {"act": "no-device", "endpoint": browser_push.endpoint})

    assert Device.objects.count() == 1


def test_a_calendar_reads_the_times_and_nothing_else(cast: Cast) -> None:
    browser, at = cast.ana.browser(), timezone.now().replace(second=0, microsecond=0) + timedelta(days=1)
    address = address_in(browser.post(PAGE, {"act": "feed"}).content.decode())
    services.write(Change(comes=frozenset({Due("time", cast.ana.id, at)})), timezone.now())
    services.write(Change(comes=frozenset({Due("time", cast.ben.id, at + timedelta(days=1))})), timezone.now())

    reply = Client().get(address)

    read = Calendar.from_ical(reply.content.decode())
    (event,) = read.walk("VEVENT")
    assert reply["Content-Type"] == "text/calendar; charset=utf-8"
    assert (event.decoded("dtstart"), event.decoded("summary")) == (at.astimezone(UTC), "Time together")
    assert sorted(event) == ["CLASS", "DTSTAMP", "DTSTART", "SUMMARY", "UID"]
    again = Calendar.from_ical(Client().get(address).content.decode()).walk("VEVENT")
    assert again[0]["uid"] == event["uid"]


def test_an_address_taken_back_or_renewed_answers_as_one_that_never_was(cast: Cast) -> None:
    browser = cast.ana.browser()
    first = address_in(browser.post(PAGE, {"act": "feed"}).content.decode())
    second = address_in(browser.post(PAGE, {"act": "feed"}).content.decode())
    works = Client().get(second).status_code
    browser.post(PAGE, {"act": "no-feed"})

    replies = [Client().get(one) for one in (first, second, f"/calendar/{'0' * 32}/")]

    assert works == HTTPStatus.OK
    assert {reply.status_code for reply in replies} == {HTTPStatus.NOT_FOUND}
    assert len({reply.content for reply in replies}) == 1
    assert len({str(dict(reply.headers)) for reply in replies}) == 1


def test_the_calendar_of_a_closed_account_is_not_there(cast: Cast) -> None:
    address = f"/calendar/{services.make_feed(cast.ana.ring())}/"

    accounts.close_account("ana")

    assert Client().get(address).status_code == HTTPStatus.NOT_FOUND


def test_the_address_is_shown_once_and_stored_nowhere(cast: Cast) -> None:
    browser = cast.ana.browser()

    secret = address_in(browser.post(PAGE, {"act": "feed"}).content.decode()).split("/")[2]

    assert secret not in browser.get(PAGE).content.decode()
    (row,) = Wish.objects.all()
    assert secret.encode() not in bytes(row.feed or b"") + row.envelope.raw
    assert bytes.fromhex(secret) not in bytes(row.feed or b"")


def test_a_zone_chosen_once_holds_on_every_device(cast: Cast) -> None:
    first, second = cast.ana.browser(), cast.ana.browser()
    for browser in (first, second):
        browser.cookies["zone"] = "Europe/Berlin"

    first.post(PAGE, TIMES | {"zone": "Asia/Tokyo"})
    second.get("/dialogues/")

    assert first.cookies["own-zone"].value == second.cookies["own-zone"].value == "Asia/Tokyo"
    first.post(PAGE, TIMES | {"zone": ""})
    second.get("/dialogues/")
    assert first.cookies["own-zone"].value == second.cookies["own-zone"].value == ""


def test_quiet_hours_travel_with_the_browser(cast: Cast) -> None:
    browser = cast.ana.browser()
    browser.cookies["zone"] = "Europe/Berlin"
    browser.post(PAGE, TIMES)

    browser.cookies["zone"] = "America/New_York"
    browser.get("/dialogues/")

    assert services.mine(cast.ana.id).wishes.zone == "America/New_York"


def test_the_worker_is_the_same_for_everybody(client: Client) -> None:
    reply = client.get(f"{PAGE}worker.js")

    assert reply["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"fetch" not in reply.content.replace(b'"fetch', b"")
    assert b"caches" not in reply.content


def test_the_page_looks_the_same_however_much_falls_due(cast: Cast) -> None:
    browser = cast.ana.browser()
    browser.post(PAGE, TIMES)
    before = browser.get(PAGE).content.decode()

    DueRow.objects.create(person=cast.ana.id, kind="told", minute=int(datetime.now(UTC).timestamp()) // 60)

    assert browser.get(PAGE).content.decode().split("csrf")[0] == before.split("csrf")[0]
