"""Every form of dialogue, walked at random by the right and the wrong people; and what lists, marks and media do."""

import json
import os
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mandorla.dialogue.core import PACES, Screen, Script, State, assemble, decide, fold, screen
from mandorla.dialogue.core.company import lacks_guide
from mandorla.dialogue.core.script import MEDIA
from mandorla.vault.core import NotYours, Refused
from tests.dialogue.playing import (
    ANA,
    ARRIVED,
    BEN,
    EVE,
    GUIDE,
    OBSERVER,
    ROOM,
    SCRIPTS,
    Table,
    script,
    through_json,
    told,
)

STEPS = int(os.environ.get("MANDORLA_STEPS", "2000"))
STEPS_EACH = 60
STEPS_MET = 20  # fewer than a walk takes on average, so that all of them together are never shorter than they say
STATE_BYTES_MAX = 3000
BYTES_A_PERSON = 300  # ids of those who are done, welcome others, stand in line
QUIET = {"no", "withdraw", "later", "at", "move", "close", "without", "enough"}  # leads away from what comes after
SIZES = (2, 3, 4, 5, 6, 10, 12, 30)
BESIDE = ("leave", "queue", "unqueue", "bring", "welcome", "dismiss", "slow", "back", "lend", "pause", "go_on", "end")


