"""A whole couple's dialogue by keyboard alone, and what is told to those who do not see the screen."""

from playwright.sync_api import expect

from tests.journeys.browsing import Browsing, Room
from tests.journeys.site import Pair
from tests.journeys.walking import ARRIVED

FOCUSED = """() => {
    const one = document.activeElement;
    const label = one.getAttribute("aria-label") ?? (one.labels?.length ? one.labels[0].innerText : one.innerText);
    return (label ?? "").trim();
}"""
TABS_MAX = 40


class Keys(Room):
    """The room without mouse or touch."""

    def reach(self, label: str) -> None:
        """Tab on until the focus is on this."""
        passed = []
        for _ in range(TABS_MAX):
            passed.append(self.page.evaluate(FOCUSED))
            if passed[-1].partition("\n")[0] == label:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{label!r} is not among {passed}")

    def press(self, label: str) -> None:
        self.reach(label)
        self.page.keyboard.press("Enter")

    def say(self, words: str, label: str, *, field: str = "") -> None:
        self.reach(field or self.page.locator(".say__label").inner_text())
        self.page.keyboard.insert_text(words)
        self.press(label)

    def begins_with(self, chosen: int) -> None:
        """One of the stems, by arrows."""
        self.reach("my own words")
        for _ in range(chosen):
            self.page.keyboard.press("ArrowRight")

    def opens(self, summary: str) -> None:
        """A petal, or the quiet menu."""
        self.reach(summary)
        self.page.keyboard.press("Enter")

    def ticks(self, label: str) -> None:
        self.reach(label)
        self.page.keyboard.press("Space")

    def is_told(self, title: str) -> None:
        """A new step stands there, and its heading has the focus."""
        self.shows(title)
        expect(self.stage.get_by_role("heading", level=1)).to_be_focused()


def test_a_whole_dialogue_by_keyboard(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask()
    ana, ben = Keys(browsing.open(pair.ana), thread), Keys(browsing.open(pair.ben), thread)

    ben.press("Yes, now")
    for room in (ana, ben):
        room.is_told("Arrive")
        room.press("I’m ready")
    _give(ana, ben)
    for room in (ana, ben):
        room.is_told("Intention")
        room.press("Leave mine out")
    _send(ana, ben)
    _pause(ana, ben)
    ana.press("No more, that is all")
    ben.is_told("Summary")
    ben.say("All of it.", "Send my summary")
    ana.is_told("Is that all of it?")
    ana.press("Yes, all of it")
    ben.is_told("It makes sense")
    ben.say("It makes sense, because you waited.", "Send what makes sense")
    ana.is_told("Does it land?")
    ana.press("Yes, that lands")
    _feel(ana, ben)
    for room in (ana, ben):
        room.is_told("Thanks")
        room.say("Thank you.", "Give my thanks")
    ben.is_told("And now?")
    ben.press("This is enough for today")
    for room in (ana, ben):
        room.is_told("A gem")
        room.say("You waited.", "Share my gem")
    for room in (ana, ben):
        room.is_told("To end with")
        room.press("Leave mine out")
    for room in (ana, ben):
        room.is_told("Thank you both")


def _give(ana: Keys, ben: Keys) -> None:
    ana.is_told("Something good first")
    ana.begins_with(1)
    ana.say("you hummed.", "Give it")
    ben.is_told("Let it in")
    ben.shows("Let it in", "I was glad when you")
    ben.say("You liked my humming. Thank you.", "Say it back with thanks")
    ben.is_told("Something good in return")
    ben.press("Leave mine out")


def _send(ana: Keys, ben: Keys) -> None:
    ana.is_told("Send")
    ana.say("I feel left.", "Send")
    ben.is_told("Mirror")
    ben.say("You feel left.", "Send my mirror")
    ana.is_told("Did it come across?")
    ana.press("Yes, you’ve got it")
    ana.is_told("Is there more?")


def _pause(ana: Keys, ben: Keys) -> None:
    ben.opens("Pause, park or end")
    ben.press("Pause now")
    for room in (ana, ben):
        room.is_told("A pause for you both")
        room.press("I am ready to go on")
    ana.is_told("Is there more?")


def _feel(ana: Keys, ben: Keys) -> None:
    ben.is_told("How it may feel")
    ben.opens("lonely")
    ben.ticks("longing")
    ben.press("Offer my guess")
    ana.is_told("Is that how it feels?")
    ana.press("Yes, that is how it feels")


def test_a_step_tells_its_roles_and_names(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED, "ana say: I feel left on a platform.")
    ana, ben = Room(browsing.open(pair.ana), thread), Room(browsing.open(pair.ben), thread)

    expect(ben.page.get_by_role("main")).to_match_aria_snapshot("""
    - main:
      - paragraph: Both here
      - status
      - paragraph: Sunday evenings
      - paragraph: with Ana
      - list:
        - listitem: Arriving
        - listitem: Sending
        - listitem: Mirroring
        - listitem: Making sense
        - listitem: Feeling with
        - listitem: Thanks
        - listitem: Closing
      - region "Mirror":
        - paragraph: Your turn
        - heading "Mirror" [level=1]
        - paragraph: /Give back what you heard/
        - figure "Ana said":
          - blockquote: I feel left on a platform.
        - group "Begin with":
          - radio "What I’m hearing is …"
          - radio "my own words" [checked]
        - textbox "What I heard"
        - button "Send my mirror"
      - group: Pause, park or end
    """)
    expect(ana.page.get_by_role("main")).to_match_aria_snapshot("""
    - main:
      - region "Mirror":
        - paragraph: Ben’s turn
        - heading "Mirror" [level=1]
        - figure "Ana said":
          - blockquote: I feel left on a platform.
        - paragraph: /Ben is giving your words back/
      - group: Pause, park or end
    """)


def test_the_wheel_of_feelings_tells_its_roles_and_names(pair: Pair, browsing: Browsing) -> None:
    thread = pair.ask(*ARRIVED, *VALIDATED)
    ben = Room(browsing.open(pair.ben), thread)
    ben.feel("longing")

    expect(ben.page.get_by_role("main")).to_match_aria_snapshot("""
    - region "How it may feel":
      - group "Choose one to three. Open a petal to see its words.":
        - group: sad
        - group:
          - text: lonely
          - checkbox "alone"
          - checkbox "longing" [checked]
        - textbox "Or another feeling, in your own words"
      - button "Offer my guess"
    """)


VALIDATED = (
    *("ana say: I feel left.", "ben say: You feel left.", "ana yes", "ana no_more", "ben say: Left.", "ana all"),
    *("ben say: It makes sense, because you waited.", "ana lands"),
)
