"""In other languages no text is left behind, nothing is too wide for a phone, and right to left is mirrored."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Browsing, Watch, address_of
from tests.journeys.languages import LONGER, MIRRORED
from tests.journeys.site import Pair, Seeds
from tests.journeys.test_pages import TOO_WIDE, told
from tests.journeys.walking import OF_A_DIALOGUE, OWN, PUBLIC, Walk

TEXTS = """() => {
    const OTHERS = "script, noscript, [translate=no], .qr__text, .help__country, [href^='#country']";
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
        if (!walk.currentNode.parentElement.closest(OTHERS)) found.push(walk.currentNode.data);
    for (const one of document.querySelectorAll("body *"))
        for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(one.getAttribute(name) ?? "");
    for (const one of document.querySelectorAll("[data-status], [data-hint], [data-timer], .say__hint"))
        for (const [name, told] of Object.entries(one.dataset)) if (/\\s/.test(told)) found.push(told);
    return found;
}"""
INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
LATIN = re.compile(r"[A-Za-z]{2,}")
SAME_EVERYWHERE = {"Mandorla", "Chrome", "Linux", "on"}  # "Chrome on Linux" is how a device calls itself
ZONE = re.compile(r"[A-Z]\w+(/[\w -]+)+")  # a place on the map of time zones, called so everywhere
DATE = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|\d+ \w{3}|\w+ \d{1,2}, \d{4}|\d{1,2} \w+ \d{4}|a\.m|p\.m)\b")


def left_behind(page: Page) -> list[str]:
    """Texts on the page that no translator was given. People's own words are Greek here, so Latin letters are ours."""
    return [text.strip() for text in page.evaluate(TEXTS) if _untranslated(text)]


def _untranslated(text: str) -> bool:
    if ZONE.fullmatch(text.strip()):
        return False
    while INNERMOST.search(text):
        text = INNERMOST.sub("", text)
    return bool(set(LATIN.findall(DATE.sub("", text))) - SAME_EVERYWHERE)


def greek(words: str) -> str:
    """Words of as many letters, none of them Latin."""
    return re.sub(r"[A-Za-z]", "λ", words)


@pytest.fixture
def pair(seeds: Seeds) -> Pair:
    return seeds.pair("Αλεξάνδρα-Κωνσταντίνα", "Θεμιστοκλής Παπαδόπουλος")


@pytest.fixture(params=[LONGER, MIRRORED])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def wrong_with(page: Page, language: str) -> list[str]:
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == MIRRORED else "ltr")
    return [*left_behind(page), *page.evaluate(TOO_WIDE)]


def test_every_page_in_another_language(language: str, pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(
        "ben now", "ana ready", "ben ready", f"ana say: {greek('That you hummed.')}", topic=greek("Sunday")
    )
    stranger, ana = browsing.open(locale=language), browsing.open(pair.ana, locale=language)
    own = (*OWN, *(address_of(thread, name) for name in OF_A_DIALOGUE))
    found = {}
    for page, paths in ((stranger, PUBLIC), (ana, own)):
        for path in paths:
            page.goto(path.format(space=pair.space))
            found[path] = wrong_with(page, language)

    assert told(found) == ""


@pytest.mark.parametrize(
    ("medium", "read"), [("written", (LONGER, MIRRORED)), ("spoken", (MIRRORED, LONGER))], ids=["written", "spoken"]
)
def test_every_step_in_two_other_languages(medium: str, read: tuple[str, str], pair: Pair, browsing: Browsing) -> None:
    ana, ben = (browsing.open(one, locale=its) for one, its in zip((pair.ana, pair.ben), read, strict=True))
    walk = Walk(pair, ana, ben, say=greek)
    found = {}
    for step in walk.steps(medium) if medium == "spoken" else (*walk.steps(medium), *walk.ends()):
        for who, page, language in (("ana", ana, read[0]), ("ben", ben, read[1])):
            found[f"{step}, {who}"] = wrong_with(page, language)

    assert told(found) == ""


def test_what_is_refused_is_said_in_that_language(language: str, pair: Pair, browsing: Browsing, watch: Watch) -> None:
    watch.expect("status of 422")
    page = browsing.open(pair.ana, locale=language)
    page.goto(f"/dialogues/ask/{pair.space}/")
    page.locator("main button.button--main").click()
    expect(page.get_by_role("alert")).to_be_visible()

    assert wrong_with(page, language) == []


def test_a_language_is_chosen_where_one_is_and_stays(pair: Pair, browsing: Browsing) -> None:
    page, own = browsing.open(), browsing.open(pair.ana)
    page.goto("/safety/help/")
    own.goto("/me/")
    for one in (page, own):
        one.get_by_role("button", name="Deutsch", exact=True).press("Enter")
        expect(one.locator("html")).to_have_attribute("lang", "de")
    expect(page).to_have_url(re.compile("/safety/help/$"))
    expect(own).to_have_url(re.compile("/me/$"))

    own.goto(address_of(pair.ask()))

    expect(own.get_by_role("button", name="Anfrage zurückziehen")).to_be_visible()


def test_a_page_that_runs_from_right_to_left_is_mirrored(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", "ana ready", "ben ready", "ana say: λ")
    page = browsing.open(pair.ana, locale=MIRRORED)
    page.goto(address_of(thread))

    way_out, home = (page.locator(one).bounding_box() for one in (".exit", ".top__home"))

    assert way_out
    assert home
    assert way_out["x"] < home["x"]
