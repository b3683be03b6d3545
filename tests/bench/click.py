"""`./check bench click`: from one person's click to the other's screen, in two real browsers at one dialogue.

Both clocks are the machine's own: each page says when it was clicked, or when it first drew a new stage.
"""

import argparse
import sys
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench._stage import Couple, house, table
from tests.journeys.conftest import CALM, CHROMIUM
from tests.served import Address

MEDIAN_MAX_MS = 150.0
WATCH = """() => {
  const now = () => performance.timeOrigin + performance.now();
  const version = () => Number(document.querySelector("[data-stage]").dataset.v);
  let shown = version();
  window.clickedAt = 0;
  window.drawn = {};
  addEventListener("click", () => { window.clickedAt = now(); }, true);
  new MutationObserver(() => {
    if (version() === shown) return;
    shown = version();
    requestAnimationFrame(() => { window.drawn[version()] = now(); });
  }).observe(document.querySelector("[data-room]"), { childList: true, subtree: true });
}"""
VERSION = "() => Number(document.querySelector('[data-stage]').dataset.v)"
DRAWN = "version => window.drawn[version]"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./check bench click", description="From a click to the partner's screen.")
    parser.add_argument("--clicks", type=int, default=20)
    told = parser.parse_args()
    with house(1, [10]) as people, people.served() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CALM)
        waited = _waited(browser, server.address, people.couples[0], told.clicks)
        browser.close()
    ends = [f"{found:.0f}" for found in (median(waited), min(waited), max(waited))]
    print(table(("clicks", "median ms", "least", "most"), [(len(waited), *ends)]))
    sys.exit(median(waited) >= MEDIAN_MAX_MS)


def _waited(browser: Browser, address: Address, couple: Couple, clicks: int) -> list[float]:
    """Milliseconds, by click. One more goes before, to warm up."""
    pages = [_page(browser, address, couple, one) for one in (0, 1)]
    waited = []
    for _ in range(clicks + 1):
        mover = next(page for page in pages if page.locator(".act--main").count())
        other = pages[mover is pages[0]]
        version = mover.evaluate(VERSION) + 1
        if mover.locator("textarea[name=words]").count():
            mover.locator("textarea[name=words]").fill("When you look at your phone first, I feel alone.")
        mover.locator(".act--main").click()
        for page in (other, mover):
            page.wait_for_function(DRAWN, arg=version)
        waited.append(other.evaluate(DRAWN, version) - mover.evaluate("() => window.clickedAt"))
    return waited[1:]


def _page(browser: Browser, address: Address, couple: Couple, one: int) -> Page:
    context = browser.new_context(base_url=address.origin)
    context.add_cookies(
        [{"name": name, "value": value, "url": address.origin} for name, value in couple.cookies[one].items()]
    )
    page = context.new_page()
    page.goto(f"/dialogues/{couple.threads[0]}/")
    page.locator("[data-room][data-here]").wait_for()
    page.evaluate(WATCH)
    return page


if __name__ == "__main__":
    main()
