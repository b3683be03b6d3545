"""Pictures of every page and every step, on three sizes of screen, by day and by night, to be looked at by people.

python -m tests.journeys.pictures FOLDER              all of them, and the README's
python -m tests.journeys.pictures FOLDER public own   some: public, beginning, own, empty, shared, room, several, forms,
                                                      ways, call, tongues, large, readme
python -m tests.journeys.pictures FOLDER anger goodbye  some forms alone
"""

import base64
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from mandorla.dialogue.core import Script
from tests.dialogue.playing import SCRIPTS, script
from tests.journeys.browsing import LARGE, Browsing, Room, Watch, address_of
from tests.journeys.calling import ALLOWED, Caller
from tests.journeys.conftest import CALM, CHROMIUM
from tests.journeys.site import Pair, Seeds, Site
from tests.journeys.walking import ARRIVED, LONG, OF_A_DIALOGUE, OWN, PUBLIC, SHORT, Walk

SIZES = {"phone": (360, 800), "tablet": (820, 1180), "desktop": (1440, 900), "zoomed": (640, 450)}
USUAL = ("phone", "tablet", "desktop")
ENDS = ("phone", "desktop")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NAMES = ("Maximiliane-Friederike", "Bartholomäus von Lindenblüten")
README = Path(__file__).resolve().parents[2] / "docs" / "room.png"
PHONES = """
<style>
  body { margin: 0; padding: 28px 36px; display: flex; gap: 36px; background: #e9e2d6; width: max-content; }
  img { display: block; width: 330px; border: 9px solid #2b2936; border-radius: 34px; }
</style>
<img src="data:image/png;base64,%s"><img src="data:image/png;base64,%s">
"""


@dataclass(slots=True)
class Camera:
    """Takes what a page shows in every size and light."""

    folder: Path
    number: int = 0

    def take(self, name: str, *pages: Page, sizes: Iterable[str] = USUAL) -> None:
        """One moment; of several pages, each is named by its place."""
        self.number += 1
        for who, page in enumerate(pages):
            for size in sizes:
                width, height = SIZES[size]
                page.set_viewport_size({"width": width, "height": height})
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                    file = f"{self.number:03d}-{name.replace('/', '-').strip('-') or 'front'}-{who}-{size}-{scheme}.png"
                    page.screenshot(path=self.folder / file, full_page=True, animations="disabled")


