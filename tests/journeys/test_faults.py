"""Nothing is lost: not by a network that fails in every way, not by a server that dies, not by people in a hurry."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.journeys.browsing import EXIT, Browsing, Room, Watch, address_of, sign_in
from tests.journeys.network import Network
from tests.journeys.site import Pair, Site
from tests.journeys.test_drafts import pause_and_go_on
from tests.journeys.walking import ARRIVED

NETWORK_FAILS = ("WebSocket connection to", "net::ERR_")
FRONT = re.compile(r"//[^/]+/$")


@pytest.fixture
def thread(pair: Pair) -> str:
    """A dialogue in which it is Ana's turn to send."""
    return pair.ask(*ARRIVED)


@pytest.fixture
def ana(pair: Pair, thread: str, browsing: Browsing, network: Network, watch: Watch) -> Room:
    """Ana, behind a bad network."""
    watch.expect(*NETWORK_FAILS)
    return Room(browsing.open(pair.ana, address=network.address), thread)


@pytest.fixture
def ben(pair: Pair, thread: str, browsing: Browsing) -> Room:
    """Ben, whose network is good."""
    return Room(browsing.open(pair.ben), thread)


def test_what_is_sent_without_a_network_arrives_once_when_it_is_back(
    ana: Room, ben: Room, network: Network, pair: Pair, thread: str
) -> None:
    before = pair.entries(thread)
    network.cut(refuse=True)
    ana.says("away")
    ana.say("Said while nothing went out.", "Send")
    ana.says("waiting")
    expect(ana.words).to_have_value("Said while nothing went out.")

    network.heal()

    ben.shows("Mirror", "Said while nothing went out.")
    ana.shows("Mirror")
    assert pair.entries(thread) == before + 1


def test_a_sentence_survives_a_server_that_is_killed_and_comes_back(
    ana: Room, ben: Room, site: Site, pair: Pair, thread: str
) -> None:
    before = pair.entries(thread)
    ana.write("Half of this was saved,")
    ana.says("kept")
    site.kill()
    ana.write("Half of this was saved, and half was not.")
    ana.says("kept-here")
    ana.press("Send")
    ana.says("waiting")

    site.start()

    ben.shows("Mirror", "Half of this was saved, and half was not.")
    ana.shows("Mirror")
    assert pair.entries(thread) == before + 1


def test_words_typed_while_the_server_is_gone_are_kept_when_it_is_back(ana: Room, site: Site) -> None:
    ana.write("One,")
    ana.says("kept")
    site.kill()
    ana.write("One, two,")
    ana.says("kept-here")

    site.start()

    ana.says("kept")
    expect(ana.words).to_have_value("One, two,")
    ana.page.reload()
    expect(ana.words).to_have_value("One, two,")


def test_a_line_that_only_looks_open_is_noticed_when_the_screen_comes_on(
    ana: Room, ben: Room, network: Network, pair: Pair, thread: str
) -> None:
    network.existing(up="drop", down="drop")
    ben.press("Let me mirror that much")
    ana.write("These words stay.")
    expect(ana.page.get_by_text("Ben would like to mirror")).to_have_count(0)

    ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    ana.page.get_by_text("Ben would like to mirror").wait_for(timeout=15_000)
    expect(ana.words).to_have_value("These words stay.")


def test_an_answer_that_never_comes_is_asked_for_again_and_nothing_is_said_twice(
    ana: Room, ben: Room, network: Network, pair: Pair, thread: str
) -> None:
    before = pair.entries(thread)
    network.everything(down="hold")

    ana.say("Said once.", "Send")
    ben.shows("Mirror", "Said once.")
    ana.says("saving")
    network.new = {"up": "pass", "down": "pass"}
    ana.page.get_by_role("heading", name="Mirror").wait_for(timeout=20_000)
    ben.say("You said it once.", "Send my mirror")
    network.heal()  # and now all that was late arrives

    ana.shows("Did it come across?", "You said it once.")
    ana.press("Yes, you’ve got it")
    ana.shows("Is there more?")
    assert pair.entries(thread) == before + 3


def test_what_falls_into_a_hole_is_sent_again(ana: Room, ben: Room, network: Network, pair: Pair, thread: str) -> None:
    before = pair.entries(thread)
    network.hole()
    ana.say("Into the dark.", "Send")
    expect(ana.words).to_have_value("Into the dark.")

    network.heal()

    ben.page.get_by_text("Into the dark.").wait_for(timeout=20_000)
    ana.shows("Mirror")
    assert pair.entries(thread) == before + 1


