"""Somebody practises alone, a whole way through: by reading and typing, without scripts, and for every eye."""

from playwright.sync_api import Page, expect

from tests.journeys.browsing import NOTHING, Browsing, Watch, stores_of
from tests.journeys.site import Seeds
from tests.journeys.test_pages import NEXT_PAGE_BYTES, Scales, told, wrong_with

MIRROR = "The letter says we are four hundred over, you won’t go through who bought what, and you had to sit down."
TRIES = (
    ("Mirror 1", MIRROR),
    ("Mirror 2", "Your mum turned the telly off when the doorbell went, and you held your breath for the postman."),
    ("Sum up", "We are four hundred over, and doorbells meant hiding in your mum’s house."),
    ("Say why it makes sense", "It makes sense that you sat down, because a letter meant hiding when you were small."),
    ("Feel with them", "I imagine you feel scared."),
    ("Send your side", "When the letter came I felt sad. I had looked forward to surprising you."),
    ("Ask for something", "On Sunday, for the next two months, sit down with me for twenty minutes about money."),
)


def test_somebody_practises_a_whole_way_and_keeps_only_that_they_did(seeds: Seeds, browsing: Browsing) -> None:
    page = browsing.open(seeds.someone("Toni"))
    found: dict[str, list[str]] = {}
    page.goto("/dialogues/")
    page.get_by_role("link", name="Practise alone").click()
    found["people"] = wrong_with(page)
    _opens(page, "Amara")
    found["Amara"] = wrong_with(page)
    page.get_by_role("link", name="Begin to listen").click()

    for number, (title, words) in enumerate(TRIES):
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        page.get_by_label("Your words").fill(words)
        page.get_by_role("button", name="Ask the coach").click()
        expect(page.locator("#coach-title")).to_be_focused()
        expect(page.get_by_text("One way to say it")).to_be_visible()
        found[f"{number} {title}"] = wrong_with(page)
        page.get_by_role("link", name="Go on:").or_(page.get_by_role("link", name="To the end")).click()
    found["the end"] = wrong_with(page)
    page.get_by_role("button", name="Keep this for me").click()

    expect(page.get_by_role("status")).to_have_text("Kept, for you alone.")
    expect(page.get_by_text("Amara: mirroring · summing up")).to_be_visible()
    found["kept"] = wrong_with(page)
    page.get_by_role("button", name="Delete Amara").click()
    expect(page.get_by_text("What you kept")).to_have_count(0)
    assert told(found) == ""
    assert stores_of(page) == NOTHING


def test_it_is_tried_again_by_keyboard_alone(seeds: Seeds, browsing: Browsing, watch: Watch) -> None:
    watch.expect("status of 422")
    page = browsing.open(seeds.someone("Toni"))
    page.goto("/learn/practice/amara/mirror-1/")

    page.get_by_label("Your words").press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Write a few words first.")
    page.get_by_label("Your words").focus()
    page.keyboard.type("You should make a budget.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#coach-title")).to_be_focused()

    expect(page.get_by_label("Try again, in your words")).to_have_value("You should make a budget.")
    page.get_by_label("Try again, in your words").fill(MIRROR)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("figure").filter(has_text="What you wrote")).to_contain_text(MIRROR)


def test_without_scripts_a_feeling_is_guessed(seeds: Seeds, browsing: Browsing) -> None:
    page = browsing.open(seeds.someone("Toni"), java_script_enabled=False)
    page.goto("/learn/practice/amara/empathise/")

    page.locator("details.petal:has(input[value=terrified]) > summary").click()
    page.get_by_role("checkbox", name="terrified").check()
    page.get_by_role("button", name="Ask the coach").click()

    expect(page.get_by_text("“terrified”: you caught “scared”.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="terrified")).to_be_checked()


def test_a_german_reader_is_told_once_that_it_is_in_english(seeds: Seeds, browsing: Browsing) -> None:
    page = browsing.open(seeds.someone("Toni"), locale="de-DE")

    page.goto("/learn/practice/amara/mirror-1/")

    expect(page.get_by_text("sprechen bisher nur Englisch")).to_have_count(1)
    expect(page.get_by_label("Deine Worte")).to_have_attribute("lang", "en")


def test_its_pages_are_light(seeds: Seeds, browsing: Browsing) -> None:
    page = browsing.open(seeds.someone("Toni"))
    page.goto("/dialogues/", wait_until="networkidle")
    scales = Scales(page)

    weights = {path: scales.weigh(path) for path in ("/learn/practice/", "/learn/practice/amara/empathise/")}

    assert {path: weight for path, weight in weights.items() if weight > NEXT_PAGE_BYTES} == {}


def _opens(page: Page, name: str) -> None:
    """From the names, by how hard it is to hear."""
    page.locator(".people__names").get_by_role("link", name=name, exact=True).click()
