"""Two people who know nothing yet: an account each, a space for both, and a first appreciation, to its end."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.browsing import Browsing, Room
from tests.journeys.site import Seeds

LOOK = re.compile("/spaces/invited/open/")


def test_two_newcomers_meet_by_code_and_hold_an_appreciation(browsing: Browsing) -> None:
    ana, ben = browsing.open(), browsing.open()
    ana.goto("/")
    ana.get_by_role("link", name="Begin").click()
    _sign_up(ana, "lindenblossom", "Ana")
    ana.get_by_role("link", name="Invite your partner").click()
    ana.get_by_role("button", name="Make an invitation").click()
    code = ana.locator(".secret__text").inner_text()
    ben.goto("/me/sign-up/")
    _sign_up(ben, "ring-road", "Ben")
    ben.get_by_role("link", name="I was given a code").click()
    ben.get_by_label("Code").fill(code.lower().replace("-", " "))
    ben.get_by_role("button", name="Come in").click()
    expect(ben.get_by_role("heading", name="Ben and Ana")).to_be_visible()

    ana.goto("/dialogues/")
    ana.get_by_role("link", name="Ask for a dialogue").click()
    expect(ana.get_by_role("heading", level=1)).to_have_text("Before your first dialogue")
    ana.get_by_role("button", name="I have read this").click()
    expect(ana.get_by_text("After your first appreciation dialogues together")).to_be_visible()
    ana.get_by_label("The topic, in one line").fill("The night of the flat tyre")
    ana.get_by_role("button", name="Ask").click()
    ben.goto("/dialogues/")
    ben.get_by_role("link", name="The night of the flat tyre").click()
    ben.get_by_role("button", name="I have read this").click()

    _hold_an_appreciation(Room(ana), Room(ben))

    ana.get_by_role("link", name="To your dialogues").click()
    expect(ana.get_by_role("link", name="The night of the flat tyre")).to_contain_text("Held")


def test_a_link_brings_the_code_and_takes_it_out_of_the_address(browsing: Browsing) -> None:
    ana, ben = browsing.open(), browsing.open()
    ana.goto("/me/sign-up/")
    _sign_up(ana, "lindentree", "Ana")
    ana.goto("/spaces/invite/")
    ana.get_by_role("button", name="Make an invitation").click()
    link = ana.locator(".qr__text").inner_text()
    asked: list[str] = []
    ben.on("request", lambda request: asked.append(request.url))

    ben.goto(link)
    code = link.partition("#")[2]
    expect(ben.get_by_text(code)).to_be_visible()
    assert ben.url == browsing.address + "/spaces/invited/"
    ben.get_by_role("link", name="Go on").click()
    expect(ben.get_by_role("alert")).to_contain_text("You are not signed in and unlocked yet.")
    assert ben.url == browsing.address + "/spaces/invited/"
    with ben.context.expect_page() as opened:
        ben.get_by_role("link", name="Make an account in a new tab").click()
    _sign_up(opened.value, "country-road", "Ben")
    ben.get_by_role("link", name="Go on").click()
    expect(ben.get_by_label("Code")).to_have_value(code)
    assert ben.url == browsing.address + "/spaces/join/"
    ben.get_by_role("button", name="Come in").click()

    expect(ben.get_by_role("heading", name="Ben and Ana")).to_be_visible()
    assert [url for url in asked if code in url] == []
    ana.goto("/dialogues/")
    expect(ana.get_by_role("heading", name="Ben")).to_be_visible()


def test_whoever_shows_a_code_reads_without_a_touch_that_the_other_has_come(browsing: Browsing, seeds: Seeds) -> None:
    people = [seeds.someone(name) for name in ("Ana", "Ben")]
    ana, ben = (browsing.open(one) for one in people)
    ana.goto("/spaces/invite/")
    ana.get_by_role("button", name="Make an invitation").click()
    code = ana.locator(".secret__text").inner_text()

    ben.goto("/spaces/join/")
    ben.get_by_label("Code").fill(code)
    ben.get_by_role("button", name="Come in").click()

    expect(ana.get_by_text("Ben is here now")).to_be_visible()
    expect(ana.get_by_role("link", name="Ask for a dialogue")).to_be_visible()


def test_in_a_family_the_page_of_codes_says_without_a_touch_who_came(browsing: Browsing, seeds: Seeds) -> None:
    people = [seeds.someone(name) for name in ("Ana", "Ben")]
    space = seeds("gather", names=[people[0].name], kind="family", title="The ones by the river")
    ana, ben = (browsing.open(one) for one in people)
    ana.goto(f"/spaces/{space}/invite/")
    for label in ("Make a code for somebody", "A code for one more person"):
        ana.get_by_role("button", name=label).click()
    expect(ana.locator(".secret__text")).to_have_count(2)
    code = ana.locator(".secret__text").first.inner_text()

    ben.goto("/spaces/join/")
    ben.get_by_label("Code").fill(code)
    ben.get_by_role("button", name="Come in").click()

    expect(ana.get_by_text("Here now: Ben")).to_be_visible()
    expect(ana.locator(".secret__text")).to_have_count(1)
    expect(ana.locator(".secret__text")).not_to_have_text(code)


def test_a_page_that_looks_by_itself_does_not_put_off_the_lock(browsing: Browsing, seeds: Seeds) -> None:
    someone = seeds.someone("Ana")
    seeds("invite", name=someone.name)
    ana = browsing.open(someone)
    ana.goto("/spaces/invite/")
    with ana.expect_response(LOOK):
        used = seeds("used", name=someone.name, back=5)

    with ana.expect_response(LOOK) as looked:
        pass

    assert looked.value.json() == {"open": True}
    assert seeds("used", name=someone.name) == used


def _sign_up(page: Page, name: str, called: str) -> None:
    """With the five words offered, and the code copied from the screen as one would from paper."""
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("How you would like to be called").fill(called)
    offered = page.locator(".secret__text").inner_text()
    page.get_by_label("Your passphrase").fill(offered)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Write this down")
    groups = page.locator(".secret__text").inner_text().split("-")
    page.get_by_role("button", name="I have it on paper").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Three groups from your paper")
    for label in page.locator("label", has_text=re.compile(r"Group \d")).all_inner_texts():
        page.get_by_label(label).fill(groups[int(label.split()[1]) - 1].lower())
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def _hold_an_appreciation(ana: Room, ben: Room) -> None:
    ben.press("Yes, now")
    for room in (ana, ben):
        room.press("I’m ready")
    for room in (ana, ben):
        room.press("Leave mine out")
    for said in ("You came at eleven.", "I see someone who comes.", "It lets me rest."):
        ana.say(said, "Send")
        ben.shows("Mirror", said)
        ben.say(f"I hear: {said}", "Send my mirror")
        ana.press("Yes, you’ve got it")
    ana.shows("What it touches")
    ana.press("Leave this one out")
    ben.say("It makes sense, because nobody came before.", "Send what makes sense")
    ana.press("Yes, that lands")
    ben.feel("relieved")
    ben.press("Offer my guess")
    ana.press("Yes, that is how it feels")
    for room in (ana, ben):
        room.press("Leave mine out")
    ben.press("This is enough for today")
    for room in (ana, ben):
        room.say("It is the small things.", "Share my gem")
    for room in (ana, ben):
        room.say("How you looked at me.", "Give it")
    for room in (ana, ben):
        room.shows("Thank you both")