def test_a_line_cut_at_every_step_loses_nothing(
    ana: Room, ben: Room, network: Network, pair: Pair, thread: str
) -> None:
    before = pair.entries(thread)
    for words in ("One.", "Two.", "Three."):
        ana.write(words)
        network.cut()
        ana.press("Send")
        ben.say(f"You said: {words}", "Send my mirror")
        network.cut()
        ana.shows("Did it come across?", f"You said: {words}")
        ana.press("Yes, you’ve got it")
        network.cut()
        ana.press("There is more")
        ana.shows("Send")

    assert pair.entries(thread) == before + 12


def test_where_no_socket_is_let_through_the_room_goes_on_a_little_slower(
    ben: Room, pair: Pair, thread: str, browsing: Browsing, watch: Watch
) -> None:
    watch.expect(*NETWORK_FAILS)
    page = browsing.open(pair.ana)
    page.route_web_socket(re.compile("/live/"), lambda socket: socket.close())
    page.goto(address_of(thread))
    ana = Room(page)

    ana.write("This goes")
    ana.says("kept")
    ana.say("This goes by POST.", "Send")
    ben.shows("Mirror", "This goes by POST.")
    ben.say("By POST.", "Send my mirror")

    page.get_by_text("Did it come across?").wait_for(timeout=15_000)
    ana.shows("Did it come across?", "By POST.")


def test_a_page_older_than_the_sign_in_says_so_and_keeps_the_words(
    site: Site, pair: Pair, thread: str, browsing: Browsing, watch: Watch
) -> None:
    watch.expect(*NETWORK_FAILS, "status of 403", "status of 423")
    page = browsing.open(pair.ana)
    page.route_web_socket(re.compile("/live/"), lambda socket: socket.close())
    page.goto(address_of(thread))
    before, ana = pair.entries(thread), Room(page)
    other = page.context.new_page()
    other.goto("/me/")
    other.get_by_role("button", name="Sign out").click()
    other.goto("/me/sign-in/")
    sign_in(other, pair.ana)

    ana.say("Typed on the older page.", "Send")

    expect(page.get_by_role("alert")).to_contain_text("This page is older than your sign-in")
    ana.says("here")
    expect(page.locator("[data-room]")).not_to_have_attribute("aria-busy", "true")
    expect(ana.words).to_have_value("Typed on the older page.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Load it anew").click()
    Room(opened.value).say("Taken along.", "Send")
    Room(opened.value).shows("Mirror")
    expect(ana.words).to_have_value("Typed on the older page.")
    assert pair.entries(thread) == before + 1
    refused = site.complaints()
    site.expected += refused
    assert {line.split()[2] for line in refused} == {"django.security.csrf"}
    assert len(refused) <= len(("the act", "the draft"))  # and not again and again


def test_a_double_click_is_one_entry(ana: Room, ben: Room, pair: Pair, thread: str) -> None:
    before = pair.entries(thread)
    ana.write("Once.")

    ana.page.get_by_role("button", name="Send", exact=True).dblclick()
    ben.shows("Mirror", "Once.")
    ana.shows("Mirror")

    assert pair.entries(thread) == before + 1


def test_going_back_shows_the_room_as_it_is_now(ana: Room, ben: Room) -> None:
    ana.say("Before I went away.", "Send")
    ana.shows("Mirror")
    ana.page.get_by_role("link", name="Home").click()
    expect(ana.page.get_by_role("heading", level=1)).to_have_text("Home")
    ben.say("You went away.", "Send my mirror")
    ben.shows("Did it come across?")

    ana.page.go_back()

    ana.shows("Did it come across?", "You went away.")
    ana.press("Yes, you’ve got it")
    ana.shows("Is there more?")


@pytest.mark.parametrize("sends", [False, True], ids=["writing", "sending"])
def test_a_lock_in_the_middle_of_a_sentence_keeps_it_until_it_is_unlocked(
    ana: Room, ben: Room, pair: Pair, watch: Watch, sends: bool
) -> None:
    watch.expect("status of 423")
    other = ana.page.context.new_page()
    other.goto("/me/")
    ana.write("In the middle of")
    other.get_by_role("main").get_by_role("button", name="Lock now").click()
    if sends:  # at the same moment, before the page knows
        ana.page.locator("#move").evaluate("form => form.requestSubmit(form.querySelector('[value=say]'))")
    expect(other.get_by_role("heading", level=1)).to_have_text("Locked, and waiting for you")
    expect(ana.page.get_by_text("Your words are locked")).to_be_visible()
    expect(ana.stage).to_be_hidden()

    with ana.page.context.expect_page() as opened:
        ana.page.get_by_role("link", name="Unlock").click()
    opened.value.get_by_label("Passphrase").fill(pair.ana.passphrase)
    opened.value.get_by_role("button", name="Unlock").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Home")
    ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(ana.words).to_have_value("In the middle of")
    ana.say("In the middle of a sentence.", "Send")
    ben.shows("Mirror", "In the middle of a sentence.")


