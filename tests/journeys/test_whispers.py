"""The coach on two phones: what it whispers stands under the draft of the one who writes, and on no other screen."""

import re

from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.journeys.browsing import Browsing, Room
from tests.journeys.site import Pair
from tests.journeys.test_pages import wrong_with
from tests.journeys.walking import ARRIVED

DANGER = "When I said no, he choked me and put his hands around my throat"
SENT = "When the laptop comes out on Sunday I feel left on a platform"
TO_VALIDATION = (f"ana say: {SENT}", "ben say", "ana yes", "ana no_more", "ben say", "ana all")
UNREASONED = "You would like the evening to be ours"
REASON = "What makes it make sense, seen from where they stand?"


def test_what_is_whispered_to_one_is_on_no_other_screen(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)

    ana.write(DANGER)
    whispers = whispers_of(ana.page)
    door = whispers.get_by_text("A word for you alone")
    expect(door).to_be_visible()
    expect(whispers.get_by_text("There is help")).to_be_hidden()
    expect(whispers.locator("mark:visible")).to_have_count(0)
    expect(ana.words).to_be_focused()
    door.click()
    expect(whispers.get_by_text("There is help")).to_be_visible()
    expect(whispers.locator("mark:visible")).to_have_text(["he choked me", "hands around my throat"])
    for aloud in whispers.get_by_role("status").all():
        expect(aloud).not_to_contain_text("There is help")
        expect(aloud).not_to_contain_text("choked")
    expect(whispers_of(ben.page)).to_be_empty()
    assert "\n".join(wrong_with(ana.page)) == ""

    whispers.get_by_role("button", name="Pause now").click()
    for room in (ana, ben):
        room.shows("A pause for you both")
    expect(ana.page.locator("main")).not_to_contain_text("There is help")


def test_a_whisper_that_is_of_no_help_is_heard_no_more_until_it_is_wished_for_again(
    pair: Pair, browsing: Browsing
) -> None:
    ben = Room(browsing.open(pair.ben), pair.ask(*ARRIVED, *TO_VALIDATION))

    ben.write(UNREASONED)
    whisper = whispers_of(ben.page).locator(".whisper", has_text=REASON)
    expect(whisper).to_be_visible()
    assert "\n".join(wrong_with(ben.page)) == ""
    whisper.get_by_role("button", name="Not helpful").click()
    expect(whisper).to_have_count(0)
    expect(ben.words).to_be_focused()

    ben.page.goto("/me/")
    ben.page.get_by_role("link", name="The coach").click()
    expect(ben.page.get_by_text(REASON)).to_be_visible()
    ben.page.get_by_role("button", name="Whisper it again").click()
    expect(ben.page.get_by_text(REASON)).to_have_count(0)


def test_a_whisper_that_is_not_followed_is_not_said_again(pair: Pair, browsing: Browsing) -> None:
    ben = Room(browsing.open(pair.ben), pair.ask(*ARRIVED, *TO_VALIDATION))
    whisper = whispers_of(ben.page).locator(".whisper", has_text=REASON)

    ben.write(UNREASONED)
    expect(whisper).to_be_visible()
    ben.write(f"{UNREASONED}, all of it")
    expect(whisper).to_have_count(0)
    expect(ben.page.get_by_role("button", name="Send what makes sense")).to_be_enabled()


def test_who_switches_it_off_is_whispered_to_nowhere(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    page = browsing.open(pair.ana)
    page.goto("/me/coach/")
    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_text("It is off.")).to_be_visible()

    sent: list[str] = []
    page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(str(frame))))
    ana = Room(page, thread)
    ana.write(DANGER)
    ana.says("kept")

    expect(whispers_of(page)).to_be_empty()
    assert [frame for frame in sent if "whisper" in frame] == []


def test_the_reader_alone_is_offered_help_when_danger_arrives(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)

    ana.say("If you leave I will kill you and burn your house", "Send")
    ben.shows("Mirror")

    whispers_of(ben.page).get_by_text("A word for you alone").click()
    expect(whispers_of(ben.page).get_by_text("There is help")).to_be_visible()
    expect(whispers_of(ana.page)).to_be_empty()
    whispers_of(ben.page).get_by_role("button", name="Put it away").click()
    expect(whispers_of(ben.page)).to_be_empty()


def test_danger_is_put_away_for_the_words_it_stood_under_alone(pair: Pair, browsing: Browsing) -> None:
    ana = Room(browsing.open(pair.ana), pair.ask(*ARRIVED))
    whispers = whispers_of(ana.page)
    door = whispers.get_by_text("A word for you alone")

    ana.write("He hit me")
    door.click()
    whispers.get_by_role("button", name="Put it away").click()
    expect(whispers).to_be_empty()

    ana.write("He hit me, and I'll kill him")
    door.click()
    expect(whispers.locator("mark")).to_have_text(["I'll kill"])


def test_what_was_asked_is_asked_again_where_no_answer_came(pair: Pair, browsing: Browsing) -> None:
    lost: list[str] = []

    def loses_one(page: WebSocketRoute) -> None:
        site = page.connect_to_server()
        site.on_message(lambda told: page.send(told) if lost or '"said":[{' not in told else lost.append(str(told)))

    page = browsing.open(pair.ana)
    page.route_web_socket(re.compile("/live/"), loses_one)
    ana = Room(page, pair.ask(*ARRIVED))

    ana.write("He hit me")
    while not lost:
        page.wait_for_timeout(50)
    ana.write("He hit me again")
    ana.write("He hit me")
    expect(whispers_of(page)).to_contain_text("A word for you alone")


def whispers_of(page: Page) -> Locator:
    """Where the coach's whispers stand."""
    return page.locator("[data-whispers]")
