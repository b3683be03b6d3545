"""A walk through everything there is to see: every page, and every step of a dialogue on both screens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.journeys.browsing import Room
from tests.journeys.site import Pair

PUBLIC = (
    *("/", "/how/", "/clear/", "/safety/", "/safety/help/", "/safety/grounding/", "/spaces/invited/"),
    *("/me/sign-in/", "/me/sign-up/", "/me/recover/"),
)
OWN = (
    *("/dialogues/", "/dialogues/feelings/"),
    *("/spaces/join/", "/spaces/invite/", "/spaces/{space}/", "/spaces/{space}/leave/"),
    *("/me/", "/me/coach/", "/me/notices/", "/me/passphrase/", "/me/code/", "/me/sessions/", "/me/step-up/"),
    *("/dialogues/ask/{space}/", "/dialogues/rest/{space}/"),
    *("/dialogues/before/how/{space}/", "/dialogues/before/safety/{space}/"),
)
OF_A_DIALOGUE = ("prepare/", "words/", "after/")
ARRIVED = ("ben now", "ana ready", "ben ready", "ana skip", "ben skip", "ana skip", "ben skip")

LONG = (
    "On Sunday evenings, when the laptop comes out and the kitchen goes quiet, I feel as though I were standing on a "
    "platform long after the last train has gone, and I tell myself that nobody noticed I was still there."
)
SHORT = "You feel left on a platform."
STEPS = (
    *(("ben later", "deferred"), ("ben at", "appointed"), ("ana here", "appointed, one is here")),
    *(("ben here", "breathe"), ("ana ready", "breathe, one is ready"), ("ben ready", "gift")),
    *(("ana say: That you hummed.", "gift mirror"), ("ben say: You liked it.", "gift back")),
    *(("ben say: That you kept me a plate.", "gift back mirror"), ("ana say: You noticed.", "intention")),
    *(("ana say: To be brave.", "intention, one is set"), ("ben say: To listen.", "send")),
    *(("ben let_me", "send, signalled"), (f"ana say: {LONG}", "mirror"), (f"ben say: {SHORT}", "check")),
    *(("ana partly", "resend"), (f"ana say: {SHORT}", "mirror again"), (f"ben say: {LONG}", "check again")),
    *(("ana yes", "more"), ("ben park: Who does the taxes", "more, parked"), ("ben pause", "pause")),
    *(("ana go_on", "pause, one is ready"), ("ben go_on", "more after a pause"), ("ana more", "send more")),
    *((f"ana say: {SHORT}", "mirror more"), (f"ben say: {SHORT}", "check more"), ("ana yes", "more once more")),
    *(("ana no_more", "summary"), (f"ben say: {LONG} {SHORT}", "summary check"), ("ana partly", "summary resend")),
    *(("ana say: I miss you.", "summary again"), (f"ben say: {SHORT}", "summary check again"), ("ana all", "validate")),
    *(("ben unclear: What is the platform?", "clarify"), (f"ana say: {SHORT}", "clarify mirror")),
    *((f"ben say: {SHORT}", "clarify check"), ("ana yes", "validate again"), (f"ben say: {LONG}", "validate check")),
    *(("ana correct: Waiting, and hoping.", "validate corrected"), (f"ben say: {SHORT}", "validate check again")),
    *(("ana lands", "empathy"), ("ben guess: longing lost", "empathy check"), ("ana other: forlorn", "empathy mirror")),
    *((f"ben say: {SHORT}", "thanks"), ("ana say: Thank you.", "thanks, one has thanked")),
    *(("ben say: Thank you, too.", "switch"), ("ben now", "switch answer"), ("ana close", "gem")),
    *(("ana say: You fear Mondays.", "gem, one is found"), ("ben say: You miss me.", "last gift")),
    *(("ana say: How you stayed.", "last gift, one is given"), ("ben say: How you asked.", "closed")),
)
PICKS = ("guess", "other")
ENDS = (("declined", "ben no"), ("withdrawn", "ana withdraw"), ("ended", "ana end"))
ACT = """async ([act, words]) => {
    const form = document.getElementById("move");
    const body = new FormData();
    const soon = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 11);
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("key", crypto.randomUUID().replaceAll("-", ""));
    body.set("v", document.querySelector("[data-stage]").dataset.v);
    body.set("do", act);
    if (["guess", "other"].includes(act)) for (const feeling of words.split(" ")) body.append("feelings", feeling);
    else if (words) body.set("words", words);
    if (["at", "later"].includes(act)) body.set("at", `${soon}20:30`);
    if (act === "pause") body.set("minutes", "20");
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    return (await answer.json()).v;
}"""


@dataclass(slots=True)
class Walk:
    """Two people's pages, taken through a whole dialogue; the acts are posted as the page itself would."""

    pair: Pair
    ana: Page
    ben: Page
    say: Callable[[str], str] = str

    def steps(self, medium: str = "written") -> Iterator[str]:
        """Goes on by one step each time, and says which it is once both screens show it."""
        thread = self.pair.ask(medium=medium, topic=self.say("Sunday evenings, and the laptop on the table"))
        for page in (self.ana, self.ben):
            Room(page, thread)
        yield "asked"
        for move, name in STEPS:
            if medium == "spoken" and " let_me" in move:
                continue
            self._act(move)
            yield name

    def ends(self) -> Iterator[str]:
        """The other ways in which it can be over."""
        for name, move in ENDS:
            thread = self.pair.ask(topic=self.say("Sunday evenings"))
            for page in (self.ana, self.ben):
                Room(page, thread)
            self._act(move)
            yield name

    def _act(self, move: str) -> None:
        act, _, words = move.partition(": ")
        who, do = act.split()
        version = (self.ana if who == "ana" else self.ben).evaluate(
            ACT, [do, words if do in PICKS else self.say(words)]
        )
        for page in (self.ana, self.ben):
            expect(page.locator("[data-stage]")).to_have_attribute("data-v", str(version))