def test_who_locks_by_hand_keeps_the_word_just_typed_and_comes_back_to_the_room(
    ana: Room, pair: Pair, watch: Watch
) -> None:
    watch.expect("status of 423")
    ana.write("Typed a moment ago")
    ana.page.get_by_role("banner").get_by_role("button", name="Lock now").click()
    expect(ana.page.get_by_role("heading", level=1)).to_have_text("Locked, and waiting for you")

    ana.page.get_by_label("Passphrase").fill(pair.ana.passphrase)
    ana.page.get_by_role("button", name="Unlock").click()

    expect(ana.words).to_have_value("Typed a moment ago")


def test_leaving_with_unsaved_words_asks_first(ana: Room, network: Network) -> None:
    network.cut(refuse=True)
    ana.write("Not saved anywhere else.")

    with ana.page.expect_event("dialog") as asked:
        ana.page.close(run_before_unload=True)

    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    ana.says("kept-here")


@pytest.mark.parametrize("page", ["prepare/", "after/"])
def test_leaving_a_page_of_ones_own_with_unsaved_words_asks_first(
    pair: Pair, thread: str, browsing: Browsing, page: str
) -> None:
    own = browsing.open(pair.ana)
    own.goto(address_of(thread, page))
    field = own.locator("textarea").first
    asked = questions(own)
    field.fill("Typed, and not kept.")

    own.get_by_role("link", name="Home").click()

    expect(field).to_have_value("Typed, and not kept.")
    assert asked == ["beforeunload"]
    own.get_by_role("button", name="Keep it").click()
    expect(own.get_by_text("Kept.", exact=True)).to_be_visible()
    own.get_by_role("link", name="Home").click()
    expect(own.get_by_role("heading", level=1)).to_have_text("Home")
    assert asked == ["beforeunload"]


