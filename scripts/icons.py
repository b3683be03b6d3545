"""Draws the small pictures of the sign from icon.svg: for home screens and old browsers. Wants Chromium.

The sign on a tab or a home screen is grey on purpose: it tells nothing.
"""

import struct
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ICONS = Path(__file__).parent.parent / "mandorla/site/static/site/icons"
SIZES = (180, 192, 512)
CHROMIUM = "/usr/bin/chromium"


def draw(browser: Browser, size: int) -> bytes:
    """The sign as PNG of this many pixels."""
    page = browser.new_page(viewport={"width": size, "height": size})
    svg = (ICONS / "icon.svg").read_text().replace("<svg ", f'<svg width="{size}" height="{size}" ')
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
    png = page.screenshot(omit_background=True)
    page.close()
    return png


def ico(png: bytes, size: int) -> bytes:
    """One PNG in the wrapping that old browsers ask for."""
    head = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", size, size, 0, 0, 1, 32, len(png), len(head) + 16)
    return head + entry + png


def main() -> None:
    """Write all of them."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            (ICONS / f"icon-{size}.png").write_bytes(draw(browser, size))
        (ICONS / "icon.ico").write_bytes(ico(draw(browser, 32), 32))
        browser.close()


if __name__ == "__main__":
    main()
