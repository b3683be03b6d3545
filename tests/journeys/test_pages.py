"""Every page and step, for every eye: axe in light and dark; nothing jumps or is heavy, nor too wide at any size."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.journeys.browsing import LARGE, Browsing, Watch, address_of, sign_in
from tests.journeys.site import Pair, Seeds
from tests.journeys.walking import ARRIVED, OF_A_DIALOGUE, OWN, PUBLIC, Walk

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
CHECK = """async ([within, rules]) => {
    const found = await axe.run(within, rules ? { runOnly: rules } : {});
    return found.violations.filter(one => ["serious", "critical"].includes(one.impact)).map(
        one => `${one.id}: ${one.nodes.map(node => node.html + " " + (node.any[0]?.message ?? "")).join(" | ")}`);
}"""
TOO_WIDE = """() => {
    const root = document.documentElement;
    const beyond = ({ left, right }) => left < -1 || right > root.clientWidth + 1;
    const out = one => beyond(one.getBoundingClientRect()) && !one.closest(".stems__row");
    return root.scrollWidth <= root.clientWidth ? [] : [...document.querySelectorAll("body *")].filter(
        one => one.checkVisibility() && out(one)).map(one => `too wide: ${one.outerHTML.slice(0, 120)}`);
}"""
SHIFTS = """() => new Promise(done => {
    let sum = 0;
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
    }).observe({ type: "layout-shift", buffered: true });
    document.fonts.ready.then(() => setTimeout(() => done(sum), 300));
})"""
FIRST_VISIT_BYTES, NEXT_PAGE_BYTES = 150_000, 30_000


def wrong_with(page: Page, within: str = "html") -> list[str]:
    """What axe finds serious in light, and in the colours of the dark; and what is too wide for a phone."""
    page.evaluate(AXE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = page.evaluate(CHECK, [within, None])
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return [*found, *page.evaluate(CHECK, [within, ["color-contrast"]]), *page.evaluate(TOO_WIDE)]


def told(found: dict[str, list[str]]) -> str:
    """All of it, a line each."""
    return "\n".join(f"{where}: {wrong}" for where, every in found.items() for wrong in every)


def test_public_pages_are_open_to_every_eye(browsing: Browsing) -> None:
    page = browsing.open()
    found = {}
    for path in PUBLIC:
        page.goto(path)
        found[path] = wrong_with(page)

    assert told(found) == ""


def test_own_pages_are_open_to_every_eye(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask("ben now", "ana ready", "ben ready", "ana say: That you hummed.")
    page = browsing.open(pair.ana)
    found = {}
    for path in (*OWN, *(address_of(thread, name) for name in OF_A_DIALOGUE)):
        page.goto(path.format(space=pair.space))
        found[path] = wrong_with(page)

    assert told(found) == ""


def test_text_twice_as_large_stays_within_the_screen(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    stranger, ana = browsing.open(bypass_csp=True), browsing.open(pair.ana, bypass_csp=True)
    own = (*OWN, *(address_of(thread, name) for name in ("", *OF_A_DIALOGUE)))
    found = {}
    for page, paths in ((stranger, PUBLIC), (ana, own)):
        for path in paths:
            page.goto(path.format(space=pair.space))
            page.add_style_tag(content=LARGE)
            found[path] = page.evaluate(TOO_WIDE)

    assert told(found) == ""


@pytest.mark.slow
def test_every_step_is_open_to_every_eye(pair: Pair, browsing: Browsing) -> None:
    walk = Walk(pair, browsing.open(pair.ana), browsing.open(pair.ben))
    found = {}
    for step in (*walk.steps(), *walk.ends()):
        for who, page in (("ana", walk.ana), ("ben", walk.ben)):
            found[f"{step}, {who}"] = wrong_with(page, "main")

    assert told(found) == ""


def test_pages_one_comes_to_by_acting_are_open_to_every_eye(seeds: Seeds, browsing: Browsing, watch: Watch) -> None:
    watch.expect("status of 404", "status of 422")
    pair = seeds.pair()
    pair.ask("ben no")
    found = {}
    for page, acts in ((browsing.open(), ACTS), (browsing.open(pair.ana), OWN_ACTS)):
        for name, act in acts.items():
            act(page)
            found[name] = wrong_with(page)

    assert told(found) == ""


def _refused_sign_up(page: Page) -> None:
    page.goto("/me/sign-up/")
    page.get_by_label("Sign-in name").fill("x")
    page.get_by_label("How you would like to be called").fill("X")
    page.get_by_label("Your passphrase").fill("short")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _recovery_code(page: Page) -> None:
    page.get_by_label("Sign-in name").fill("every-eye")
    page.get_by_label("How you would like to be called").fill("Maximiliane-Friederike von und zu Lindenblütenfels")
    page.get_by_label("Your passphrase").fill(page.locator(".secret__text").inner_text())
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Write this down")


def _code_asked_back(page: Page) -> None:
    page.get_by_role("button", name="I have it on paper").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Three groups from your paper")


def _refused_code(page: Page) -> None:
    for field in page.locator("main input:not([type=hidden])").all():
        field.fill("0000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _nothing_here(page: Page) -> None:
    page.goto("/nothing-here/")


def _unlock(page: Page) -> None:
    page.goto("/me/")
    page.get_by_role("button", name="Lock now").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Locked, and waiting for you")


def _invitation(page: Page) -> None:
    page.goto("/spaces/invite/")
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.locator(".qr")).to_be_visible()


def _refused_join(page: Page) -> None:
    page.goto("/spaces/join/")
    page.get_by_label("Code").fill("AAAA-AAAA")
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _home_with_the_past(page: Page) -> None:
    page.goto("/dialogues/")
    expect(page.get_by_role("heading", name="Earlier")).to_be_visible()


ACTS = {
    "a refused sign-up": _refused_sign_up,
    "the recovery code": _recovery_code,
    "the code asked back": _code_asked_back,
    "a wrong group": _refused_code,
    "a page that is not there": _nothing_here,
    "a locked session": _unlock,
}
OWN_ACTS = {
    "an invitation": _invitation,
    "a wrong code": _refused_join,
    "home with the past": _home_with_the_past,
}


@pytest.mark.parametrize("path", ["/", "/me/sign-in/", "/dialogues/", "the room"])
def test_nothing_jumps_once_it_is_there(pair: Pair, browsing: Browsing, path: str) -> None:
    thread = pair.ask(*ARRIVED)
    page = browsing.open(pair.ana if path in ("/dialogues/", "the room") else None)

    page.goto(address_of(thread) if path == "the room" else path)

    assert page.evaluate(SHIFTS) < 0.05


def test_pages_are_light(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED)
    page = browsing.open()
    scales = Scales(page)

    first = scales.weigh("/")
    then = {path: scales.weigh(path) for path in ("/how/", "/me/sign-up/", "/me/sign-in/")}
    sign_in(page, pair.ana)
    then |= {path: scales.weigh(path) for path in ("/dialogues/", address_of(thread), "/me/")}

    assert first < FIRST_VISIT_BYTES
    assert {path: weight for path, weight in then.items() if weight > NEXT_PAGE_BYTES} == {}


class Scales:
    """What a page weighs as it comes over the wire, with everything it brings that the browser has not got yet."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.bytes = 0
        wire: CDPSession = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def weigh(self, path: str) -> int:
        self.bytes = 0
        self.page.goto(path, wait_until="networkidle")
        return self.bytes
