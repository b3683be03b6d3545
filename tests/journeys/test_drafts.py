"""What is filled in and not sent is there again: after a reload, a pause, a bad line, on another page."""

import re

import pytest
from playwright.sync_api import Dialog, Locator, Route, expect

from tests.journeys.browsing import Browsing, Room, Watch, address_of
from tests.journeys.network import Network
from tests.journeys.site import Pair
from tests.journeys.test_forms_and_media import TABLET, Between
from tests.journeys.walking import ARRIVED

MIRRORED = ("ana say: I miss our walks.", "ben say: You miss our walks.", "ana yes", "ana no_more")
TO_VALIDATION = (*MIRRORED, "ben say: You miss them.", "ana all", "ben say: Makes sense, as we met on one.")
TO_EMPATHY = (*TO_VALIDATION, "ana lands")
AT_ONE_DEVICE = ("ben now", "ben ready", "ben ready", "ben skip", "ben skip", "ben write: Tea.", "ben write: Songs.")
NETWORK_FAILS = ("WebSocket connection to", "net::ERR_")


@pytest.fixture
def thread(pair: Pair) -> str:
    """A dialogue in which it is Ana's turn to send."""
    return pair.ask(*ARRIVED)


@pytest.fixture
def ana(pair: Pair, thread: str, browsing: Browsing) -> Room:
    return Room(browsing.open(pair.ana), thread)


@pytest.fixture
def afar(pair: Pair, thread: str, browsing: Browsing, network: Network, watch: Watch) -> Room:
    """Ana, behind a bad network."""
    watch.expect(*NETWORK_FAILS)
    return Room(browsing.open(pair.ana, address=network.address), thread)


@pytest.fixture
def ben(pair: Pair, thread: str, browsing: Browsing) -> Room:
    return Room(browsing.open(pair.ben), thread)


def another(room: Room, thread: str) -> Room:
    """A second page of the same person."""
    return Room(room.page.context.new_page(), thread)


def not_sent(room: Room) -> Locator:
    """What a page shows as written and never sent."""
    return room.page.get_by_role("textbox", name="Not sent")


def ticked(room: Room) -> set[str]:
    """The feelings chosen."""
    return set(room.page.eval_on_selector_all("[name=feelings]:checked", "all => all.map(one => one.value)"))


def loads_again(room: Room) -> None:
    """A reload that asks nothing, as nothing would be lost."""
    asked: list[str] = []

    def goes(question: Dialog) -> None:
        asked.append(question.type)
        question.accept()

    room.page.once("dialog", goes)
    room.page.reload()
    room.is_live()
    room.page.remove_listener("dialog", goes)
    assert asked == []


def pause_and_go_on(one: Room, other: Room) -> None:
    """The other asks for a pause; then both go on."""
    other.opens_menu()
    other.press("Pause now")
    for room in (one, other):
        room.shows("A pause for you both")
    for room in (one, other):
        room.press("I am ready to go on")
    expect(other.page.get_by_role("heading", name="A pause for you both")).to_have_count(0)


# Over reloads and pauses


def test_a_chosen_beginning_outlives_a_reload_and_a_pause(ana: Room, ben: Room) -> None:
    beginnings, chips = ana.page.locator("input[name=lead]"), ana.page.locator(".chip--stem")
    chips.first.click()
    ana.write("you hummed.")
    ana.says("kept")
    loads_again(ana)
    expect(beginnings.first).to_be_checked()
    chips.nth(1).click()

    pause_and_go_on(ana, ben)

    expect(beginnings.nth(1)).to_be_checked()
    expect(ana.words).to_have_value("you hummed.")


def test_feelings_half_chosen_outlive_a_reload_a_pause_and_another_device(
    ben: Room, pair: Pair, thread: str, browsing: Browsing
) -> None:
    pair.play(thread, *TO_EMPATHY)
    ben.page.reload()
    own = ben.page.get_by_label("Or another feeling")
    ben.feel("hurt", own="shut out")
    ben.says("kept")
    loads_again(ben)
    expect(own).to_have_value("shut out")
    assert ticked(ben) == {"hurt"}
    own.fill("shut out of it")

    pause_and_go_on(Room(browsing.open(pair.ana), thread), ben)

    expect(own).to_have_value("shut out of it")
    second = Room(browsing.open(pair.ben), thread)
    expect(second.page.get_by_label("Or another feeling")).to_have_value("shut out of it")
    second.press("Offer my guess")
    second.shows("Is that how it feels?")
    ben.shows("Is that how it feels?")
    for room in (ben, second):
        expect(not_sent(room)).to_have_count(0)


