"""What somebody finds who comes back to a page that lay in a pocket for a while."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Browsing, Watch
from tests.journeys.site import Pair


@pytest.mark.parametrize("way", ["out of the pocket", "out of the browser’s memory"])
def test_home_is_as_it_is_now_and_keeps_its_place(pair: Pair, browsing: Browsing, way: str) -> None:
    ana = _at_home(pair, browsing)
    ana.set_viewport_size({"width": 360, "height": 300})
    ana.evaluate("scrollTo(0, 200)")
    place = ana.get_by_role("link", name="Ask for a dialogue").bounding_box()
    pair.ask(topic="Asked meanwhile")

    if way == "out of the pocket":
        _put_away(ana, seconds=20)
    else:
        _remembered(ana)

    expect(ana.get_by_role("link", name="Asked meanwhile")).to_be_attached()
    ana.wait_for_load_state()
    assert ana.get_by_role("link", name="Ask for a dialogue").bounding_box() == pytest.approx(place, abs=1)


@pytest.mark.parametrize(("seconds", "words"), [(5, ""), (20, "Half a sentence")])
def test_home_stays_as_it_is_after_a_moment_and_while_words_stand_in_a_field(
    pair: Pair, browsing: Browsing, seconds: int, words: str
) -> None:
    ana = _at_home(pair, browsing)
    ana.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    ana.locator("textarea").fill(words)
    asked: list[str] = []
    ana.on("request", lambda request: asked.append(request.url.partition("?")[0].rpartition("/")[2]))

    _put_away(ana, seconds=seconds)
    ana.evaluate("fetch('/robots.txt')")

    assert asked == ["robots.txt"]
    expect(ana.locator("textarea")).to_have_value(words)


def test_home_stays_readable_while_the_server_is_out_of_reach(pair: Pair, browsing: Browsing, watch: Watch) -> None:
    watch.expect("net::ERR_INTERNET_DISCONNECTED")
    ana = _at_home(pair, browsing)
    ana.context.set_offline(True)

    with ana.expect_event("requestfailed"):
        _put_away(ana, seconds=20)

    expect(ana.get_by_role("link", name="Ask for a dialogue")).to_be_visible()


def _at_home(pair: Pair, browsing: Browsing) -> Page:
    """Ana's page, whose clock can be moved."""
    page = browsing.open(pair.ana)
    page.clock.install()
    page.goto("/dialogues/")
    return page


def _put_away(page: Page, *, seconds: int) -> None:
    """Into the pocket, and out of it again."""
    page.evaluate(SEEN, True)
    page.clock.fast_forward(seconds * 1000)
    page.evaluate(SEEN, False)


def _remembered(page: Page) -> None:
    """As a browser shows a page that it kept."""
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")


SEEN = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