@pytest.fixture
def refusing(site: Site, watch: Watch) -> Iterator[None]:
    """Server and browser may say that something was too long."""
    watch.expect("status of 413", "status of 422")
    yield
    site.expected += (line for line in site.complaints() if "RequestDataTooBig" in line)


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize("length", [3_000, 30_000, 1_100_000])
def test_a_paste_that_is_too_long_is_refused_kindly_and_stays_whole(
    ana: Room, pair: Pair, thread: str, length: int
) -> None:
    before = pair.entries(thread)
    pasted = "heather " * (length // 8)
    ana.write(pasted)
    expect(ana.page.locator("#words-hint")).to_contain_text("more than can be taken in at once")

    ana.press("Send")

    expect(ana.page.get_by_role("alert")).to_contain_text(re.compile("the most that can be taken in|Too long"))
    expect(ana.words).to_have_value(pasted)
    ana.is_live()
    assert pair.entries(thread) == before


@pytest.mark.parametrize("length", [12_000, 1_100_000])
def test_a_sheet_that_is_too_long_is_refused_kindly_and_stays_whole(
    pair: Pair, thread: str, browsing: Browsing, watch: Watch, length: int
) -> None:
    watch.expect("status of 422")
    own = browsing.open(pair.ana)
    own.goto(address_of(thread, "prepare/"))
    field, pasted = own.locator("textarea").first, "heather," * (length // 8)
    field.fill(pasted)

    own.get_by_role("button", name="Keep it").click()

    if length < 1_000_000:
        expect(own.get_by_role("alert")).to_contain_text("These are 12000 characters, and there is room for 10000.")
    else:
        assert "too long to be sent at once" in field.evaluate("field => field.validationMessage")
    expect(field).to_have_value(pasted)
    asked = questions(own)
    field.press("End")
    own.get_by_role("link", name="Home").click()
    expect(field).to_have_value(pasted)
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("way", ["Lock now", "Quick exit"])
def test_lock_and_quick_exit_never_ask(pair: Pair, thread: str, browsing: Browsing, watch: Watch, way: str) -> None:
    watch.expect("harmless.example", "status of")
    own = browsing.open(pair.ana)
    own.context.route(f"{EXIT}**", lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html"))
    own.goto(address_of(thread, "prepare/"))
    asked = questions(own)
    own.locator("textarea").first.fill("Nobody should see this.")

    if way == "Lock now":
        own.get_by_role("banner").get_by_role("button", name=way).click()
        expect(own.get_by_role("heading", level=1)).to_have_text("Locked, and waiting for you")
    else:
        own.get_by_role("link", name=way).click()
        own.wait_for_url(EXIT)

    assert asked == []


def questions(page: Page) -> list[str]:
    """What a page asked before it was left; whoever was asked stays."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def test_a_topic_to_park_stays_over_the_next_turn_and_a_lock_elsewhere(
    ana: Room, ben: Room, pair: Pair, watch: Watch
) -> None:
    watch.expect("status of 423")
    ana.say("First.", "Send")
    ana.shows("Mirror")
    parked = ana.page.locator("#parked")
    ana.opens_menu()
    parked.fill("The holidays")
    ben.say("You said: first.", "Send my mirror")
    ana.shows("Did it come across?")
    expect(parked).to_have_value("The holidays")
    pause_and_go_on(ana, ben)
    expect(parked).to_have_value("The holidays")

    other = ana.page.context.new_page()
    other.goto("/me/")
    other.get_by_role("main").get_by_role("button", name="Lock now").click()
    with ana.page.context.expect_page() as opened:
        ana.page.get_by_role("link", name="Unlock").click()
    opened.value.get_by_label("Passphrase").fill(pair.ana.passphrase)
    opened.value.get_by_role("button", name="Unlock").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Home")
    ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(parked).to_be_visible()
    ana.press("Park it")
    expect(parked).to_have_value("")
    with ana.page.expect_event("close"):
        ana.page.close(run_before_unload=True)


@pytest.mark.parametrize("way", ["button", "keys"])
def test_the_quick_exit_leaves_nothing_to_come_back_to(ana: Room, watch: Watch, thread: str, way: str) -> None:
    watch.expect("harmless.example", "status of")
    ana.page.context.route(
        f"{EXIT}**", lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html")
    )
    ana.write("Nobody should see this.")

    if way == "button":
        ana.page.get_by_role("link", name="Quick exit").click()
    else:
        for _ in range(3):
            ana.page.keyboard.press("Shift")
    ana.page.wait_for_url(EXIT)
    for _ in range(3):
        ana.page.go_back()

    assert "Nobody should see this." not in ana.page.content()
    ana.page.goto(address_of(thread))
    expect(ana.page.get_by_role("heading", level=1)).to_have_text(re.compile("Locked"))


def test_a_sheet_sent_after_signing_out_elsewhere_is_given_back_and_not_to_who_comes_later(
    pair: Pair, browsing: Browsing, thread: str, watch: Watch
) -> None:
    watch.expect("status of 403")
    sheet = browsing.open(pair.ana)
    sheet.goto(f"{address_of(thread)}prepare/")
    sheet.get_by_label("What I felt").fill("A stone in my chest.")
    other = sheet.context.new_page()
    other.goto("/me/")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url(FRONT)

    sheet.get_by_role("button", name="Keep it").click()

    expect(sheet.get_by_role("heading", level=1)).to_have_text("You are signed out")
    expect(sheet.get_by_role("textbox", name="What you typed")).to_have_value("A stone in my chest.")
    sheet.get_by_role("textbox", name="What you typed").click()
    with sheet.expect_event("dialog") as asked:
        sheet.evaluate("void setTimeout(() => location.assign('/'))")
    assert asked.value.type == "beforeunload"
    asked.value.accept()
    sheet.wait_for_url(FRONT)
    sheet.go_back()
    expect(sheet.get_by_role("heading", level=1)).to_have_text("Welcome back")
    assert "A stone in my chest." not in sheet.content()


def test_a_sheet_from_before_signing_in_again_is_given_back(
    site: Site, pair: Pair, browsing: Browsing, thread: str, watch: Watch
) -> None:
    watch.expect("status of 403")
    sheet = browsing.open(pair.ana)
    sheet.goto(f"{address_of(thread)}prepare/")
    sheet.get_by_label("What I felt").fill("A stone in my chest.")
    other = sheet.context.new_page()
    other.goto("/me/")
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url(FRONT)
    other.goto("/me/sign-in/")
    sign_in(other, pair.ana)

    sheet.get_by_role("button", name="Keep it").click()

    expect(sheet.get_by_role("textbox", name="What you typed")).to_have_value("A stone in my chest.")
    with sheet.context.expect_page() as opened:
        sheet.get_by_role("link", name="Open the page anew").click()
    expect(opened.value.get_by_label("What I felt")).to_have_value("")
    expect(sheet.get_by_role("textbox", name="What you typed")).to_have_value("A stone in my chest.")
    refused = site.complaints()
    site.expected += refused
    assert ["django.security.csrf" in line for line in refused] == [True]
