"""The rules of a dialogue: pure values and functions that play any script and never read a word of what is said."""

from mandorla.dialogue.core import wire
from mandorla.dialogue.core.appointment import Appointment, appointment
from mandorla.dialogue.core.bodies import Command
from mandorla.dialogue.core.dues import REMINDED_AFTER, change, dues
from mandorla.dialogue.core.play import decide, fold, has_lapsed, holder, is_one_device
from mandorla.dialogue.core.screen import Offer, Screen, screen
from mandorla.dialogue.core.script import (
    ANYWHERE,
    IN_CALL,
    TOGETHER,
    VOICES,
    Act,
    Move,
    Place,
    Promise,
    Script,
    ScriptError,
    Step,
    assemble,
    broken_promises,
)
from mandorla.dialogue.core.state import PACES, Entry, Pause, Snapshot, State

__all__ = [
    "ANYWHERE",
    "IN_CALL",
    "PACES",
    "REMINDED_AFTER",
    "TOGETHER",
    "VOICES",
    "Act",
    "Appointment",
    "Command",
    "Entry",
    "Move",
    "Offer",
    "Pause",
    "Place",
    "Promise",
    "Screen",
    "Script",
    "ScriptError",
    "Snapshot",
    "State",
    "Step",
    "appointment",
    "assemble",
    "broken_promises",
    "change",
    "decide",
    "dues",
    "fold",
    "has_lapsed",
    "holder",
    "is_one_device",
    "screen",
    "wire",
]
