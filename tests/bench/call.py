"""`./check bench call`: from the second one's *Join the call* until both see the other, in two real browsers.

Each is a call of its own, with invented cameras. What is seen is seen: a first frame of the other was decoded.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from tests.bench._stage import table
from tests.journeys.browsing import Browsing, Watch
from tests.journeys.calling import ALLOWED, Caller
from tests.journeys.conftest import CALM, CHROMIUM
from tests.journeys.site import Seeds, Site

SEEN_MAX_MS = 3_000.0
SEEN = """() => new Promise(done => {
    const look = () => {
        const [video] = document.querySelectorAll("[data-call-others] video");
        if (video) video.requestVideoFrameCallback(() => done(performance.timeOrigin + performance.now()));
        else setTimeout(look, 5);
    };
    look();
})"""
JOIN = """() => {
    document.querySelector("[data-call-do=join]").click();
    return performance.timeOrigin + performance.now();
}"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="./check bench call", description="From joining a call to seeing the other.")
    parser.add_argument("--calls", type=int, default=10)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder) / "data")
        seeds = Seeds(site.data)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CALM)
        try:
            waited = [_waited(Browsing(browser, site.address, Watch()), seeds) for _ in range(calls)]
        finally:
            browser.close()
            seeds.stop()
            site.stop()
    ends = [f"{found:.0f}" for found in (median(waited), min(waited), max(waited))]
    print(table(("calls", "median ms", "least", "most"), [(calls, *ends)]))
    sys.exit(max(waited) >= SEEN_MAX_MS)


def _waited(browsing: Browsing, seeds: Seeds) -> float:
    """Milliseconds until the later of the two sees the other."""
    pair = seeds.pair()
    thread = pair.ask("ben now", medium="video")
    ana, ben = (Caller(browsing.open(one, **ALLOWED), thread) for one in (pair.ana, pair.ben))
    ana.joins()
    ana.reads("Nobody else is in it yet.")
    ben.looks()
    ben.page.locator("[data-call-me][data-camera=on]").wait_for()
    for one in (ana, ben):
        _begin_to_look(one.page)
    clicked = ben.page.evaluate(JOIN)
    seen = max(one.page.evaluate("() => window.seen") for one in (ana, ben))
    browsing.close()
    return float(seen - clicked)


def _begin_to_look(page: Page) -> None:
    page.evaluate(f"() => {{ window.seen = ({SEEN})(); }}")


if __name__ == "__main__":
    main()
