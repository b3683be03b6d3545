"""A family comes together in browsers, and a guide is let into one dialogue and out of it again."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Browsing, Room, Watch, address_of
from tests.journeys.site import Seeds
from tests.journeys.test_pages import wrong_with

SECRET = ".secret__text"


@dataclass(slots=True)
class Family:
    """Ana and Ben, who share a space for a family, and Cleo, who is not in it."""

    ana: Page
    ben: Page
    cleo: Page


@pytest.fixture
def family(seeds: Seeds, browsing: Browsing) -> Family:
    ana, ben, cleo = (browsing.open(seeds.someone(called)) for called in ("Ana", "Ben", "Cleo"))
    ana.goto("/spaces/invite/")
    ana.get_by_role("link", name="A space for a family").click()
    ana.get_by_label("What you call it").fill("The ones by the river")
    ana.get_by_role("button", name="Make it").click()
    ana.get_by_role("button", name="Make a code for somebody").click()
    _comes_in(ben, ana.locator(SECRET).inner_text())
    expect(ben.get_by_role("heading", name="The ones by the river")).to_be_visible()
    return Family(ana, ben, cleo)


def test_a_family_is_made_and_each_sees_who_is_in_it(family: Family) -> None:
    family.ana.goto("/dialogues/")
    family.ana.get_by_role("link", name="About this space").click()

    for page in (family.ana, family.ben):
        people = page.locator(".people")
        expect(people).to_contain_text("Ana")
        expect(people).to_contain_text("Ben")
        expect(people).not_to_contain_text("not confirmed")
        assert wrong_with(page) == []


def test_a_guide_comes_is_let_into_one_dialogue_and_out_of_it(family: Family, watch: Watch) -> None:
    watch.expect("status of 404")  # the guide's open page, once it is not theirs any more
    ana, ben, cleo = family.ana, family.ben, family.cleo
    _brings_cleo_as_a_guide(family)
    thread = _ana_asks_ben(family)

    ana.goto(address_of(thread, "company/"))
    ana.get_by_role("button", name="Ask for Cleo as a guide").click()
    expect(ana.get_by_text("Was named, and sees nothing of this dialogue")).to_be_visible()
    cleo.goto("/dialogues/")
    expect(cleo.get_by_text("Who does what on Sundays")).to_have_count(0)
    ben.goto(address_of(thread, "company/"))
    ben.get_by_role("button", name="I agree: let them in").click()
    ana.goto(address_of(thread))
    cleo.goto("/dialogues/")
    cleo.get_by_role("link", name="Who does what on Sundays").click()
    room = Room(cleo)
    room.is_live()
    assert wrong_with(cleo) == []

    ben.get_by_role("button", name="Without them, please").click()

    expect(ben.get_by_text("Nobody else is there.")).to_be_visible()
    expect(room.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    cleo.goto("/dialogues/")
    expect(cleo.get_by_text("Who does what on Sundays")).to_have_count(0)


def _comes_in(page: Page, code: str) -> None:
    page.goto("/spaces/join/")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Come in").click()


def _brings_cleo_as_a_guide(family: Family) -> None:
    family.ana.goto("/dialogues/")
    family.ana.get_by_role("link", name="About this space").click()
    family.ana.get_by_role("link", name="Invite somebody").click()
    family.ana.get_by_role("button", name="Make a code for a guide").click()
    _comes_in(family.cleo, family.ana.locator(SECRET).inner_text())
    family.cleo.get_by_label("I am trained").check()
    family.cleo.get_by_role("button", name="Come in as a guide").click()
    expect(family.cleo.get_by_text("You are here as a guide.")).to_be_visible()
    assert wrong_with(family.cleo) == []
    for page in (family.ana, family.ben):
        page.goto("/dialogues/")
        page.get_by_role("link", name="About this space").click()
        expect(page.locator(".people")).to_contain_text("Cleo")


def _ana_asks_ben(family: Family) -> str:
    family.ana.goto("/dialogues/")
    family.ana.get_by_role("link", name="Ask for a dialogue").click()
    family.ana.get_by_role("radio", name="Parent and child").check()
    family.ana.get_by_label("The topic, in one line").fill("Who does what on Sundays")
    family.ana.get_by_role("button", name="Ask", exact=True).click()
    expect(family.ana.locator("[data-room]")).to_be_visible()
    return family.ana.url.rstrip("/").rpartition("/")[2]


def test_a_child_draws_by_keyboard_and_says_beside_it_what_it_is(family: Family) -> None:
    thread = _ana_asks_ben(family)
    ana, ben = Room(family.ana, thread), Room(family.ben, thread)
    ben.press("Yes, now")
    for room in (ana, ben):
        room.press("I’m ready")
    ben.shows("Tell or draw")
    sheet = family.ben.get_by_label("A sheet to draw on")
    assert wrong_with(family.ben) == []

    ben.write("This is our kitchen table")
    sheet.focus()
    for key in ("ArrowUp", "Space", "ArrowRight", "ArrowRight", "ArrowDown", "Space", "ArrowLeft"):
        family.ben.keyboard.press(key)
    expect(family.ben.get_by_text("The pen is lifted.")).to_be_visible()
    ben.press("Show my drawing")

    said = family.ana.locator(".said-words")
    expect(said).to_contain_text("This is our kitchen table")
    points = said.locator("polyline").get_attribute("points")
    assert points == "500 475 500 475 525 475 550 475 550 500"