@dataclass(slots=True)
class Studio:
    """A server with people, a browser, and a camera."""

    seeds: Seeds
    browsing: Browsing
    camera: Camera

    def public(self) -> None:
        """What anybody sees."""
        page = self.browsing.open()
        for path in (*PUBLIC, "/nothing-here/"):
            page.goto(path)
            self.camera.take(f"public{path}", page)

    def empty(self) -> None:
        """What somebody sees who has just come."""
        page = self.browsing.open(self.seeds.someone("Toni"))
        for path in ("/dialogues/", "/spaces/invite/", "/spaces/join/", "/me/"):
            page.goto(path)
            self.camera.take(f"empty{path}", page)
        page.goto("/spaces/invite/")
        page.get_by_role("button", name="Make an invitation").click()
        self.camera.take("empty-invitation", page)
        page.goto("/dialogues/")
        self.camera.take("empty-waiting", page)

    def own(self) -> None:
        """What somebody sees in whose place much has happened."""
        pair = self.seeds.pair(*NAMES)
        for topic in ("The holiday", "Money, and who looks after it", "Donaudampfschifffahrtsgesellschaftskapitän"):
            pair.ask("ben no", topic=topic)
        held = pair.ask(*HELD, topic="The night of the flat tyre")
        pair.ask(*HELD[:7], topic="Sunday evenings, and the laptop that stays on the table until far too late")
        pair.ask(topic="Something to ask you")
        for who, one in enumerate((pair.ana, pair.ben)):
            page = self.browsing.open(one)
            for path in OWN if who == 0 else ("/dialogues/",):
                page.goto(path.format(space=pair.space))
                self.camera.take(f"own{path.replace('{space}', 'space')}", page)
            for name in OF_A_DIALOGUE:
                page.goto(address_of(held, name))
                self.camera.take(f"own-dialogue-{name}", page)

    def beginning(self) -> None:
        """From the first page to a first dialogue that is asked for and answered."""
        ana, ben = self.browsing.open(), self.browsing.open()
        self._sign_up(ana, "Maximiliane-Friederike")
        ana.get_by_role("link", name="Invite your partner").click()
        ana.get_by_role("button", name="Make an invitation").click()
        code = ana.locator(".secret__text").inner_text()
        self.camera.take("beginning-invitation", ana, sizes=ENDS)
        self._sign_up(ben, "Ben")
        ben.goto("/spaces/join/")
        ben.get_by_label("Code").fill(code)
        ben.get_by_role("button", name="Come in").click()
        self.camera.take("beginning-joined", ben, sizes=ENDS)
        ana.goto("/dialogues/")
        ana.get_by_role("link", name="Ask for a dialogue").click()
        self.camera.take("beginning-before", ana, sizes=ENDS)
        ana.get_by_role("button", name="I have read this").click()
        self.camera.take("beginning-ask", ana, sizes=ENDS)
        ana.get_by_label("The topic, in one line").fill("The night of the flat tyre")
        ana.get_by_role("button", name="Ask").click()
        ben.goto("/dialogues/")
        self.camera.take("beginning-asked", ana, ben, sizes=ENDS)

    def _sign_up(self, page: Page, called: str) -> None:
        page.goto("/me/sign-up/")
        page.get_by_label("Sign-in name").fill(f"{called[:3].lower()}-beginning")
        page.get_by_label("How you would like to be called").fill(called)
        page.get_by_label("Your passphrase").fill(page.locator(".secret__text").inner_text())
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("heading", name="Write this down").wait_for()
        self.camera.take("beginning-code", page, sizes=ENDS)
        groups = page.locator(".secret__text").inner_text().split("-")
        page.get_by_role("button", name="I have it on paper").click()
        self.camera.take("beginning-code-asked", page, sizes=ENDS)
        for label in page.locator("label", has_text=re.compile(r"Group \d")).all_inner_texts():
            page.get_by_label(label).fill(groups[int(label.split()[1]) - 1])
        page.get_by_role("button", name="Go on").click()

    def shared(self) -> None:
        """The pages of a family and of a group: empty, full, with a guide, and what becomes of who is in it."""
        for kind, many in (("family", 4), ("group", 12)):
            page = self.browsing.open(self.seeds.someone("Mira"))
            page.goto(f"/spaces/new/{kind}/")
            self.camera.take(f"{kind}-make", page, sizes=ENDS)
            people = [self.seeds.someone(called) for called in CALLED[:many]]
            space = self.seeds("gather", names=[one.name for one in people], kind=kind, title="The ones by the river")
            self.seeds("guide", name=self.seeds.someone("Cleo").name, inviter=people[0].name, space=space)
            page = self.browsing.open(people[0])
            for path in ("/dialogues/", "/spaces/{}/", "/spaces/{}/invite/", "/spaces/{}/leave/", "/dialogues/ask/{}/"):
                page.goto(path.format(space))
                self.camera.take(f"{kind}{path.format('space')}", page, sizes=ENDS)

    def room(self) -> None:
        """Every step, on both screens."""
        for medium in ("written", "spoken"):
            pair = self.seeds.pair(*NAMES)
            walk = Walk(pair, self.browsing.open(pair.ana), self.browsing.open(pair.ben))
            for step in walk.steps(medium):
                self.camera.take(f"{medium}-{step.replace(', ', '-').replace(' ', '-')}", walk.ana, walk.ben)
        for end in walk.ends():
            self.camera.take(f"over-{end}", walk.ana, walk.ben)

    def several(self) -> None:
        """A group on its way, as four of five see it: who has the turn, who listens, who watches, and who guides."""
        people = [self.seeds.someone(called) for called in ("Mira", "Jonas", "Ada", "Yusuf", "Lena")]
        names = [one.name for one in people]
        space = self.seeds("gather", names=names, kind="group", title="The ones by the river")
        pages = [self.browsing.open(one) for one in people[:4]]
        pages[0].goto(f"/dialogues/ask/{space}/")
        self.camera.take("several-ask", pages[0])
        wish = {"name": names[0], "space": space, "script": "communologue", "medium": "written", "minutes": 60}
        thread = self.seeds("ask", topic="How we welcome new people", **wish)
        for page in pages:
            Room(page, thread)
        for step, moves in SEVERAL:
            self.seeds("play", thread=thread, moves=[move.format(*names) for move in moves])
            for page in pages:
                page.reload()
            self.camera.take(f"several-{step}", *pages)

    def forms(self, *wanted: str) -> None:
        """Every step of every form that leads to its end, on the screen of whoever's turn it is."""
        for form in (script(name) for name in SCRIPTS):
            if form.name in (wanted or (form.name,)):
                self._form(form, form.media[0])

    def ways(self) -> None:
        """A couple's dialogue in letters, and on one device that lies between two."""
        self._form(script("couples/1"), "letters")
        self._form(script("couples/1"), "shared", sizes=("tablet",))

    def _form(self, form: Script, medium: str, sizes: Iterable[str] = ENDS) -> None:
        seen, made = set[str](), list[str]()
        called = NAMES if form.people == (2, 2) else (*NAMES, *CALLED[:2])
        people = {one.name: one for one in map(self.seeds.someone, called)}
        names, pages = list(people), dict[str, Page]()
        if form.among[0] == "relationship":
            space = self.seeds("pair", names=names)
        else:
            space = self.seeds("gather", names=names, kind=form.among[0], title="The ones by the river")
        wish = {"space": space, "script": form.name, "medium": medium, "minutes": form.minutes[0]}
        if form.guard:
            thread = self.seeds("with_guide", names=[*names, self.seeds.someone("Cleo").name], **wish)
        else:
            thread = self.seeds("ask", name=names[0], topic="Sunday evenings", **wish)
        while True:
            now = self.seeds("step", thread=thread, names=names)
            if now["step"] not in seen:
                who = now["who"] or names[0]
                pages[who] = pages.get(who) or self.browsing.open(people[who])
                pages[who].goto(address_of(thread))
                self.camera.take(f"form-{form.name}-{medium}-{now['step'].split()[0]}", pages[who], sizes=sizes)
            if not now["who"]:
                return
            seen.add(now["step"])
            made.append(self.seeds("go_on", thread=thread, name=now["who"], made=made))

    def call(self) -> None:
        """A dialogue from two places: before the call, oneself first, both in it, and a step further."""
        pair = self.seeds.pair(*NAMES)
        thread = pair.ask("ben now", medium="video")
        ana, ben = (Caller(self.browsing.open(one, **ALLOWED), thread) for one in (pair.ana, pair.ben))
        self.camera.take("call-off", ana.page)
        ana.looks()
        self.camera.take("call-preview", ana.page)
        ana.press("Join the call")
        ben.joins()
        ana.is_with(NAMES[1])
        self.camera.take("call-in", ana.page)
        for one in (ana, ben):
            one.press("I’m ready")
        ana.shows("Something good first")
        self.camera.take("call-step", ana.page, ben.page)

    def tongues(self) -> None:
        """Some screens from right to left, and with long words."""
        for locale, name in (("fa", "سارا"), ("de", NAMES[0])):
            pair = self.seeds.pair(name, NAMES[1])
            self._some(locale, self.browsing.open(pair.ana, locale=locale), pair, ENDS)

    def large(self) -> None:
        """Some screens at twice the size: of the text alone, and of the whole page."""
        for name, size, style in (("large", "phone", LARGE), ("zoomed", "zoomed", "")):
            pair = self.seeds.pair(*NAMES)
            self._some(name, self.browsing.open(pair.ana, bypass_csp=True), pair, (size,), style)

    def _some(self, name: str, page: Page, pair: Pair, sizes: Iterable[str], style: str = "") -> None:
        def take(part: str, path: str) -> None:
            page.goto(path)
            page.add_style_tag(content=style) if style else None
            self.camera.take(f"{name}-{part}", page, sizes=sizes)

        thread = pair.ask(*HELD[:7], topic="Sunday evenings, and the laptop on the table")
        for path in ("/me/notices/", "/dialogues/"):
            take(path, path)
        take("ask", f"/dialogues/ask/{pair.space}/")
        take("space", f"/spaces/{pair.space}/")
        for part in ("words", "company"):
            take(part, address_of(thread, f"{part}/"))
        for step, moves in (("gift", ()), *SOME):
            pair.play(thread, *moves)
            take(f"room-{step}", address_of(thread))

    def readme(self) -> None:
        """Two phones in the middle of a dialogue."""
        pair = self.seeds.pair("Mira", "Jonas")
        thread = pair.ask(*HELD[:7], f"ana say: {WORDS}")
        phones = [self._phone(pair, thread, who) for who in ("ana", "ben")]
        page = self.browsing.open(device_scale_factor=1.5, viewport={"width": 800, "height": 800})
        page.set_content(PHONES % tuple(phones))
        page.locator("body").screenshot(path=README)

    def _phone(self, pair: Pair, thread: str, who: str) -> str:
        someone = pair.ana if who == "ana" else pair.ben
        page = self.browsing.open(someone, viewport={"width": 375, "height": 760}, device_scale_factor=2)
        other = Room(self.browsing.open(pair.ben if who == "ana" else pair.ana), thread)
        room = Room(page, thread)
        if who == "ben":
            room.write("On Sunday evenings, when my laptop comes out, it is like being left on a platform")
            room.says("kept")
        page.locator("h1").evaluate("one => one.focus()")
        page.evaluate("scrollTo(0, document.querySelector('.room-top').offsetTop - 12)")
        picture = page.screenshot()
        other.page.close()
        return base64.b64encode(picture).decode()


