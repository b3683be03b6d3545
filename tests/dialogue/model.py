"""The state machine of practice.md 3.11, written out by hand and kept apart from the core and its scripts on purpose.

`step: {"who move": where}`. *each* moves once; *anyone* moves for both. Where `⇄` stands, roles change; `a or b`: after
the last turn b; *prompt*: the next one, if there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

OVER = "over"
Steps = Mapping[str, Mapping[str, str]]

ASKING: Steps = {
    "asked": {
        "receiver now": "breathe",
        "receiver at": "appointed",
        "receiver later": "deferred",
        "receiver no": OVER,
        "sender withdraw": OVER,
    },
    "deferred": {
        "receiver now": "breathe",
        "receiver at": "appointed",
        "receiver later": "deferred",
        "receiver no": OVER,
        "sender withdraw": OVER,
    },
    "appointed": {"each here": "breathe", "anyone move": "appointed"},
}
BEING_HEARD: Steps = {
    "validate": {"receiver say": "validate_check", "receiver unclear": "clarify"},
    "validate_check": {"sender lands": "empathy", "sender correct": "validate", "sender not_yet": "validate"},
    "clarify": {"sender say": "clarify_mirror"},
    "clarify_mirror": {"receiver say": "clarify_check"},
    "clarify_check": {
        "sender yes": "validate",
        "sender partly": "clarify_resend",
        "sender not_yet": "clarify_resend",
    },
    "clarify_resend": {"sender say": "clarify_mirror"},
    "empathy": {"receiver guess": "empathy_check"},
    "empathy_check": {"sender yes": "thanks", "sender other": "empathy_mirror"},
    "empathy_mirror": {"receiver say": "thanks"},
    "thanks": {"each say": "switch or gem", "each skip": "switch or gem"},
    "switch": {"receiver now": "switch_answer", "receiver at": "⇄ appointed", "receiver close": "gem"},
    "switch_answer": {"sender now": "⇄ send", "sender at": "⇄ appointed", "sender close": "gem"},
    "gem": {"each say": "last_gift", "each skip": "last_gift"},
    "last_gift": {"each say": OVER, "each skip": OVER},
}
MIRRORING: Steps = {
    "mirror": {"receiver say": "check"},
    "resend": {"sender say": "mirror"},
    "intention": {"each say": "send", "each skip": "send"},
}


@dataclass(frozen=True, slots=True)
class Form:
    """What one form of dialogue allows."""

    steps: Steps
    prompts: int = 0

    def named(self, step: str) -> set[str]:
        """The names of a step's moves."""
        return {told.split()[1] for told in self.steps[step]}


COUPLES = Form(
    {
        **ASKING,
        **MIRRORING,
        **BEING_HEARD,
        "breathe": {"each ready": "gift"},
        "gift": {"sender say": "gift_mirror", "sender skip": "gift_back"},
        "gift_mirror": {"receiver say": "gift_back"},
        "gift_back": {"receiver say": "gift_back_mirror", "receiver skip": "intention"},
        "gift_back_mirror": {"sender say": "intention"},
        "send": {"sender say": "mirror", "receiver let_me": "signal", "receiver mirror_now": "mirror"},
        "check": {"sender yes": "more", "sender partly": "resend", "sender not_yet": "resend"},
        "more": {"sender more": "send", "sender no_more": "summary"},
        "summary": {"receiver say": "summary_check"},
        "summary_check": {"sender all": "validate", "sender partly": "summary_resend"},
        "summary_resend": {"sender say": "summary"},
    }
)
APPRECIATION = Form(
    {
        **ASKING,
        **MIRRORING,
        **BEING_HEARD,
        "breathe": {"each ready": "intention"},
        "send": {
            "sender say": "mirror",
            "sender leave_out": "prompt",
            "receiver let_me": "signal",
            "receiver mirror_now": "mirror",
        },
        "check": {"sender yes": "prompt", "sender partly": "resend", "sender not_yet": "resend"},
    },
    prompts=4,
)
NOT_IN_LETTERS = {"written", "spoken", "shared"}
ONLY_IN = {"let_me": {"written"}, "mirror_now": {"spoken", "shared"}, "at": NOT_IN_LETTERS, "ready": NOT_IN_LETTERS}
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Model:
    """Where a dialogue stands, for Ana who asked (True) and Ben (False)."""

    form: Form
    medium: str
    step: str = "asked"
    ana_sends: bool = True
    round: int = 0
    prompt: int = 0
    done: frozenset[bool] = frozenset()
    signalled: bool = False

    def key(self) -> tuple[object, ...]:
        return (self.step, self.ana_sends, self.round, self.prompt, self.done, self.signalled)

    def where(self) -> tuple[str, bool, int, int]:
        return (self.step, self.ana_sends, self.round, len(self.done))

    def allowed(self, ana: bool) -> set[str]:
        """The names of the moves that may come from this person's device: at one device between two, anyone's."""
        return self._theirs(ana) | self._theirs(not ana) if self._at_one_device() else self._theirs(ana)

    def mover(self, ana: bool, move: str) -> bool:
        """Who makes a move that comes from this device: at one device who sends, if both might."""
        if not self._at_one_device():
            return ana
        return self.ana_sends if move in self._theirs(self.ana_sends) else not self.ana_sends

    def _at_one_device(self) -> bool:
        return self.medium == "shared" and self.step not in ASKING and self.step != OVER

    def _theirs(self, ana: bool) -> set[str]:
        role = "sender" if ana == self.ana_sends else "receiver"
        told = [one.split() for one in self.form.steps.get(self.step, {})]
        each = "" if ana in self.done else "each"
        anyone = "" if ana in self.done else "anyone"
        return {move for who, move in told if who in (role, each, anyone) and self._now(move)}

    def gone(self, ana: bool, move: str) -> "Model":
        """Where that leads."""
        ana = self.mover(ana, move)
        who, where = next((key.split()[0], to) for key, to in self._moves() if key.split()[1] == move)
        if where == "signal":
            return replace(self, signalled=True)
        if who == "each" and not self.done - {ana}:
            return replace(self, done=self.done | {ana})
        return self._at(where)

    def ended(self) -> "Model":
        return replace(self, step=OVER)

    def _moves(self) -> list[tuple[str, str]]:
        return list(self.form.steps[self.step].items())

    def _now(self, move: str) -> bool:
        if move == "leave_out":
            return self.prompt == self.form.prompts - 1
        if move == "let_me" and self.signalled:
            return False
        return self.medium in ONLY_IN.get(move, {self.medium})

    def _at(self, where: str) -> "Model":
        here = replace(self, done=frozenset(), signalled=False)
        if where == "breathe" and self.medium == "letters":  # nobody breathes in step over days
            where = self.form.steps["breathe"]["each ready"]
        if where == OVER:
            return replace(self, step=OVER)
        if where == "prompt":
            last = self.prompt + 1 == self.form.prompts
            return replace(here, step="validate" if last else "send", prompt=self.prompt + 1)
        if where.startswith("⇄"):
            return replace(
                here, step=where.removeprefix("⇄ "), ana_sends=not self.ana_sends, round=self.round + 1, prompt=0
            )
        if " or " in where:
            where = where.split(" or ")[self.round + 1 >= ROUNDS]
        return replace(here, step=where)
