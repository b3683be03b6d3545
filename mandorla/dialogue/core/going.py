"""Where a move leads: to the next step or turn, back to the last accurate mirror, and on without someone who left."""

from typing import Any
from uuid import UUID

from mandorla.dialogue.core.company import (
    called,
    is_empty,
    lacks_guide,
    may_go_back,
    only_appoints,
    other_of_two,
    those,
    without,
)
from mandorla.dialogue.core.script import TOGETHER, Move, Script, Step
from mandorla.dialogue.core.state import APART_MAX, NOBODY, Entry, State


def gone_on(script: Script, state: State, move: Move, entry: Entry) -> State:
    """The dialogue after a move, once everyone whose move it is has made it."""
    if move.over:
        return state.with_(over=move.over)
    prompt = min(state.prompt + move.advances, len(script.prompts))
    walking = move.advances and prompt < len(script.prompts)
    target = move.next if walking or not move.advances else move.done
    if move.last and not walking and state.round + 1 >= (script.rounds or len(state.people)):
        target = move.last
    begun_at = state.begun_at or (None if script.steps[target].place == "appointment" else entry.at)
    if move.swaps:
        state, prompt = _swapped(script, state), 0
    return at(script, state, target, entry, prompt=prompt, begun_at=begun_at)


def at(script: Script, state: State, name: str, entry: Entry, **changes: Any) -> State:
    """The dialogue at this step, or where one comes to who passes over it."""
    step = script.steps[name]
    state = state.with_(
        step=name, turn=entry.seq, turn_at=entry.at, done=frozenset(), signal="", lent={}, slowed_at=None, **changes
    )
    if step.floor and state.queue:
        return gone_on(script, called(state, state.queue[0]), step.floor, entry)
    if step.role == "receiver" and state.receiver == NOBODY:
        return at(script, state, state.chosen_at, entry)
    return gone_on(script, state, step.first, entry) if is_empty(script, state, step) else state


def back(script: Script, state: State, entry: Entry) -> State:
    """Where it stood after the last accurate mirror. What came since is still told, and no longer on the screen.

    But what some wrote in a step of several that others have not done stays with who wrote it.
    """
    assert state.safe
    step, prompt, mirror = state.safe
    latest = {kind: found for kind, seqs in state.latest.items() if (found := tuple(filter(state.is_heard, seqs)))}
    latest[mirror] = (state.confirmed,)
    return state.with_(
        step=step,
        prompt=prompt,
        turn=entry.seq,
        turn_at=entry.at,
        done=frozenset(),
        tries=0,
        signal="",
        lent={},
        slowed_at=None,
        latest=latest,
        chunks=tuple(filter(state.is_heard, state.chunks)),
        apart=_apart(state, entry) if script.steps[state.step].role in TOGETHER else state.apart,
    )


def _apart(state: State, entry: Entry) -> tuple[tuple[int, int], ...]:
    """With this step's entries. Of too many spans the first two become one, which hides more."""
    spans = (*state.apart, (state.turn, entry.seq))
    if len(spans) <= APART_MAX:
        return spans
    (first, _), (_, last), *rest = spans
    return ((first, last), *rest)


def guest_gone(script: Script, state: State, guest: UUID, entry: Entry) -> State:
    """A guest went. Where a guide has to be there, it rests where the last mirror was accurate."""
    state = state.with_(guests={one: told for one, told in state.guests.items() if one != guest})
    if state.begun_at and lacks_guide(script, state, begun=True) and may_go_back(script, state):
        return back(script, state, entry)
    step = script.steps[state.step]
    return _on_if_done(script, state.with_(done=state.done - {guest}), step, entry)


def left(script: Script, state: State, person: UUID, entry: Entry) -> State:
    """Someone went. A step that waited for them waits no longer; nobody is left without somebody who listens."""
    if person not in state.people:
        return guest_gone(script, state, person, entry)
    step, role = script.steps[state.step], state.role_of(person)
    if role == "sender" and not state.begun_at:
        return state.with_(over="withdrawn")
    has_turn = role == "sender" and (state.receiver != NOBODY or (script.has_line and step.chooses))
    state = left_out(script, state, (person,), has_turn=has_turn)
    if state.over:
        return state
    if state.paused and state.paused.ready.issuperset(state.people):
        state = state.with_(paused=None)
    if step.role in TOGETHER and not (has_turn and step.chooses):
        return _on_if_done(script, state, step, entry)
    if has_turn:
        turn_ends = next((move for one in script.steps.values() for move in one.moves.values() if move.swaps), None)
        return gone_on(script, state, turn_ends, entry) if turn_ends else state.with_(over="ended", paused=None)
    return _heard_by_another(script, state, step, role, entry)


def _heard_by_another(script: Script, state: State, step: Step, role: str, entry: Entry) -> State:
    """Where a turn goes on whose sender or receiver has gone."""
    if role == "receiver" and state.receiver != NOBODY and state.safe:
        return back(script, state, entry)
    again = {"sender": step.name, "receiver": state.chosen_at}.get(role)
    return at(script, state, again, entry) if again else state


def _on_if_done(script: Script, state: State, step: Step, entry: Entry) -> State:
    """Where it goes on if only who has gone was waited for. Where it may not begin, all are waited for anew."""
    counted = next((move for move in step.moves.values() if step.counts(move)), None)
    if counted is None or missing(script, state):
        return state
    waits = entry.body.get("rests") or lacks_guide(script, state, begun=step.place != "appointment")
    if waits and not only_appoints(script, step, counted):
        return state.with_(done=frozenset())
    return gone_on(script, state, counted, entry)


def _swapped(script: Script, state: State) -> State:
    sender = (state.sender + 1) % len(state.people)
    return state.with_(
        sender=sender,
        receiver=other_of_two(state, sender),
        round=state.round + 1,
        prompt=0,
        tries=0,
        latest={kind: seqs for kind, seqs in state.latest.items() if kind in script.left_at},
        chunks=(),
        chunks_before=0,
        lists={},
        marks={},
        safe=None,
        chosen_at="",
    )


def missing(script: Script, state: State) -> tuple[UUID, ...]:
    """Those who have not moved yet in a step of several."""
    there = those(script, state, script.steps[state.step].role)
    return () if state.done.issuperset(there) else tuple(one for one in there if one not in state.done)


def left_out(script: Script, state: State, people: tuple[UUID, ...], *, has_turn: bool = False) -> State:
    """The dialogue without these; where too few would be left it does not come about."""
    if len(state.people) - len(people) < script.people[0]:
        return state.with_(over="ended" if state.begun_at else "declined", paused=None)
    for person in people:
        state = without(state, person, has_turn=has_turn)
    return state
