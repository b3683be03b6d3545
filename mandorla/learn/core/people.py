"""The written people one practises with: what they say, and one good answer for each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ISSUES: Final = ("communication", "arguments", "intimacy", "trust", "money", "family", "change")
LEVELS: Final = range(1, 6)
MIRROR, SUMMARY, VALIDATE, EMPATHISE, SEND, REQUEST = "mirror", "summary", "validate", "empathise", "send", "request"
SKILLS: Final = (MIRROR, SUMMARY, VALIDATE, EMPATHISE, SEND, REQUEST)


@dataclass(frozen=True, slots=True)
class Turn:
    """A thing said at one go, its main points, and a good mirror of it."""

    says: str
    points: tuple[str, ...]
    mirror: str


@dataclass(frozen=True, slots=True)
class Side:
    """One's own side of the story: what happened, how it first comes out, and a better way to say it."""

    about: str
    first: str
    good: str


@dataclass(frozen=True, slots=True)
class Step:
    """A place on the way with somebody. `place` counts the mirrors from 1, else it is 0."""

    skill: str
    place: int = 0

    @property
    def key(self) -> str:
        """How it is named in an address."""
        return f"{self.skill}-{self.place}" if self.place else self.skill


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to practise with. `key` names the file; `difficulty` is one of LEVELS; `who` says who they are to me."""

    key: str
    name: str
    difficulty: int
    issue: str
    who: str
    scene: str
    turns: tuple[Turn, ...]
    validation: str
    feelings: tuple[str, ...]
    empathy: str
    send: Side
    request: Side

    @property
    def steps(self) -> tuple[Step, ...]:
        """The whole way, in its order."""
        mirrors = (Step(MIRROR, place) for place in range(1, len(self.turns) + 1))
        return (*mirrors, *(Step(skill) for skill in SKILLS[1:]))

    @property
    def said(self) -> str:
        """All that they say."""
        return " ".join(turn.says for turn in self.turns)

    def step(self, key: str) -> Step | None:
        """The step of this name."""
        return next((step for step in self.steps if step.key == key), None)

    def example(self, step: Step) -> str:
        """One good way to do it."""
        if step.place:
            return self.turns[step.place - 1].mirror
        return {
            SUMMARY: " ".join(turn.mirror for turn in self.turns),
            VALIDATE: self.validation,
            EMPATHISE: self.empathy,
            SEND: self.send.good,
            REQUEST: self.request.good,
        }[step.skill]


def person(key: str, table: Mapping[str, Any]) -> Person:
    """From a file of `content/practice`; KeyError or ValueError if it is not whole."""
    if table["issue"] not in ISSUES or table["difficulty"] not in LEVELS:
        raise ValueError(f"{key}: no such issue or difficulty")
    send, request = table["send"], table["request"]
    return Person(
        key=key,
        turns=tuple(Turn(one["says"], tuple(one["points"]), one["mirror"]) for one in table["turns"]),
        validation=table["validate"]["good"],
        feelings=tuple(table["empathise"]["feelings"]),
        empathy=table["empathise"]["good"],
        send=Side(send["scene"], send["blaming"], send["good"]),
        request=Side(request["wish"], request["vague"], request["good"]),
        **{name: table[name] for name in ("name", "difficulty", "issue", "who", "scene")},
    )


def in_order(people: Sequence[Person]) -> tuple[Person, ...]:
    """The gentlest first."""
    return tuple(sorted(people, key=lambda one: (one.difficulty, len(one.said), one.key)))


def onward(people: Sequence[Person], practised: Sequence[str], last: str = "") -> tuple[Person | None, Person | None]:
    """Whom to propose next: somebody as gentle as `last`, and somebody a little harder; the very first, without a last.

    Nobody twice who is in `practised`, and somebody of another issue before one of the same.
    """
    before = next((one for one in people if one.key == last), None)
    new = [one for one in in_order(people) if one.key not in (*practised, last)]
    if before is None:
        return next(iter(new), None), None
    level, issue = before.difficulty, before.issue
    by_issue = sorted(new, key=lambda one: one.issue == issue)
    alike = next((one for one in by_issue if one.difficulty == level), None)
    harder = next((one for one in sorted(by_issue, key=lambda one: one.difficulty) if one.difficulty > level), None)
    return alike, harder
