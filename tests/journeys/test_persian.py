"""One reads from right to left in Persian and the other in English, and both are heard whole."""

import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import test_pages
from tests.journeys.browsing import Browsing, Room, address_of
from tests.journeys.site import Pair, Seeds
from tests.journeys.test_pages import TOO_WIDE
from tests.journeys.walking import OF_A_DIALOGUE, OWN, PUBLIC

DIALOGUES = Path(__file__).resolve().parents[2] / "mandorla/content/dialogues"
PARTS = ("arrival", "heard", "closing", "appreciation")
TOPIC = "صبح جمعه (Friday)"
HUMMED = "دیدم که وقتی پنیر می‌بریدی، «الهه‌ی ناز» را زیر لب می‌خواندی؛ ساعت ۷ صبح!"
HEARD = "You noticed that I hummed «الهه‌ی ناز» while I cut the cheese, at seven in the morning."
MAKES_SENSE = "It makes sense to me, because the house is so quiet before the children wake."
FACES = "performance.getEntriesByType('resource').map(one => one.name).filter(one => one.endsWith('woff2'))"
DIRECTION = "all => all.map(one => [one.innerText.trim(), getComputedStyle(one).direction])"


@pytest.fixture
def pair(seeds: Seeds) -> Pair:
    return seeds.pair("سارا", "Ben")


def told(language: str) -> dict[str, dict[str, str]]:
    """What the buttons of an appreciation are called in a language, by step and move."""
    files = [tomllib.loads((DIALOGUES / part / f"{language}.toml").read_text("utf-8")) for part in PARTS]
    return {name: step["moves"] for file in files for name, step in file["steps"].items()}


def directions(page: Page) -> dict[str, str]:
    """Every word of the two on the stage, and the way it runs."""
    return dict(page.locator(".said-words__text").evaluate_all(DIRECTION))


def test_one_in_persian_and_one_in_english_appreciate_each_other(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", script="appreciation", topic=TOPIC, minutes=20)
    sara = Room(browsing.open(pair.ana, locale="fa-IR"), thread)
    ben = Room(browsing.open(pair.ben), thread)
    persian, english = told("fa"), told("en")

    expect(sara.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(sara.page.locator(".timer__words").first).to_contain_text("۲۰")
    for step in ("breathe", "intention"):
        skip = "ready" if step == "breathe" else "skip"
        sara.press(persian[step][skip])
        ben.press(english[step][skip])

    expect(sara.words).to_have_css("direction", "rtl")  # an empty field begins where the page does
    sara.say(HUMMED, persian["send"]["say"])
    expect(ben.stage).to_contain_text(HUMMED)
    ben.say(HEARD, english["mirror"]["say"])
    expect(sara.stage).to_contain_text(HEARD)
    both = {HUMMED: "rtl", HEARD: "ltr"}
    assert (directions(sara.page), directions(ben.page)) == (both, both)
    sara.press(persian["check"]["yes"])
    sara.shows("آنچه در تو می‌بینم")

    pair.play(thread, "ana say: Warm.", "ben say: Warm.", "ana yes", "ana say: Light.", "ben say: Light.", "ana yes")
    sara, ben = (Room(room.page, thread) for room in (sara, ben))
    sara.press(persian["send"]["leave_out"])
    ben.say(MAKES_SENSE, english["validate"]["say"])
    expect(sara.stage).to_contain_text(MAKES_SENSE)
    sara.press(persian["validate_check"]["lands"])
    ben.feel("grateful")
    ben.press(english["empathy"]["guess"])
    expect(sara.stage).to_contain_text("سپاسگزار")
    sara.press(persian["empathy_check"]["yes"])
    sara.shows("تشکر")

    pair.play(thread, "ana skip", "ben skip", "ben close")
    sara, ben = (Room(room.page, thread) for room in (sara, ben))
    for step in ("gem", "last_gift"):
        sara.press(persian[step]["skip"])
        ben.press(english[step]["skip"])
    ben.shows("Thank you both")
    sara.shows("ممنون از هر دوی شما")

    sara.page.goto(address_of(thread, "words/"))
    for words in (TOPIC, HUMMED, HEARD, MAKES_SENSE):
        expect(sara.page.get_by_text(words)).to_be_visible()
    assert sara.page.evaluate(TOO_WIDE) == []


def test_the_letters_of_persian_are_fetched_where_they_are_read_and_nowhere_else(browsing: Browsing) -> None:
    faces = {}
    for locale in ("en-GB", "fa"):
        page = browsing.open(locale=locale)
        page.goto("/")
        expect(page.get_by_role("button", name="فارسی")).to_be_visible()
        page.evaluate("document.fonts.ready")
        faces[locale] = {file.rsplit("/", 1)[-1].split(".")[0] for file in page.evaluate(FACES)}

    assert faces == {"en-GB": {"figtree-latin", "literata-latin"}, "fa": {"figtree-latin", "vazirmatn-arabic"}}


@pytest.mark.long
def test_every_page_in_persian_is_open_to_every_eye(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", "ana ready", "ben ready", f"ana say: {HUMMED}", topic=TOPIC)
    stranger, sara = browsing.open(locale="fa"), browsing.open(pair.ana, locale="fa")
    own = (*OWN, *(address_of(thread, name) for name in ("", *OF_A_DIALOGUE)))
    found = {}
    for page, paths in ((stranger, PUBLIC), (sara, own)):
        for path in paths:
            page.goto(path.format(space=pair.space))
            found[path] = test_pages.wrong_with(page)

    assert test_pages.told(found) == ""


def test_codes_and_passphrases_run_from_left_to_right(pair: Pair, browsing: Browsing) -> None:
    page = browsing.open(locale="fa")
    page.goto("/me/sign-up/")
    expect(page.locator(".secret__text")).to_have_css("direction", "ltr")
    expect(page.locator("[name=passphrase]")).to_have_css("direction", "ltr")
    page.goto("/me/recover/")
    expect(page.locator("[name=code]")).to_have_css("direction", "ltr")
