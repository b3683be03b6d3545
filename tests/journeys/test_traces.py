"""What stays in a browser once somebody is done: nothing."""

import re

import pytest
from playwright.sync_api import Error, Page, expect

from tests.journeys.browsing import NOTHING, Browsing, Room, Watch, address_of, stores_of
from tests.journeys.site import Pair
from tests.journeys.walking import ARRIVED

WORDS = "Nobody else should ever read this."


def test_a_browser_stores_nothing_of_a_dialogue(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    ana = Room(browsing.open(pair.ana), thread)
    ana.write("Half a sentence")
    ana.says("kept")
    ana.say(WORDS, "Send")
    ana.shows("Mirror")
    for page in ("prepare/", "words/", "after/"):
        ana.page.goto(address_of(thread, page))

    assert stores_of(ana.page) == NOTHING
    assert {cookie["name"] for cookie in ana.page.context.cookies()} == {"s", "k", "c", "zone"}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_after_a_lock_going_back_shows_nothing(pair: Pair, browsing: Browsing, watch: Watch, scripts: bool) -> None:
    watch.expect("status of")
    thread = pair.ask(*ARRIVED, f"ana say: {WORDS}")
    page = browsing.open(pair.ana, java_script_enabled=scripts)
    page.goto(address_of(thread))
    for link in ("Home", "Me"):
        page.get_by_role("link", name=link, exact=True).click()
    page.goto(address_of(thread, "words/"))
    expect(page.locator("main")).to_contain_text(WORDS)
    page.get_by_role("banner").get_by_role("button", name="Lock now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Locked, and waiting for you")

    seen = []
    for _ in range(10):
        page.go_back()
        seen.append(_source_once_shown(page))

    assert [source for source in seen if WORDS in source] == []
    assert [source for source in seen if re.search("Sunday evenings|Ben", source)] == []


def _source_once_shown(page: Page) -> str:
    """What a page that was come back to holds; it may ask for itself anew first, and is hidden until then."""
    while True:
        try:
            page.wait_for_function("document.readyState === 'complete' && !document.documentElement.hidden")
            return page.content()
        except Error as moved:
            if "navigat" not in moved.message and "destroyed" not in moved.message:
                raise