@settings(
    max_examples=max(1, STEPS // STEPS_MET),
    derandomize="MANDORLA_STEPS" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.timeout(1800)
@given(data=st.data())
def test_every_form_keeps_its_promises_on_any_walk(data: st.DataObject) -> None:
    """2,000 steps; as many as MANDORLA_STEPS says for a longer walk."""
    form = script(data.draw(st.sampled_from(SCRIPTS)))
    least, most = form.people
    people = data.draw(st.sampled_from([size for size in SIZES if least <= size <= most]))
    walk = Walk(Table(form, data.draw(st.sampled_from(form.media)), people=people))
    for _ in range(STEPS_EACH):
        if walk.table.state.over:
            break
        if data.draw(st.integers(0, 9)) == 9:
            walk.does_beside(data)
        else:
            walk.goes_on(data)
        walk.holds()


def ways_out(form: Script) -> set[tuple[str, str]]:
    """The moves by which someone is themself again who stood in for somebody else."""
    steps = form.steps.values()
    lent = {step.name for step in steps if step.lent}
    return {(one.name, move.name) for one in steps for move in one.moves.values() if one.lent > (move.next in lent)}


class Walk:
    """One dialogue on its way, and what must be true of it at every step."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.turn: set[tuple[str, str]] = set()
        self.made: Counter[tuple[str, str]] = Counter()
        self.lent = False

    @property
    def everyone(self) -> tuple[Any, ...]:
        """All who have a part in it now."""
        return (
            *self.table.state.people,
            *(one for one in self.table.state.guests if one not in self.table.state.people),
        )

    def goes_on(self, data: st.DataObject) -> None:
        """Someone who may does something; before, someone who may not is refused."""
        table, state = self.table, self.table.state
        if state.paused:
            for person in state.people:
                if table.state.paused and person not in table.state.paused.ready:
                    table.does(person, "go_on")
            return
        if lacks_guide(table.script, state, begun=bool(state.begun_at)):
            self.guide_comes()
            return
        step = table.script.steps[state.step]
        able = [(person, move) for person in self.everyone for move in self.offered(person)]
        for person in (*self.everyone, EVE):
            for move in step.moves:
                if (person, move) not in able:
                    self.bounces(person, move)
        ahead = [one for one in able if one[1] not in QUIET] or able
        person, move = data.draw(st.sampled_from(able if data.draw(st.integers(0, 7)) == 7 else ahead))
        facts = self.suiting(screen(table.script, state, person), move)
        if facts is None:
            return
        table.does(person, move, **facts)
        self.notes(state, (state.step, move))

    def notes(self, before: State, made: tuple[str, str] | None = None) -> None:
        """What was made in this turn; a new turn begins with nothing."""
        after = self.table.state
        if made and (after.turn, after.done) != (before.turn, before.done):
            self.turn.add(made)
        if (after.round, after.people[after.sender]) != (before.round, before.people[before.sender]):
            self.turn.clear()

    def does_beside(self, data: st.DataObject) -> None:
        """Someone comes, goes, guides or stands in line: it is done, or refused, and nothing else comes of it."""
        table, state = self.table, self.table.state
        person, do = data.draw(st.sampled_from((*self.everyone, OBSERVER))), data.draw(st.sampled_from(BESIDE))
        whom = data.draw(st.sampled_from((OBSERVER, GUIDE, *state.people)))
        role = data.draw(st.sampled_from(("observer", "guide")))
        try:
            table.does(person, do, person=whom, role=role, words="What I need is")
        except (Refused, NotYours):
            assert table.state == state
        self.notes(state)

    def guide_comes(self) -> None:
        """A guide is there again."""
        if GUIDE not in self.table.state.guests:
            self.table.does(self.table.state.people[0], "bring", person=GUIDE, role="guide")
        self.table.is_welcomed(GUIDE)

    def goes_straight_on(self) -> None:
        """Whoever may makes the move that was made least often here, so that no loop lasts."""
        state = self.table.state
        for person in self.everyone:
            seen = screen(self.table.script, state, person)
            names = [offer.name for offer in seen.offers]
            for name in sorted(names, key=self.how_often):
                facts = self.suiting(seen, name)
                if facts is not None:
                    self.made[state.step, name] += 1
                    self.table.does(person, name, **facts)
                    return

    def how_often(self, name: str) -> tuple[bool, int]:
        """How often a move was made here; what leads away from the rest comes last, and so does a fourth speaker."""
        often = self.made[self.table.state.step, name]
        return (name in QUIET - {"enough"} or (name == "speak" and often > 2), often)

    def holds(self) -> None:
        """What is true of every dialogue at every moment."""
        table, state = self.table, self.table.state
        assert table.replayed() == state == through_json(state)
        packed = json.dumps(replace(state, seq=state.seq + 10_000_000).packed())
        assert len(packed) < STATE_BYTES_MAX + BYTES_A_PERSON * (len(state.people) - 2)
        assert state.medium in table.script.steps[state.step].media
        lent = table.script.steps[state.step].lent
        assert lent or not self.lent or self.turn & ways_out(table.script)
        for promise in table.script.promises:
            if state.step == promise.step and not state.over:
                assert self.turn & set(promise.after), promise.says
        self.lent = self.lent or lent
        for person in self.everyone:
            seen = screen(table.script, state, person)
            lists = {int(line.partition(".")[0]) for offer in seen.offers for line in offer.lines}
            shown = {*seen.shows, *seen.chunks, *seen.gathered, *lists}
            assert shown <= set(table.snapshot.entries) == state.needed()
            assert bool(seen.offers) == seen.my_turn or state.over
            assert seen.welcome or not (shown or seen.offers or seen.aside or seen.begun)
        assert state.over or any(self.offered(person) for person in self.everyone)
        assert state.over or table.script.people[0] <= len(state.people) <= table.script.people[1]
        assert state.receiver != state.sender

    def offered(self, person: Any) -> set[str]:
        """What someone's screen offers."""
        seen = screen(self.table.script, self.table.state, person)
        return {offer.name for offer in (*seen.offers, *seen.aside)}

    def bounces(self, person: Any, move: str) -> None:
        table = self.table
        with pytest.raises((Refused, NotYours)) as problem:
            decide(table.script, table.state, person, table.command(move), now=table.now, room=ROOM)
        assert (problem.type is NotYours) == (person == EVE)

    def suiting(self, seen: Screen, move: str) -> dict[str, Any] | None:
        """What belongs to a move; nothing if it cannot be made: too few lines are there to be marked."""
        offer = next(one for one in (*seen.offers, *seen.aside) if one.name == move)
        if offer.act == "list":
            return {"words": "\n".join(f"line {number}" for number in range(max(1, offer.least)))}
        if offer.act == "mark":
            marks = offer.lines[: offer.most]
            return {"marks": marks} if len(marks) >= offer.least else None
        return {"person": offer.people[-1]} if offer.people else {}


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_form_can_be_held_to_its_proper_end_in_every_medium(name: str) -> None:
    least, most = script(name).people
    for medium in script(name).media:
        for people in {least, min(most, 5), min(most, 12)}:
            walk = Walk(Table(script(name), medium, people=people))
            for _ in range(1000):
                if walk.table.state.over:
                    break
                walk.goes_straight_on()
            assert walk.table.state.over == "closed", (medium, people, walk.table.state.step)


# Lists and marks


WISHES = {
    "name": "wishes",
    "version": 1,
    "minutes": [10],
    "start": "asked",
    "rounds": 1,
    "includes": ["appointment/1"],
    "leaves": {"chosen": "chosen"},
    "steps": {
        "breathe": {
            "role": "both",
            "place": "arrival",
            "moves": {"list": {"act": "list", "kind": "wish", "most": 3, "next": "choose"}},
        },
        "choose": {
            "role": "receiver",
            "place": "close",
            "moves": {
                "mark": {"act": "mark", "of": "wish", "theirs": True, "most": 2, "kind": "chosen", "next": "again"}
            },
        },
        "again": {
            "role": "sender",
            "place": "close",
            "shows": {"both": ["chosen"]},
            "moves": {"mark": {"act": "mark", "of": "chosen", "least": 0, "most": 1, "over": "closed"}},
        },
    },
}


def wishing(moves: str = "") -> Table:
    return Table(assemble(WISHES, told())).play("ben:now " + moves)


def listed() -> Table:
    """Ana listed entries 3.0 and 3.1, Ben 4.0."""
    held = wishing()
    held.does(ANA, "list", words=" a walk \n\n a song\n")
    held.does(BEN, "list", words="a soup")
    return held


def test_a_list_keeps_its_lines_without_the_empty_ones() -> None:
    assert listed().entries[2].body == {"lines": ["a walk", "a song"]}


@pytest.mark.parametrize(
    ("words", "reason"), [("\n \n", "empty"), ("a\nb\nc\nd", "lines"), ("x" * 301, "line_too_long")]
)
def test_a_list_that_does_not_fit_says_why(words: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        wishing().does(ANA, "list", words=words)

    assert refused.value.reason == reason


def test_only_what_the_other_wrote_can_be_marked_where_it_says_so() -> None:
    held = listed()

    offer = screen(held.script, held.state, BEN).offers[0]

    assert (offer.lines, offer.least, offer.most) == (("3.0", "3.1"), 1, 2)
    with pytest.raises(Refused) as refused:
        held.does(BEN, "mark", marks=("4.0",))
    assert (refused.value.reason, refused.value.facts) == ("marks", {"least": 1, "most": 2})


def test_lines_that_were_marked_can_be_marked_again() -> None:
    held = listed()
    held.does(BEN, "mark", marks=("3.1", "9.9"))

    assert held.entries[-1].body == {"marks": ["3.1"]}
    assert screen(held.script, held.state, ANA).offers[0].lines == ("3.1",)
    assert 3 in held.snapshot.entries
    assert held.does(ANA, "mark", marks=()).body == {"marks": []}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("of", "dream", "mark marks lines of dream, which nobody lists"),
        ("of", None, "step choose: mark marks, but not said of what"),
    ],
)
def test_marking_what_is_not_there_is_noticed_when_a_script_is_read(path: str, value: str | None, words: str) -> None:
    raw = json.loads(json.dumps(WISHES))
    raw["steps"]["choose"]["moves"]["mark"][path] = value or ""

    with pytest.raises(Exception, match=words):
        assemble(raw, told())


def test_leaving_what_nobody_says_is_noticed_when_a_script_is_read() -> None:
    with pytest.raises(Exception, match="it leaves dream, which nobody says"):
        assemble(WISHES | {"leaves": {"page": "dream"}}, told())


# Media


def test_letters_pass_over_breathing_and_have_no_appointments() -> None:
    letters = Table(script("couples/1"), "letters")

    assert {offer.name for offer in screen(letters.script, letters.state, BEN).offers} == {"now", "later", "no"}
    assert letters.play("ben:now").state.step == "gift"


def test_letters_keep_their_words() -> None:
    letters = Table(script("couples/1"), "letters").play("ben:now ana:skip ben:skip ana:skip ben:skip")

    assert letters.does(ANA, "say", words="Dear you").body == {"words": "Dear you"}


def test_one_device_plays_both_and_names_nobody_as_the_one_who_touched_it() -> None:
    held = Table(script("couples/1"), "shared").play(ARRIVED["couples"].replace("ana:", "ben:"))

    assert held.state.step == "send"
    assert {entry.author for entry in held.entries[2:]} == {ROOM}
    assert [entry.by for entry in held.entries[2:4]] == [ANA, BEN]


def test_the_one_device_shows_whoever_is_on() -> None:
    held = Table(script("couples/1"), "shared").play(ARRIVED["couples"])

    sending = [screen(held.script, held.state, person) for person in (ANA, BEN)]
    held.does(BEN, "say")
    mirroring = [screen(held.script, held.state, person) for person in (ANA, BEN)]

    assert sending[0] == sending[1]
    assert sending[0].person == ANA
    assert "mirror_now" in {offer.name for offer in sending[0].aside}
    assert {seen.person for seen in mirroring} == {BEN}


def test_a_pause_at_one_device_ends_for_both_at_once() -> None:
    held = Table(script("couples/1"), "shared").play(ARRIVED["couples"])
    held.does(ANA, "pause")
    assert set(held.entries[-1].body) == {"until"}

    held.does(BEN, "go_on")

    assert held.state.paused is None


def test_before_it_begins_each_answers_on_a_device_of_their_own() -> None:
    asked = Table(script("couples/1"), "shared")

    with pytest.raises(Refused):
        asked.does(ANA, "now")


@pytest.mark.parametrize("medium", MEDIA)
def test_words_are_kept_only_where_they_are_typed(medium: str) -> None:
    held = Table(script("couples/1"), medium)
    for move in ARRIVED["couples"].split():
        person, _, do = move.partition(":")
        if (medium, do) != ("letters", "ready"):
            held.does({"ana": ANA, "ben": BEN}[person], do)

    kept = held.does(ANA, "say", words="overheard").body.get("words")

    assert kept == ("overheard" if medium in ("written", "letters") else None)


# Pace


def test_guidance_grows_less_when_both_wish_it_and_comes_back_when_one_does() -> None:
    held = Table(script("couples/1")).play(ARRIVED["couples"])
    paces = []
    for person, pace in ((ANA, "bare"), (BEN, "light"), (BEN, "bare"), (ANA, "guided")):
        held.does(person, "pace", pace=pace)
        paces.append(held.state.pace)

    assert paces == ["guided", "light", "bare", "guided"]


def test_at_one_device_both_wish_for_a_pace_at_once() -> None:
    held = Table(script("couples/1"), "shared").play(ARRIVED["couples"])

    held.does(ANA, "pace", pace="light")

    assert held.state.pace == "light"


@pytest.mark.parametrize("pace", ["", "hurried"])
def test_there_are_three_paces(pace: str) -> None:
    held = Table(script("couples/1")).play(ARRIVED["couples"])

    with pytest.raises(Refused):
        held.does(ANA, "pace", pace=pace)
    assert len(PACES) == 3


def test_a_pace_is_no_turn_and_moves_nothing() -> None:
    held = Table(script("couples/1")).play(ARRIVED["couples"])
    before = held.state

    entry = held.does(BEN, "pace", pace="bare", seen=1)

    assert (held.state.turn, held.state.step) == (before.turn, before.step)
    assert fold(held.script, before, entry, held.state.prev) == held.state
