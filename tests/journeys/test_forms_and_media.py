"""Other forms and other ways: one device between two, letters over days, a request with its gift, and less guidance."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.browsing import Browsing, Room, Watch, address_of
from tests.journeys.site import Pair, Site

TABLET = {"width": 820, "height": 1180}
TOKYO = ZoneInfo("Asia/Tokyo")
ACTS = ("Tea together at six on Tuesdays", "A kiss at the door before the phone", "A walk round the block on Friday")


class Between(Room):
    """The room on a device that lies between two people."""

    def is_for(self, name: str, title: str) -> None:
        """This step, and it is the turn of this one; whoever is next can tap now."""
        self.shows(title, f"{name}’s turn")
        expect(self.page.locator("[data-handing]")).to_have_count(0)

    def taps(self, *labels: str) -> None:
        """Act after act, each once the device has been handed over."""
        for label in labels:
            expect(self.page.locator("[data-handing]")).to_have_count(0)
            version = self.stage.get_attribute("data-v") or ""
            self.press(label)
            expect(self.stage).not_to_have_attribute("data-v", version)


def test_one_device_between_two_is_handed_over_and_turned_round(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", script="check-in", medium="shared", minutes=10, topic="How we are today")
    between = Between(browsing.open(pair.ana, viewport=TABLET), thread)
    page = between.page

    expect(page.locator(".room-top")).to_contain_text("Ana and Ben")
    expect(page.get_by_text("Waiting for Ben")).to_be_hidden()
    between.is_for("Ana", "Arrive")
    ready = page.get_by_role("button", name="I’m ready").bounding_box()
    assert ready
    middle = (ready["x"] + ready["width"] / 2, ready["y"] + ready["height"] / 2)
    page.mouse.click(*middle)
    between.shows("Arrive", "Ben’s turn")
    page.mouse.click(*middle)  # a second tap of the same finger
    between.is_for("Ben", "Arrive")
    assert pair.entries(thread) == 3
    between.taps("I’m ready", "I have said it")
    between.is_for("Ben", "Mirror")

    page.get_by_role("button", name="Turn the page round").click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_be_in_viewport()
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top > innerHeight / 2")
    between.taps("I have mirrored")
    expect(title).to_be_in_viewport()
    between.taps("Yes, that’s it")
    page.get_by_role("button", name="Turn the page round").click()
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top < innerHeight / 2")

    pair.play(thread, *(f"ana {act}" for act in ("say", "say", "yes", "leave_out", "say", "say", "yes", "say")))
    page.reload()
    between.is_live()
    between.taps("I have mirrored", "Yes, that’s it")
    between.is_for("Ben", "Now the other way round")
    between.taps("I’ll leave mine for today", *("Leave mine out",) * 4)
    between.shows("Thank you both")


def test_at_one_device_each_finds_an_empty_field(pair: Pair, browsing: Browsing) -> None:
    begun = ("ben now", *("ben ready",) * 2, *("ben skip",) * 2)
    thread = pair.ask(*begun, script="vision", medium="shared", minutes=45)
    between = Between(browsing.open(pair.ben, viewport=TABLET), thread)

    between.is_for("Ana", "How we are together")
    between.write("We laugh every day")
    between.says("kept")
    between.taps("These are mine")
    between.is_for("Ben", "How we are together")
    expect(between.words).to_have_value("")
    between.write("We say sorry soon")
    between.taps("These are mine")
    between.shows("Mirror", "We laugh every day", "We say sorry soon")
    expect(between.page.get_by_text("You had written this and not sent it.")).to_be_hidden()


def test_letters_wait_for_days_across_a_restart_and_a_journey(
    pair: Pair, browsing: Browsing, site: Site, watch: Watch
) -> None:
    watch.expect("WebSocket connection to", "ERR_CONNECTION_REFUSED")
    thread = pair.ask("ben now", medium="letters", topic="The holiday")
    ana = Room(browsing.open(pair.ana), thread)
    expect(ana.page.get_by_text("Waiting for Ben")).to_be_hidden()
    ana.say("You kept me a plate on Tuesday.", "Give it")
    ana.shows("Let it in", "You need not wait here")
    ben = Room(browsing.open(pair.ben), thread)
    ben.write("You liked that there was a plate for you, and")
    ben.says("kept")
    ben.page.close()

    site.stop()
    site.start()

    ben = Room(browsing.open(pair.ben, timezone_id="Asia/Tokyo"), thread)
    ben.shows("Let it in", "You kept me a plate on Tuesday.")
    expect(ben.words).to_have_value("You liked that there was a plate for you, and")
    ben.say("You liked that there was a plate for you.", "Say it back with thanks")
    ana.page.goto("/dialogues/")
    expect(ana.page.get_by_role("link", name="The holiday")).to_contain_text("Ben’s turn")
    before = datetime.now(UTC)
    ben.opens_menu()
    ben.press("Pause now")
    ben.shows("A pause for you both")
    hours = {f"{(before + timedelta(minutes=20, seconds=late)).astimezone(TOKYO):%H:%M}" for late in (0, 60)}
    assert set(re.findall(r"\d\d:\d\d", ben.stage.inner_text())) <= hours
    ana.page.goto(address_of(thread))
    ana.is_live()
    ana.shows("A pause for you both")
    expect(ana.stage).not_to_contain_text("cannot be opened")  # nothing was confirmed yet, so there is nothing to show


def test_one_of_three_small_acts_is_given_as_a_gift(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*WISH_HEARD, script="request", topic="Coming home")
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)

    ana.say("\n".join((*ACTS, "A fourth")), "Offer these")
    expect(ana.page.get_by_role("alert")).to_contain_text("There is room for 3 lines")
    ana.say("\n".join(ACTS), "Offer these")
    ben.shows("Mirror the acts", *ACTS)
    ben.say("Tea, a kiss, a walk.", "Send my mirror")
    ana.press("Yes, you’ve got it")
    ana.shows("A gift, or not now", "free")
    ben.press("Give this one")
    expect(ben.page.get_by_role("alert")).to_have_text("Choose one.")
    ben.page.get_by_role("radio", name=ACTS[1]).check()
    ben.press("Give this one")
    ben.press("Two weeks")
    ana.shows("Thanks", "Ben gives", ACTS[1], "Two weeks")
    ana.say("That is lovely.", "Give my thanks")
    for _ in range(2):
        for room in (ana, ben):
            room.press("Leave mine out")
    ben.shows("Thank you both")

    ben.page.get_by_role("link", name="Read what was said").click()
    given = ben.page.locator(".transcript figure", has_text="Ben gives")
    expect(given.get_by_role("listitem")).to_have_text([ACTS[1]])
    offered = ben.page.locator(".transcript figure", has_text="Ana offers to choose from")
    expect(offered.get_by_role("listitem")).to_have_text(list(ACTS))


def test_guidance_grows_less_when_both_wish_it_and_comes_back(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", "ana ready", "ben ready", script="check-in", minutes=10)
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)
    guidance = "How is your body just now"

    def wish(room: Room, pace: str) -> None:
        room.page.get_by_role("radio", name=pace).check()
        room.press("I would like it so")

    for room in (ana, ben):
        room.opens_menu()
    wish(ana, "a little, on request")
    ana.shows("Body", guidance, "Your wish is kept.")
    wish(ben, "a little, on request")
    expect(ana.page.get_by_text(guidance)).to_be_hidden()
    ana.page.get_by_text("What to do here").click()
    expect(ana.page.get_by_text(guidance)).to_be_visible()
    expect(ana.page.get_by_text("My body is …")).to_be_visible()
    assert ana.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wish(ben, "all of it")
    expect(ana.page.get_by_text("What to do here")).to_have_count(0)
    expect(ana.page.get_by_text(guidance)).to_be_visible()


WISH_HEARD = (
    *("ben now", "ana ready", "ben ready", "ana skip", "ben skip", "ana say: I long for half an hour together."),
    *("ben say: Half an hour together.", "ana yes", "ana no_more", "ben say: It makes sense, the day is long."),
    *("ana lands", "ben guess: longing", "ana yes"),
)