def test_a_topic_that_was_parked_does_not_come_back_after_a_pause(afar: Room, ben: Room, network: Network) -> None:
    afar.opens_menu()
    parked = afar.page.locator("#parked")
    parked.fill("The dishes")
    network.existing(down="drop")
    afar.press("Park it")
    afar.says("saving")

    pause_and_go_on(afar, ben)

    expect(parked).to_have_value("")


# Two pages of one person


def test_two_pages_used_in_turn_hold_each_sentence_once(ana: Room, thread: str) -> None:
    ana.write("We walked every Sunday.")
    ana.says("kept")
    laptop = another(ana, thread)
    laptop.write("We walked every Sunday. I miss it.")
    laptop.says("kept")

    ana.write("We walked every Sunday, by the river.")
    expect(ana.words).to_have_value("We walked every Sunday, by the river.\n\nWe walked every Sunday. I miss it.")
    ana.says("kept")
    laptop.words.press("End")
    laptop.words.press_sequentially("!")

    expect(laptop.words).to_have_value("We walked every Sunday, by the river.\n\nWe walked every Sunday. I miss it.!")


def test_what_another_page_kept_stays_when_the_screen_changes_under_what_is_typed_here(
    ana: Room, ben: Room, thread: str
) -> None:
    phone = another(ana, thread)
    phone.write("Written on the phone.")
    phone.says("kept")
    phone.page.close()
    ana.write("Written on the laptop.")

    ben.press("Let me mirror that much")

    ana.page.get_by_text("Ben would like to mirror").wait_for()
    expect(ana.words).to_have_value("Written on the laptop.\n\nWritten on the phone.")
    ana.says("joined")
    ana.says("kept")
    loads_again(ana)
    expect(ana.words).to_have_value("Written on the laptop.\n\nWritten on the phone.")


def test_feelings_chosen_on_two_pages_are_all_there(ben: Room, pair: Pair, thread: str) -> None:
    pair.play(thread, *TO_EMPATHY)
    ben.page.reload()
    second = another(ben, thread)
    ben.feel("hurt")
    ben.says("kept")

    second.feel("sad")
    second.says("kept")

    assert ticked(second) == {"hurt", "sad"}
    loads_again(ben)
    assert ticked(ben) == {"hurt", "sad"}


def test_what_one_page_sends_is_not_unsent_on_the_other(ana: Room, thread: str) -> None:
    ana.write("The very words.")
    ana.says("kept")
    second = another(ana, thread)
    expect(second.words).to_have_value("The very words.")

    ana.press("Send")

    second.shows("Mirror")
    expect(not_sent(second)).to_have_count(0)


def test_a_page_that_sends_less_leaves_what_another_page_kept(ana: Room, thread: str, pair: Pair) -> None:
    ana.write("Begun on the phone")
    ana.says("kept")
    laptop = another(ana, thread)
    laptop.write("Begun on the phone, and much more on the laptop.")
    laptop.says("kept")
    laptop.page.close()

    ana.press("Send")

    ana.shows("Mirror")
    pair.play(thread, "ben say: You began.", "ana yes", "ana more")
    loads_again(ana)
    expect(ana.words).to_have_value("Begun on the phone, and much more on the laptop.")


def test_words_on_a_second_page_stay_when_the_first_one_sends(ana: Room, ben: Room, thread: str) -> None:
    second = another(ana, thread)
    second.write("Half a thought")
    ana.say("The whole thought.", "Send")
    second.shows("Mirror")
    expect(not_sent(second)).to_have_value("Half a thought")

    ben.say("You thought.", "Send my mirror")
    second.press("Yes, you’ve got it")
    second.press("There is more")
    second.say("More of it.", "Send")

    second.shows("Mirror", "More of it.")
    expect(not_sent(second)).to_have_value("Half a thought")
    second.press("Put it away")
    expect(not_sent(second)).to_have_count(0)


# Words that were not sent


def test_words_typed_beside_an_answer_that_takes_none_stay(ana: Room, ben: Room, thread: str, pair: Pair) -> None:
    pair.play(thread, *TO_VALIDATION)
    for room in (ana, ben):
        room.page.reload()
    ana.write("It is the quiet that I miss.")
    ana.says("kept")

    ana.press("Yes, that lands")

    expect(not_sent(ana)).to_have_value("It is the quiet that I miss.")
    ben.feel("hurt")
    ben.press("Offer my guess")
    ana.feel("sad")
    ana.says("kept")
    loads_again(ana)
    ana.press("Yes, that is how it feels")
    expect(ana.words).to_have_value("It is the quiet that I miss.")


