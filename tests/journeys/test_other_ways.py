"""Other ways to hold a dialogue: by appointment, in two time zones; spoken, in one room; or not today."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.browsing import Browsing, Room, address_of
from tests.journeys.site import Pair
from tests.journeys.walking import ARRIVED

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
A_TIME = "For another time: when would that be?"


def test_each_sees_an_appointment_in_their_own_hours(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask()
    ana = Room(browsing.open(pair.ana, timezone_id="Europe/Berlin"))
    ben = Room(browsing.open(pair.ben, timezone_id="America/New_York"))
    for room in (ana, ben):
        room.page.goto("/dialogues/")
        room.page.get_by_role("link", name="Sunday evenings").click()
        room.is_live()
    at = datetime.now(NEW_YORK).replace(hour=20, minute=30) + timedelta(days=2)

    ben.press("Yes, at another time")
    expect(ben.page.get_by_role("alert")).to_contain_text("that is still to come")
    ben.page.get_by_label(A_TIME).fill(f"{at:%Y-%m-%dT%H:%M}")
    ben.press("Yes, at another time")

    ben.shows("Your time together", f"{at:%a} {at.day} {at:%b}, 20:30")
    there = at.astimezone(BERLIN)
    ana.shows("Your time together", f"{there:%a} {there.day} {there:%b}, 02:30")
    ana.press("I’m here")
    ana.shows("Your time together", "It begins as soon as Ben is here too.")
    ben.press("I’m here")
    for room in (ana, ben):
        room.shows("Arrive")
    assert pair.entries(thread) == 4


def test_the_turn_changes_by_a_new_appointment(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*THANKED)
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)
    at = datetime.now(BERLIN) + timedelta(days=3)

    ben.shows("And now?")
    ben.page.get_by_label(A_TIME).fill(f"{at:%Y-%m-%d}T21:00")
    ben.press("My turn another day")
    for room in (ana, ben):
        room.shows("Your time together", "21:00")
        room.press("I’m here")
    for room in (ana, ben):
        room.press("I’m ready")

    ben.shows("Something good first")
    ben.press("Leave mine out")
    ana.shows("Something good in return")
    ana.press("Leave mine out")
    for room in (ana, ben):
        room.press("Leave mine out")
    ben.shows("Send")
    expect(ben.words).to_be_visible()
    ana.shows("Send", "Let Ben find the words.")


def test_a_spoken_dialogue_keeps_its_course_and_no_words(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", "ana ready", "ben ready", medium="spoken")
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)

    ana.shows("Something good first", "Look at Ben", "I was glad when you …")
    ana.press("I have said it")
    ben.press("I have said it back")
    ben.press("Leave mine out")
    ana.press("I have said mine")
    ben.press("I have said mine")
    ana.shows("Send", "to Ben")
    ben.press("Let me mirror that much")
    ben.shows("Mirror", "Then ask “Have I got you?” and tap.")
    ben.press("I have mirrored")
    ana.press("Not yet")
    ana.press("I have said it")
    ben.press("I have mirrored")
    ana.press("Yes, you’ve got it")
    ana.press("No more, that is all")
    ben.press("I have said it all")
    ana.press("Yes, all of it")
    ben.press("I have said what makes sense")
    ana.press("Yes, that lands")
    ben.feel("tearful", "longing")
    ben.press("Offer my guess")
    ana.shows("Is that how it feels?", "tearful", "longing")
    ana.press("Yes, that is how it feels")
    for room in (ana, ben):
        room.press("I have said mine")
    ben.press("This is enough for today")
    for label in ("I have said mine", "Leave mine out"):
        for room in (ana, ben):
            expect(room.page.locator("textarea")).to_have_count(1)  # where unsent words would stand
            room.press(label)
    for room in (ana, ben):
        room.shows("Thank you both")

    ana.page.goto(address_of(thread, "words/"))
    expect(ana.page.locator(".transcript figcaption")).to_have_text(["Ben guessed"])
    expect(ana.page.locator(".transcript")).to_contain_text("longing")


def test_a_request_may_wait_and_may_be_declined(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(topic="The summer plans")
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)
    at = datetime.now(BERLIN) + timedelta(days=1)

    ben.shows("Asked for a dialogue")
    ben.page.get_by_label(A_TIME).fill(f"{at:%Y-%m-%d}T18:00")
    ben.press("Not today, I’ll come back to you")
    ana.shows("Another day", "18:00")
    ben.press("No, not this time")
    for room in (ana, ben):
        room.shows("Not this time")

    ana.page.get_by_role("link", name="To your dialogues").click()
    expect(ana.page.get_by_role("link", name="The summer plans")).to_contain_text("Not this time")


def test_an_appointment_is_taken_along_without_leaving_the_room(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask()
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)
    at = datetime.now(BERLIN) + timedelta(days=1)
    ben.page.get_by_label(A_TIME).fill(f"{at:%Y-%m-%d}T18:00")
    ben.press("Yes, at another time")
    ana.shows("Your time together", "18:00")

    with ana.page.expect_download() as download:
        ana.page.get_by_role("link", name="Add to my calendar").click()

    moment = at.replace(hour=18, minute=0).astimezone(UTC)
    assert download.value.suggested_filename == "time-together.ics"
    assert f"DTSTART:{moment:%Y%m%dT%H%M}00Z" in download.value.path().read_text()
    ana.is_live()
    ana.press("I’m here")
    ana.shows("Your time together")


THANKED = (
    *ARRIVED,
    *("ana say: The sofa is so wide.", "ben say: The sofa is wide for you.", "ana yes", "ana no_more"),
    *("ben say: A wide sofa.", "ana all", "ben say: It makes sense, because you like to sit close.", "ana lands"),
    *("ben guess: longing", "ana yes", "ana skip", "ben skip"),
)
