"""Somebody's browser, watched for whatever a page of ours must never do, and the room as one uses it."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.journeys.site import Someone

expect.set_options(timeout=10_000)  # a busy machine is no failure; what is fast is measured elsewhere
EXIT = "https://harmless.example/"
PHONE = {"width": 360, "height": 800}
LARGE = "html { font-size: 200% }"
STORES = """async () => ({
    local: Object.keys(localStorage), session: Object.keys(sessionStorage), caches: await caches.keys(),
    databases: (await indexedDB.databases()).map(one => one.name),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"local": [], "session": [], "caches": [], "databases": [], "workers": 0}


@dataclass
class Watch:
    """What went wrong in any page: complaints on the console, errors of scripts, requests to anybody else."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Watch every page of this browser."""
        context.on("console", self._hear)
        context.on("weberror", lambda problem: self.found.append(f"script: {problem.error}"))
        context.on("request", self._see)

    def expect(self, *patterns: str) -> None:
        """What the browser itself may say in this journey, such as of a network that fails on purpose."""
        self.expected += patterns

    def complaints(self) -> list[str]:
        """Everything that nobody expected."""
        return [line for line in self.found if not any(re.search(pattern, line) for pattern in self.expected)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _see(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1":
            self.found.append(f"request to another host: {address.hostname}")


@dataclass(slots=True)
class Browsing:
    """Opens browsers at one address; each is somebody's own."""

    browser: Browser
    address: str
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, someone: Someone | None = None, *, address: str = "", **options: Any) -> Page:
        """A page on a phone, signed in and unlocked as `someone`, or as nobody yet."""
        given: dict[str, Any] = {"viewport": PHONE, "locale": "en-GB", "timezone_id": "Europe/Berlin"}
        context = self.browser.new_context(base_url=address or self.address, **given | options)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        self.watch.follow(context)
        if someone:
            context.add_cookies([_cookie(name, value) for name, value in someone.cookies.items()])
        return context.new_page()

    def close(self) -> None:
        """Shut all of them."""
        for context in self.contexts:
            context.close()


def _cookie(name: str, value: str) -> SetCookieParam:
    return {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "httpOnly": True, "sameSite": "Lax"}


def sign_in(page: Page, someone: Someone) -> None:
    """At the page for it."""
    page.get_by_label("Sign-in name").fill(someone.name)
    page.get_by_label("Passphrase").fill(someone.passphrase)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def address_of(thread: str, page: str = "") -> str:
    """Where a dialogue is."""
    return f"/dialogues/{thread}/{page}"


class Room:
    """The room on one person's screen, used as a person uses it: by what they read."""

    def __init__(self, page: Page, thread: str = "") -> None:
        self.page = page
        if thread:
            page.goto(address_of(thread))
            self.is_live()

    def is_live(self) -> None:
        """The line to the server is open."""
        expect(self.page.locator("[data-room]")).to_have_attribute("data-line", "open")

    @property
    def stage(self) -> Locator:
        return self.page.locator("[data-stage]")

    @property
    def words(self) -> Locator:
        """The large field."""
        return self.page.locator("textarea[data-draft]")

    def shows(self, title: str, *words: str) -> None:
        """This step, with these words on the screen."""
        expect(self.stage.get_by_role("heading", level=1)).to_have_text(title)
        for one in words:
            expect(self.stage).to_contain_text(one)

    def hides(self, *words: str) -> None:
        """Nowhere on the whole page, in its source or in a field."""
        source = self.page.content()
        typed = self.page.eval_on_selector_all("textarea, input", "all => all.map(one => one.value).join('\\n')")
        for one in words:
            assert one not in source + typed, f"{one!r} is on the page"

    def press(self, label: str) -> None:
        """One of the acts, or a line of the quiet menu."""
        self.page.get_by_role("button", name=label, exact=True).click()

    def write(self, words: str) -> None:
        """Type into the large field."""
        self.words.fill(words)

    def say(self, words: str, label: str) -> None:
        """Write and send."""
        self.write(words)
        self.press(label)

    def feel(self, *feelings: str, own: str = "") -> None:
        """Choose from the wheel of feelings."""
        for feeling in feelings:
            petal = self.page.locator(f"details.petal:has(input[value={feeling}])")
            if petal.get_attribute("open") is None:
                petal.locator("summary").click()
            petal.get_by_role("checkbox", name=feeling, exact=True).check()
        if own:
            self.page.get_by_label("Or another feeling").fill(own)

    def opens_menu(self) -> None:
        """The quiet menu."""
        self.page.locator("details.menu > summary").click()

    def ends(self) -> None:
        """From the quiet menu: the end."""
        self.opens_menu()
        self.page.get_by_role("button", name="End here").click()

    def says(self, state: str) -> None:
        """The status line has this state."""
        expect(self.page.locator("[data-status]")).to_have_attribute("data-state", state)


def stores_of(page: Page) -> Any:
    """What the browser keeps for this site besides cookies."""
    return page.evaluate(STORES)