def test_what_is_put_away_does_not_come_back(ana: Room, thread: str, pair: Pair) -> None:
    pair.play(thread, *TO_VALIDATION)
    ana.page.reload()
    ana.write("It is the quiet that I miss.")
    ana.says("kept")
    ana.press("Yes, that lands")
    expect(not_sent(ana)).to_be_visible()

    ana.press("Put it away")

    expect(not_sent(ana)).to_have_count(0)
    pair.play(thread, "ben guess: hurt", "ana yes")
    loads_again(ana)
    ana.shows("Thanks")
    expect(ana.words).to_have_value("")


def test_what_each_sends_in_a_step_of_both_is_not_called_unsent(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", "ana ready", "ben ready", "ana skip", "ben skip")
    ana, ben = (Room(browsing.open(one), thread) for one in (pair.ana, pair.ben))

    for room in (ana, ben):
        room.say("To stay.", "Set my intention")

    ana.shows("Send")
    for room in (ana, ben):
        expect(not_sent(room)).to_have_count(0)
        loads_again(room)


def test_at_the_end_what_was_typed_is_in_sight_and_a_summary_nobody_touched_is_not(
    ana: Room, ben: Room, thread: str, pair: Pair
) -> None:
    pair.play(thread, *MIRRORED, "ben say: You miss them.", "ana partly", "ana say: And the sea.")
    for room in (ana, ben):
        room.page.reload()
    expect(ben.words).to_have_value("You miss them.")
    ana.opens_menu()
    ana.page.locator("#parked").fill("The dishes")

    ben.ends()

    for room in (ana, ben):
        room.shows("It ends here for now")
    expect(not_sent(ana)).to_have_value("The dishes")
    expect(not_sent(ben)).to_have_count(0)
    ana.press("Put it away")
    loads_again(ana)


def test_at_one_device_nobody_finds_what_the_other_did_not_send(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*AT_ONE_DEVICE, script="caring", medium="shared", minutes=45)
    between = Between(browsing.open(pair.ben, viewport=TABLET), thread)
    between.write("What I would not show you")
    between.says("kept")

    between.taps("Leave this list out")

    expect(between.words).to_have_value("")
    between.hides("What I would not show you")
    between.page.reload()
    between.is_live()
    expect(between.words).to_have_value("")
    between.hides("What I would not show you")


# A bad line


def test_what_was_under_way_when_the_line_died_quietly_is_kept_over_the_next(
    afar: Room, pair: Pair, thread: str, browsing: Browsing, network: Network
) -> None:
    network.existing(up="drop", down="drop")
    with afar.page.expect_event("websocket"):
        afar.write("One")
        afar.page.wait_for_timeout(2_000)  # it has gone out by now, into nothing
        afar.page.evaluate("dispatchEvent(new Event('online'))")
    afar.write("One, two, three.")

    afar.says("kept")
    second = Room(browsing.open(pair.ana), thread)
    expect(second.words).to_have_value("One, two, three.")


def test_feelings_chosen_without_a_network_are_kept_when_it_is_back(
    pair: Pair, thread: str, browsing: Browsing, network: Network, watch: Watch
) -> None:
    watch.expect(*NETWORK_FAILS)
    pair.play(thread, *TO_EMPATHY)
    ben = Room(browsing.open(pair.ben, address=network.address), thread)
    network.cut(refuse=True)
    ben.says("away")
    ben.feel("hurt")
    ben.says("kept-here")

    network.heal()

    ben.says("kept")
    loads_again(ben)
    assert ticked(ben) == {"hurt"}


def test_lines_stand_once_where_no_socket_is_let_through_and_an_answer_is_lost(
    pair: Pair, thread: str, browsing: Browsing, watch: Watch
) -> None:
    watch.expect(*NETWORK_FAILS, "Failed to load")
    page = browsing.open(pair.ana)
    page.route_web_socket(re.compile("/live/"), lambda socket: socket.close())
    page.route("**/draft/", _lose, times=1)
    page.goto(address_of(thread))
    ana = Room(page)

    ana.write("The first line.\nThe second line.")

    ana.says("kept-here")
    ana.says("kept")
    expect(ana.words).to_have_value("The first line.\nThe second line.")


def _lose(route: Route) -> None:
    """It arrives, and what comes back does not."""
    route.fetch()
    route.abort()
