"""What falls due because of where a dialogue stands: times that were agreed on, a request unanswered for a day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from mandorla.dialogue.core.appointment import appointment
from mandorla.dialogue.core.company import all_there
from mandorla.dialogue.core.play import is_one_device
from mandorla.dialogue.core.screen import screen
from mandorla.dialogue.core.script import Script
from mandorla.dialogue.core.state import State
from mandorla.notices.core import Change, Due

REMINDED_AFTER = timedelta(hours=24)
NOTHING: frozenset[Due] = frozenset()


def change(
    script: Script, before: State | None, after: State, now: datetime, is_here: Callable[[UUID], bool]
) -> Change:
    """What a step changes for those who wish to be told. Of those for whom it waits, only who is not here is named.

    A pause, an end or a change of pace makes nobody wait who did not. A guest is told once everyone has let them in:
    before, there is nothing that they could see.
    """
    was = dues(script, before, now) if before else NOTHING
    now_due = dues(script, after, now)
    moved = before is None or (after.turn, after.done) != (before.turn, before.done)
    rests = after.over or after.paused or is_one_device(script, after)
    away = [person for person in all_there(after) if not is_here(person)] if moved and not rests else []
    waits = frozenset(person for person in away if screen(script, after, person).my_turn)
    if before and after.guests is not before.guests and not after.over:
        let_in = set(all_there(after)).difference(all_there(before), after.people)
        waits |= {guest for guest in let_in if not is_here(guest)}
    return Change(waits, now_due - was, was - now_due)


def dues(script: Script, state: State, now: datetime) -> frozenset[Due]:
    """What falls due, were this how the dialogue stood."""
    if state.over or script.steps[state.step].place != "appointment":
        return NOTHING
    found = appointment(script, state, now)
    if found and found.standing == "confirmed":
        return frozenset(Due("time", person, found.at) for person in all_there(state))
    if state.turn > 1:
        return NOTHING
    asked = (person for person in state.people if screen(script, state, person).my_turn)
    return frozenset(Due("again", person, state.asked_at + REMINDED_AFTER) for person in asked)
