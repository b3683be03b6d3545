"""Every path, and random walks by the right and the wrong people, against a model written out by hand."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mandorla.dialogue.core import Entry, decide, fold, screen
from mandorla.vault.core import Moved, NotYours, Refused
from tests.dialogue.model import APPRECIATION, COUPLES, OVER, Model
from tests.dialogue.playing import ANA, BEN, EVE, PEOPLE, ROOM, STAGES, Table, script, through_json

MEDIA = ("written", "letters", "spoken", "shared")
MODELS = {"couples/1": COUPLES, "appreciation/1": APPRECIATION}
STATE_BYTES_MAX = 2000
DISTURBED_MAX = 2


# Every path


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("name", MODELS)
def test_every_path_is_the_one_of_the_practice(name: str, medium: str) -> None:
    """From every state that can be reached, by every person and every move: the core and the model agree."""
    moves = {move for step in MODELS[name].steps for move in MODELS[name].named(step)}
    start = Table(script(name), medium)
    todo, seen = [(start.state, Model(MODELS[name], medium))], set()
    while todo:
        state, model = todo.pop()
        if model.key() in seen:
            continue
        seen.add(model.key())
        for person in (ANA, BEN):
            for move in moves:
                allowed = move in model.allowed(person == ANA)
                after = _tried(start, state, person, move)
                assert (after is not None) == allowed, (model.key(), person, move)
                if after is not None:
                    went = model.gone(person == ANA, move)
                    assert _where(after) == went.where(), (model.key(), person, move)
                    todo.append((after, went))

    reached = {step for step, *_ in seen}
    left_out = {"breathe", "appointed"} if medium == "letters" else set()
    assert reached == {*MODELS[name].steps, OVER} - left_out


def _tried(at: Table, state: Any, person: Any, move: str) -> Any:
    try:
        entry = decide(at.script, state, person, replace(at.command(move), seen=state.seq), now=at.now, room=ROOM)
    except Refused:
        return None
    return fold(at.script, state, entry, "ff")


def _where(state: Any) -> tuple[str, bool, int, int]:
    return (OVER if state.over else state.step, state.people[state.sender] == ANA, state.round, len(state.done))


# Random walks


seldom = precondition(lambda self: self.disturbed < DISTURBED_MAX)  # or a walk would hardly ever leave the start


class Walk(RuleBasedStateMachine):
    """Two people, a stranger, late clicks and repeated ones, against the model and the promises of a dialogue."""

    @initialize(name=st.sampled_from(sorted(MODELS)), medium=st.sampled_from(MEDIA), far=st.integers(0, 5))
    def ask(self, name: str, medium: str, far: int) -> None:
        self.table = Table(script(name), medium)
        self.model = Model(MODELS[name], medium)
        self.moves = sorted({move for step in MODELS[name].steps for move in MODELS[name].named(step)})
        self.last: tuple[Any, Any] | None = None
        self.disturbed = 0
        for one in "".join(STAGES[name.partition("/")[0]][:far]).split():
            person, _, move = one.partition(":")
            if move in self.model.allowed(PEOPLE[person] == ANA):  # nobody breathes in letters
                self.made(PEOPLE[person], move)

    @precondition(lambda self: self.table.state.over)
    @rule(name=st.sampled_from(sorted(MODELS)), medium=st.sampled_from(MEDIA), far=st.integers(0, 5))
    def ask_again(self, name: str, medium: str, far: int) -> None:
        self.ask(name, medium, far)

    @precondition(lambda self: self.rightly(ANA))
    @rule(data=st.data())
    def ana_moves(self, data: st.DataObject) -> None:
        self.made(ANA, data.draw(st.sampled_from(self.rightly(ANA))))

    @precondition(lambda self: self.rightly(BEN))
    @rule(data=st.data())
    def ben_moves(self, data: st.DataObject) -> None:
        self.made(BEN, data.draw(st.sampled_from(self.rightly(BEN))))

    @precondition(lambda self: self.table.state.paused)
    @rule()
    def both_are_ready(self) -> None:
        paused = self.table.state.paused
        assert paused is not None

        for person in {ANA, BEN} - paused.ready:
            if self.table.state.paused:  # one device: whoever touches it speaks for both
                self.table.does(person, "go_on")

        assert self.table.state.paused is None
        self.disturbed = 0

    @seldom
    @rule(data=st.data(), person=st.sampled_from((ANA, BEN, EVE)))
    def try_anything(self, data: st.DataObject, person: Any) -> None:
        self.disturbed += 1
        move = data.draw(st.sampled_from([*self.moves, "shout"]))
        state = self.table.state
        right = person in (ANA, BEN) and move in self.model.allowed(person == ANA)

        if right and not state.over and not state.paused:
            self.made(person, move)
        else:
            self.bounced(person, self.table.command(move))

    @seldom
    @rule(data=st.data(), person=st.sampled_from((ANA, BEN)))
    def come_late(self, data: st.DataObject, person: Any) -> None:
        self.disturbed += 1
        state = self.table.state
        seen = data.draw(st.integers(0, state.turn - 1))
        move = data.draw(st.sampled_from(self.moves))

        problem = self.bounced(person, self.table.command(move, seen=seen))

        assert isinstance(problem, Refused if state.over else Moved)

    @seldom
    @precondition(lambda self: self.last is not None)
    @rule()
    def click_twice(self) -> None:
        self.disturbed += 1
        assert self.last is not None

        self.bounced(*self.last)

    @seldom
    @precondition(lambda self: not self.table.state.over)
    @rule(person=st.sampled_from((ANA, BEN)), do=st.sampled_from(("pause", "go_on", "park")), seen=st.integers(0, 99))
    def do_anywhere(self, person: Any, do: str, seen: int) -> None:
        self.disturbed += 1
        state, command = self.table.state, self.table.command(do, seen=min(seen, self.table.state.seq))
        begun = self.table.script.steps[state.step].place != "appointment"
        ready = state.paused is not None and person not in state.paused.ready
        allowed = {"pause": begun, "go_on": ready, "park": begun and len(state.parked) < 12}[do]

        if not allowed:
            self.bounced(person, command)
            return
        entry = self.table.does(person, do, seen=command.seen)

        if do != "go_on":
            self.of_the_room(entry, state, person)

    @seldom
    @precondition(lambda self: not self.table.state.over)
    @rule(person=st.sampled_from((ANA, BEN)), really=st.integers(0, 9))
    def end(self, person: Any, really: int) -> None:
        self.disturbed += 1
        if really == 9:
            state = self.table.state
            entry = self.table.does(person, "end")

            self.of_the_room(entry, state, person)
            self.model = self.model.ended()

    @seldom
    @rule(hours=st.integers(0, 12))
    def let_time_pass(self, hours: int) -> None:
        """Not while a request may lapse: that has its own tests."""
        self.disturbed += 1
        if self.table.script.steps[self.table.state.step].place != "appointment":
            self.table.now += timedelta(hours=hours)

    def rightly(self, person: Any) -> list[str]:
        """What this person may do in the step, but for what ends it all before it began."""
        if self.table.state.over or self.table.state.paused:
            return []
        return sorted(self.model.allowed(person == ANA) - {"no", "withdraw"})

    def made(self, person: Any, move: str) -> None:
        command = self.table.command(move)
        self.table.does(person, move)
        self.model = self.model.gone(person == ANA, move)
        self.last = (person, command)
        self.disturbed = 0

    def bounced(self, person: Any, command: Any) -> Exception:
        table = self.table
        with pytest.raises((Refused, Moved, NotYours)) as problem:
            decide(table.script, table.state, person, command, now=table.now, room=ROOM)
        assert (problem.type is NotYours) == (person == EVE)
        return problem.value

    def of_the_room(self, entry: Entry, before: Any, person: Any) -> None:
        """The same wish of the other one would have left the same trace."""
        other, table = (BEN if person == ANA else ANA), self.table
        twin = decide(table.script, before, other, table.command(entry.do), now=table.now, room=ROOM)
        assert entry == twin
        assert entry.author == ROOM
        assert not {ANA.hex, BEN.hex} & set(_strings(entry.body))

    @invariant()
    def it_stands_where_the_practice_says(self) -> None:
        assert _where(self.table.state) == self.model.where()

    @invariant()
    def replay_equals_the_dialogue(self) -> None:
        assert self.table.replayed() == self.table.state == through_json(self.table.state)

    @invariant()
    def the_state_stays_small(self) -> None:
        far = replace(self.table.state, seq=self.table.state.seq + 10_000_000)
        assert len(json.dumps(far.packed(), separators=(",", ":"))) < STATE_BYTES_MAX

    @invariant()
    def nobody_is_validated_or_felt_before_being_heard(self) -> None:
        state = self.table.state
        place = self.table.script.steps[state.step].place
        if place in ("validation", "empathy"):
            turn = list(self.this_turn())
            assert ("summary_check" if state.script == "couples/1" else "check") in [step for step, _ in turn]
            assert {("summary_check", "all"), ("check", "yes")} & set(turn)
        if place == "empathy":
            assert ("validate_check", "lands") in turn

    @invariant()
    def the_screens_offer_what_may_be_done_and_show_what_is_kept(self) -> None:
        table, state = self.table, self.table.state
        screens = {person: screen(table.script, state, person) for person in (ANA, BEN)}
        for person, seen in screens.items():
            if not state.over:
                offered = {offer.name for offer in (*seen.offers, *seen.aside)}
                assert offered == self.model.allowed(person == ANA)
                assert bool(seen.offers) == seen.my_turn
            assert {*seen.shows, *seen.chunks} <= set(table.snapshot.entries) == state.needed()
        turns = [person for person, seen in screens.items() if seen.my_turn and seen.person == person]
        assert turns or state.over
        assert len(turns) < 2 or table.script.steps[state.step].role == "both"

    def this_turn(self) -> Iterator[tuple[str, str]]:
        """The moves since roles last changed."""
        turn: list[tuple[str, str]] = []
        for entry in self.table.entries:
            turn.append((entry.step, entry.do))
            move = self.table.script.steps[entry.step].moves.get(entry.do)
            if move and move.swaps:
                turn.clear()
        return iter(turn)


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from _strings(one)
        case list():
            for one in value:
                yield from _strings(one)


STEPS = int(os.environ.get("MANDORLA_STEPS", "2000"))
STEPS_EACH = 50
STEPS_MET = 20  # fewer than an example takes on average, so that the walk is never shorter than it says


@pytest.mark.timeout(1200)
def test_a_dialogue_keeps_its_promises_on_any_walk() -> None:
    """2,000 steps; as many as MANDORLA_STEPS says for a longer walk."""
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=max(1, STEPS // STEPS_MET),
            stateful_step_count=STEPS_EACH,
            derandomize="MANDORLA_STEPS" not in os.environ,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
