"""A dialogue from two places: two browsers with invented cameras see and hear each other; the dialogue never waits."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import EXIT, Browsing, Room, Watch
from tests.journeys.calling import ALLOWED, Caller
from tests.journeys.network import Network
from tests.journeys.site import Pair
from tests.journeys.test_pages import wrong_with

BOTH = ["audio", "video"]


@pytest.fixture
def thread(pair: Pair) -> str:
    """Both said yes, and are to breathe."""
    return pair.ask("ben now", medium="video")


@pytest.fixture
def ana(pair: Pair, thread: str, browsing: Browsing, network: Network) -> Caller:
    """Ana, behind a network that may go bad."""
    return Caller(browsing.open(pair.ana, address=network.address, **ALLOWED), thread)


@pytest.fixture
def ben(pair: Pair, thread: str, browsing: Browsing) -> Caller:
    return Caller(browsing.open(pair.ben, **ALLOWED), thread)


def join(*callers: Caller) -> None:
    """All of them, until each sees and hears the other."""
    for one in callers:
        one.joins()
    ana, ben = callers
    ana.is_with("Ben")
    ben.is_with("Ana")


def test_nothing_goes_out_before_one_joins_and_then_both_see_and_hear(ana: Caller, ben: Caller) -> None:
    assert ana.cameras() == []
    ana.joins()
    ana.reads("You are in the call. Nobody else is in it yet.")

    ben.looks()
    expect(ben.page.locator("[data-call-me][data-camera=on]")).to_be_visible()
    ben.reads("Only you see this.")
    assert ben.flowing() == {"frames": 0, "bytes": 0, "sent": 0}
    ana.reads("Nobody else is in it yet.")

    ben.press("Join the call")
    ana.is_with("Ben")
    ben.is_with("Ana")
    expect(ana.other).to_contain_text("Ben")


def test_a_whole_step_is_held_beside_the_call(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    for one in (ana, ben):
        one.press("I’m ready")
    ana.press("I have said it")
    ben.shows("Let it in")

    ana.is_with("Ben")
    assert len(ana.page.evaluate("window.ways")) == 1


def test_a_page_that_is_loaded_again_joins_again_as_it_was(ana: Caller, ben: Caller) -> None:
    join(ana, ben)
    ana.press("Mute")
    expect(ben.other).to_have_attribute("data-microphone", "off")

    ana.page.reload()

    ana.reads("Connected with Ben")
    ana.gets("frames")
    ben.reads("Connected with Ana")
    ben.gets("frames")
    expect(ben.other).to_have_count(1)
    expect(ben.other).to_have_attribute("data-microphone", "off")


@pytest.mark.long
def test_coming_back_another_way_asks_first(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.page.goto("/dialogues/")
    ana.page.go_back()
    ana.is_live()

    ana.is_out()
    ben.reads("Nobody else is in it yet.")
    ana.page.reload()
    ana.is_live()
    ana.is_out()


def test_a_line_that_drops_interrupts_nothing_and_what_comes_after_arrives(
    ana: Caller, ben: Caller, network: Network, watch: Watch
) -> None:
    watch.expect("WebSocket connection to")
    join(ana, ben)

    network.cut(refuse=True)
    ana.gets("frames")
    ben.gets("frames")
    ben.reads("Connected with Ana")
    network.heal()
    ana.is_live()

    ben.press("Camera off")
    expect(ana.other).to_have_attribute("data-camera", "off")
    ana.press("Mute")
    expect(ben.other).to_have_attribute("data-microphone", "off")
    assert len(ana.page.evaluate("window.ways")) == 1


@pytest.mark.long
def test_a_way_that_breaks_is_found_anew(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.page.evaluate("() => { window.ways[0].close(); window.ways[0].onconnectionstatechange(); }")

    ana.page.wait_for_function("() => window.ways.length === 2")
    ana.reads("Connected with Ben")
    ana.gets("frames")
    ben.gets("frames")


@pytest.mark.long
def test_a_network_that_was_gone_altogether_brings_both_back(
    ana: Caller, ben: Caller, network: Network, watch: Watch
) -> None:
    watch.expect("WebSocket connection to")
    join(ana, ben)

    network.cut(refuse=True)
    ana.page.evaluate("() => { window.ways[0].close(); window.ways[0].onconnectionstatechange(); }")
    ben.reads("Nobody else is in it yet.")
    ana.reads("The connection with Ben is lost. It is tried again.")
    network.heal()

    ana.is_with("Ben")
    ben.is_with("Ana")


@pytest.mark.long
def test_who_stays_out_of_the_room_is_let_go_even_if_their_device_goes_on(
    ana: Caller, ben: Caller, network: Network, watch: Watch
) -> None:
    watch.expect("WebSocket connection to")
    ben.page.clock.install()
    join(ana, ben)

    network.cut(refuse=True)
    expect(ben.page.locator("[data-room]")).to_have_attribute("data-here", "one")
    for _ in range(7):
        ben.reads("Connected with Ana")
        ben.page.clock.run_for(10_000)

    ben.reads("Nobody else is in it yet.")
    ana.reads("The connection with Ben is lost.")


def test_mute_and_camera_off_are_seen_by_the_other_and_are_true(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.press("Mute")
    expect(ben.other).to_have_attribute("data-microphone", "off")
    expect(ben.other.get_by_text("muted")).to_be_visible()
    assert ana.cameras() == ["audio muted", "video"]
    ana.press("Camera off")
    expect(ben.other.get_by_text("camera off")).to_be_visible()
    assert ana.cameras() == ["audio muted"]

    ana.press("Camera on")
    ana.press("Unmute")
    expect(ben.other.get_by_text("camera off")).to_be_hidden()
    expect(ben.other.get_by_text("muted")).to_be_hidden()
    ben.gets("frames")
    assert ana.cameras() == BOTH


def test_a_refused_camera_leaves_the_voice(pair: Pair, thread: str, browsing: Browsing, ana: Caller) -> None:
    ben = Caller(browsing.open(pair.ben, permissions=["microphone"]), thread)

    ben.looks()
    ben.reads("The camera is not allowed for this page.")
    ben.press("Join the call")
    ana.joins()

    ana.reads("Connected with Ben")
    expect(ana.other.get_by_text("camera off")).to_be_visible()
    ana.gets("bytes")
    ben.gets("frames")
    assert ben.cameras() == ["audio"]


@pytest.mark.long
def test_who_has_neither_still_sees_and_hears_and_the_dialogue_goes_on(
    pair: Pair, thread: str, browsing: Browsing, ana: Caller
) -> None:
    ben = Caller(browsing.open(pair.ben), thread)

    ben.looks()
    ben.reads("Camera and microphone are not allowed for this page.")
    ben.press("Join the call")
    ana.joins()
    ben.gets("frames")
    ben.gets("bytes")
    for one in (ana, ben):
        one.press("I’m ready")

    ben.shows("Something good first")


@pytest.mark.long
def test_a_microphone_that_is_unplugged_is_said_and_can_come_back(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.page.evaluate("() => window.tracks.find(one => one.kind === 'audio').dispatchEvent(new Event('ended'))")
    ana.reads("Your microphone is gone.")
    expect(ben.other).to_have_attribute("data-microphone", "off")

    ana.press("Unmute")
    expect(ben.other).to_have_attribute("data-microphone", "on")
    ben.gets("bytes")


@pytest.mark.long
def test_another_camera_can_be_chosen_without_joining_anew(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.page.get_by_text("Devices", exact=True).click()
    cameras = ana.page.get_by_label("Camera", exact=True)
    ana.page.get_by_label("Microphone").select_option(index=1)
    cameras.select_option(index=0)

    ana.page.wait_for_function("() => window.tracks.filter(one => one.readyState === 'live').length === 2")
    assert ana.cameras() == BOTH
    ben.gets("frames")
    ben.gets("bytes")
    assert len(ana.page.evaluate("window.ways")) == 1


@pytest.mark.long
def test_hanging_up_stops_everything_and_the_other_sees_it(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.press("Hang up")

    ana.is_out("You are not in the call.")
    ben.reads("Nobody else is in it yet.")
    expect(ben.other).to_have_count(0)
    ana.shows("Arrive")


@pytest.mark.long
def test_a_pause_rests_the_call_of_both_and_going_on_asks_again(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ben.opens_menu()
    ben.press("Pause now")
    for one in (ana, ben):
        one.is_out("The dialogue rests, and so does the call.")
        expect(one.call.get_by_role("button")).to_have_count(0)
        one.press("I am ready to go on")

    for one in (ana, ben):
        one.is_out("The dialogue goes on. Join again whenever you like.")
    join(ana, ben)


def test_the_end_ends_the_call(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.ends()

    for one in (ana, ben):
        one.shows("It ends here for now")
        expect(one.call).to_be_hidden()
        one.is_out()


@pytest.mark.long
def test_on_a_second_page_the_newest_wins_and_the_first_says_so(ana: Caller, ben: Caller, thread: str) -> None:
    join(ana, ben)

    second = Caller(ana.page.context.new_page(), thread)
    second.joins()

    second.is_with("Ben")
    ana.is_out("You have joined on another page or device")
    expect(ben.other).to_have_count(1)
    ben.gets("frames")


@pytest.mark.long
def test_the_quick_exit_stops_camera_and_microphone_before_the_page_is_gone(
    ana: Caller, ben: Caller, watch: Watch
) -> None:
    watch.expect("request to another host: harmless.example")
    join(ana, ben)
    ana.page.context.route(f"{EXIT}**", lambda route: None)  # the other site never answers, so the page stays a while

    ana.page.get_by_role("link", name="Quick exit").click(no_wait_after=True)

    ben.reads("Nobody else is in it yet.")
    assert ana.cameras() == []


@pytest.mark.long
def test_a_lock_stops_the_call(ana: Caller, ben: Caller) -> None:
    join(ana, ben)

    ana.page.get_by_role("button", name="Lock now").click()

    expect(ana.page).to_have_url(re.compile("/me/unlock/"))
    ben.reads("Nobody else is in it yet.")


@pytest.mark.long
def test_where_no_way_is_found_it_says_what_to_do_and_the_dialogue_goes_on(
    pair: Pair, thread: str, browsing: Browsing, watch: Watch
) -> None:
    watch.expect("WebSocket connection to")  # time leaps, and the line gives up what it has just begun
    ana, ben = (browsing.open(one, **ALLOWED) for one in (pair.ana, pair.ben))
    for page in (ana, ben):
        page.clock.install()
        page.add_init_script(
            "RTCPeerConnection.prototype.addIceCandidate = async () => {};"
            "const strip = RTCPeerConnection.prototype.setRemoteDescription;"
            "RTCPeerConnection.prototype.setRemoteDescription = function (told) {"
            " return strip.call(this, { ...told, sdp: told.sdp.replace(/a=candidate.*\\r\\n/g, '') }); };"
        )
    callers = [Caller(page, thread) for page in (ana, ben)]
    for one in callers:
        one.joins()
        one.page.clock.run_for(1_000)

    for _ in range(4):
        for one in callers:
            one.page.clock.run_for(10_000)

    for one in callers:
        one.reads("Meanwhile a phone call beside this page does as well")
        one.press("I’m ready")
    for one in callers:
        one.page.clock.run_for(1_000)
        one.shows("Something good first")


def test_a_written_dialogue_loads_nothing_of_it(pair: Pair, browsing: Browsing) -> None:
    page = browsing.open(pair.ana)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))

    Room(page, pair.ask("ben now"))

    assert [url for url in loaded if "room" in url] != []
    assert [url for url in loaded if re.search(r"/(call|peer|others|devices)\.", url)] == []


@pytest.mark.long
def test_the_call_is_open_to_every_eye_and_by_keyboard_alone(ana: Caller, ben: Caller) -> None:
    assert wrong_with(ana.page) == []
    ana.page.get_by_role("button", name="See how I look first").focus()
    ana.page.keyboard.press("Enter")
    expect(ana.page.get_by_role("button", name="Join the call")).to_be_focused()
    expect(ana.page.locator("[data-call-me][data-camera=on]")).to_be_visible()
    assert wrong_with(ana.page) == []
    ana.page.keyboard.press("Enter")
    ben.joins()
    ana.is_with("Ben")
    expect(ana.page.get_by_role("button", name="Mute")).to_be_focused()
    ana.page.keyboard.press("Space")
    expect(ben.other).to_have_attribute("data-microphone", "off")

    ben.page.get_by_text("Devices", exact=True).click()
    assert wrong_with(ben.page) == []
    assert wrong_with(ana.page) == []
