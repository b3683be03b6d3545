"""When two people meet next, as far as a time is named: agreed on by both, wished for by one, or called off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mandorla.dialogue.core.play import has_lapsed
from mandorla.dialogue.core.script import Script
from mandorla.dialogue.core.state import State

Standing = Literal["confirmed", "tentative", "cancelled"]


@dataclass(frozen=True, slots=True)
class Appointment:
    """From `at` to `until`. `change` is greater whenever anything about it has changed."""

    at: datetime
    until: datetime
    standing: Standing
    change: int


def appointment(script: Script, state: State, now: datetime, *, closed: bool = False) -> Appointment | None:
    """The time that lies ahead, or one that was named and no longer holds; nothing for what is past or never named.

    `closed` says that nothing can be held in its space any more.
    """
    at = state.paused.until if state.paused else state.at
    if at is None or at <= now:
        return None
    off = closed or bool(state.over) or has_lapsed(script, state, now)
    standing: Standing = "cancelled" if off else _standing(script, state)
    return Appointment(at, at + timedelta(minutes=state.minutes), standing, state.seq)


def _standing(script: Script, state: State) -> Standing:
    """Two agree on a time in a step of both; a wish stands until the first answer. No other time is one to meet at."""
    step = script.steps[state.step]
    if state.paused or (step.place == "appointment" and step.role == "both"):
        return "confirmed"
    return "tentative" if step.place == "appointment" and state.turn == 1 else "cancelled"