HELD = (
    *ARRIVED,
    *(f"ana say: {LONG}", f"ben say: {SHORT}", "ana yes", "ben park: Who does the taxes", "ana no_more"),
    *(f"ben say: {SHORT}", "ana all", f"ben say: {LONG}", "ana lands", "ben guess: longing lost", "ana other: forlorn"),
    *("ben say: Forlorn.", "ana say: Thank you.", "ben say: Thank you.", "ben close", "ana skip", "ben skip"),
    *("ana skip", "ben skip"),
)
CALLED = ("Mira", "Jonas", "Ada", "Yusuf", "Lena", "Tomas", "Ines", "Paul", "Noor", "Emil", "Rosa", "Kai")
SOME = (
    ("check", (f"ana say: {LONG}", f"ben say: {SHORT}")),
    ("validate_check", ("ana yes", "ana no_more", f"ben say: {SHORT}", "ana all", f"ben say: {LONG}")),
    ("empathy_check", ("ana lands", "ben guess: longing lost")),
    ("feelings", ("ana yes", "ana skip", "ben skip")),
)
SEVERAL = (
    ("asked", ("{1} yes",)),
    ("gather", ("{2} yes", "{3} yes", "{4} yes", "{0} here")),
    ("breathe", ("{1} here", "{2} here", "{3} here", "{4} here", "{1} ready")),
    ("open", ("{0} ready", "{2} ready", "{3} ready", "{4} ready")),
    ("listener", ("{1} speak",)),
    ("begin", ("{2} take",)),
    ("mirror", (f"{{1}} say: {LONG}", "{3} queue", "{4} queue")),
    ("lent", (f"{{2}} say: {SHORT}", "{1} partly", "{0} lend {1}: What I need most is …", "{0} slow")),
    ("floor", (f"{{1}} say: {SHORT}", f"{{2}} say: {SHORT}", "{1} yes", "{3} unqueue", "{4} unqueue", "{1} no_more")),
    ("link", ("{3} speak", "{0} take")),
    ("pause", (f"{{3}} addition: {SHORT}", "{1} pause")),
    ("left", ("{0} go_on", "{1} go_on", "{2} go_on", "{3} go_on", "{4} go_on", "{4} leave")),
    ("over", ("{0} end",)),
)
WORDS = "On Sunday evenings your laptop comes out, and I feel left on a platform."


def _shoot(folder: Path, wanted: list[str], browser: Browser) -> None:
    with tempfile.TemporaryDirectory() as data:
        site = Site(Path(data) / "data")
        seeds = Seeds(site.data)
        browsing = Browsing(browser, site.address, Watch())
        studio = Studio(seeds, browsing, Camera(folder))
        parts: dict[str, Callable[[], None]] = {
            part.__name__: part
            for part in (
                *(studio.public, studio.beginning, studio.empty, studio.own, studio.shared, studio.room),
                *(studio.several, studio.forms, studio.ways, studio.call, studio.tongues, studio.large, studio.readme),
            )
        }
        some: dict[str, Callable[[], None]] = {one: partial(studio.forms, one) for one in wanted if one not in parts}
        try:
            for name in wanted or parts:
                (parts | some)[name]()
        finally:
            browsing.close()
            seeds.stop()
            site.stop()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        _shoot(target, sys.argv[2:], playwright.chromium.launch(executable_path=CHROMIUM, args=CALM))
