"""Being told while away: a browser that shows notices, letters across a restart, a calendar across the world."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browsing import Browsing, Room, Watch, address_of
from tests.journeys.site import Pair, Seeds, Site
from tests.notices.outside import Mailbox, PushBox, mailbox, pushbox
from tests.site.command import mandorla

WAITS = "Something is waiting for you."
TOKYO = ZoneInfo("Asia/Tokyo")
# A browser asks its maker's service for an address; none is in reach here, so the one on this machine answers.
SERVICE = """told => { PushManager.prototype.subscribe = async () => ({
    endpoint: told.endpoint, toJSON: () => ({endpoint: told.endpoint, keys: told}) }); }"""
SHOWN = """async () => {
    const all = await navigator.serviceWorker.getRegistration("/me/notices/worker.js");
    return (await all.getNotifications()).map(one => [one.title, one.body]); }"""


@pytest.fixture
def push() -> Iterator[PushBox]:
    with pushbox() as box:
        yield box


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as kept:
        yield kept


@pytest.fixture
def telling(tmp_path: Path, push: PushBox, mail: Mailbox) -> Iterator[Site]:
    """A site that can tell people something."""
    running = Site(
        tmp_path / "data",
        MANDORLA_MAIL=f"smtp://127.0.0.1:{mail.port}",
        MANDORLA_MAIL_FROM="Notes <notes@example.org>",
        MANDORLA_PUSH_SERVICES=f"http://127.0.0.1:{push.port}",
    )
    yield running
    running.stop()
    assert "\n".join(running.complaints()) == ""


@pytest.fixture
def couple(telling: Site) -> Iterator[Pair]:
    seeds = Seeds(telling.data)
    yield seeds.pair()
    seeds.stop()


@pytest.fixture
def around(browser: Browser, telling: Site, watch: Watch) -> Iterator[Browsing]:
    opened = Browsing(browser, telling.address, watch)
    yield opened
    opened.close()


def chooses(page: Page, push: PushBox) -> None:
    """On the page: notices when something waits, an hour before, never quiet, in this browser."""
    page.context.grant_permissions(["notifications"])
    page.add_init_script(f"({SERVICE})({json.dumps(push.subscription)})")
    page.goto("/me/")
    page.get_by_role("link", name="Notices and calendar").click()
    page.get_by_label("When something is waiting for me").check()
    page.get_by_label("Before a time we agreed on").select_option("An hour before")
    page.get_by_label("Keep quiet hours").uncheck()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("status")).to_have_text("Kept. It holds from now on.")
    page.get_by_role("button", name="Show them here").click()
    expect(page.get_by_role("status")).to_have_text("This browser shows notices from now on.")


def minutes_go_by(site: Site) -> None:
    """Everybody has been away for a while, and what falls due is due."""
    with closing(sqlite3.connect(site.data / "mandorla.sqlite3", timeout=10)) as database:
        database.execute("UPDATE notices_duerow SET minute = 1, \"after\" = 0 WHERE kind = 'waiting'")
        database.execute("UPDATE vault_unlockrow SET last_use = last_use - 4")
        database.commit()


def told(push: PushBox, count: int) -> list[str]:
    """What came, once so many did."""
    until = time.monotonic() + 30
    while len(push.notices) < count and time.monotonic() < until:
        time.sleep(0.1)
    return push.notices


def test_a_letter_is_told_of_after_a_restart_and_read_on_the_other_side_of_the_world(
    telling: Site, couple: Pair, around: Browsing, push: PushBox
) -> None:
    ben = around.open(couple.ben, timezone_id="Europe/Berlin")
    chooses(ben, push)
    begun = ("ben now", "ana skip", "ben skip", "ana skip", "ben skip")
    thread = couple.ask(*begun, medium="letters", topic="The holiday")
    ben.goto("/dialogues/")
    couple.play(thread, "ana say: I miss our walks.")

    telling.kill()
    telling.start()
    minutes_go_by(telling)
    came = list(told(push, 1))
    again = mandorla("notices", "--data", telling.data, **telling.environment)

    assert (came, again.stdout, push.notices) == ([WAITS], "0 told.\n", [WAITS])
    _shows_what_came(ben, came[0])
    letter = Room(around.open(couple.ben, timezone_id="Asia/Tokyo"), thread)
    letter.shows("Mirror", "I miss our walks.")
    letter.say("You miss our walks.", "Send my mirror")
    expect(letter.words).to_have_count(0)  # it is with Ana again


def _shows_what_came(page: Page, words: str) -> None:
    """The worker shows this sentence, names nobody, and keeps nothing."""
    line = page.context.new_cdp_session(page)
    known: list[str] = []

    def hear(told: dict[str, list[dict[str, str]]]) -> None:
        known.extend(one["registrationId"] for one in told["registrations"])

    line.on("ServiceWorker.workerRegistrationUpdated", hear)
    line.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    notice = {"origin": page.evaluate("location.origin"), "registrationId": known[-1], "data": words}
    line.send("ServiceWorker.deliverPushMessage", notice)
    page.wait_for_function(f"async () => (await ({SHOWN})()).length > 0")
    assert page.evaluate(SHOWN) == [[words, ""]]
    assert page.evaluate("caches.keys()") == []


def test_a_calendar_far_away_shows_the_same_moment(couple: Pair, around: Browsing) -> None:
    ben = around.open(couple.ben, timezone_id="Asia/Tokyo")
    at = (datetime.now(TOKYO) + timedelta(days=3)).replace(hour=20, minute=30, second=0, microsecond=0)
    thread = couple.ask(topic="Sunday evenings")

    ben.goto("/me/notices/")
    ben.get_by_role("button", name="Make an address").click()
    address = ben.locator(".secret__text").inner_text()
    before = httpx.get(address)
    ben.goto(address_of(thread))
    ben.get_by_label("For another time: when would that be?").fill(f"{at:%Y-%m-%dT%H:%M}")
    ben.get_by_role("button", name="Yes, at another time").click()
    expect(ben.locator("[data-stage]")).to_contain_text("20:30")

    (event,) = Calendar.from_ical(httpx.get(address).text).walk("VEVENT")
    assert Calendar.from_ical(before.text).walk("VEVENT") == []
    assert (event.decoded("dtstart"), str(event["summary"])) == (at.astimezone(UTC), "Time together")
    ana = around.open(couple.ana, timezone_id="America/New_York")
    ana.goto("/dialogues/")
    ana.goto("/dialogues/")
    there = f"{at.astimezone(ZoneInfo('America/New_York')):%H:%M}"
    expect(ana.get_by_role("link", name="Sunday evenings")).to_contain_text(there)
    ben.goto("/me/notices/")
    ben.get_by_role("button", name="Take it back").click()
    expect(ben.get_by_role("status")).to_contain_text("leads nowhere now")
    assert httpx.get(address).status_code == 404


def test_an_address_is_proved_by_its_code_and_a_browser_that_says_no_is_understood(
    couple: Pair, around: Browsing, mail: Mailbox, watch: Watch
) -> None:
    watch.expect("status of 422")
    page = around.open(couple.ben)
    page.goto("/me/notices/")

    page.get_by_role("button", name="Show them here").click()
    expect(page.get_by_role("alert")).to_contain_text("This browser did not agree to show notices.")
    page.get_by_label("E-mail address").fill("ben@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The code from the e-mail").fill("0000")
    page.get_by_role("button", name="This is the code").click()
    expect(page.get_by_role("alert").first).to_contain_text("This is not the code")
    page.get_by_label("The code from the e-mail").fill(mail.texts()[0].split()[2])
    page.get_by_role("button", name="This is the code").click()

    expect(page.get_by_role("status")).to_have_text("Notices go to your e-mail from now on.")
    expect(page.locator("main")).to_contain_text("ben@example.org")
