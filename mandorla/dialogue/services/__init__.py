"""What people do in dialogues: ask, answer, move, pause, read again. See the neighbours for how."""

from mandorla.dialogue.core.bodies import PARKED_WORDS_MAX, PAUSE_MINUTES, WORDS_MAX
from mandorla.dialogue.services.afterwards import (
    SHEET_MAX,
    LookBack,
    Transcript,
    keep_for_myself,
    kept_for_myself,
    look_back,
    say_names_anew,
    set_timers,
    transcript,
    with_timers,
    withdraw_words,
)
from mandorla.dialogue.services.appointments import calendar_file
from mandorla.dialogue.services.calls import Calls, Joining, Signal, has_relay, possible
from mandorla.dialogue.services.dialogues import (
    TOPIC_MAX,
    Asked,
    DialogueView,
    FormView,
    agreed_times,
    ask,
    begin_gentle_path,
    dialogues_of,
    end_gentle_path,
    forget_times,
    forms_for,
    shown,
    was_shown,
)
from mandorla.dialogue.services.keepsake import Keeping, keeping, kept_pdf, kept_text, let_go, wish
from mandorla.dialogue.services.left import Left, Piece, left_by
from mandorla.dialogue.services.moves import Ack, Kept, Typed, move, save_draft, start
from mandorla.dialogue.services.pace import may_act, may_signal
from mandorla.dialogue.services.rests import REST_DAYS, rest, rests_of, rests_until
from mandorla.dialogue.services.rooms import Seat, forget, has_begun, is_behind, seat_for
from mandorla.dialogue.services.screens import Clocks, RoomView, Shown, at_hand, clocks_of, moment, room_for
from mandorla.dialogue.services.scripts import feeling_keys, feelings
from mandorla.dialogue.services.watermarks import has_gone_back
from mandorla.dialogue.services.wholeness import flaws
from mandorla.dialogue.services.writer import Conflict, writer

__all__ = [
    "PARKED_WORDS_MAX",
    "PAUSE_MINUTES",
    "REST_DAYS",
    "SHEET_MAX",
    "TOPIC_MAX",
    "WORDS_MAX",
    "Ack",
    "Asked",
    "Calls",
    "Clocks",
    "Conflict",
    "DialogueView",
    "FormView",
    "Joining",
    "Keeping",
    "Kept",
    "Left",
    "LookBack",
    "Piece",
    "RoomView",
    "Seat",
    "Shown",
    "Signal",
    "Transcript",
    "Typed",
    "agreed_times",
    "ask",
    "at_hand",
    "begin_gentle_path",
    "calendar_file",
    "clocks_of",
    "dialogues_of",
    "end_gentle_path",
    "feeling_keys",
    "feelings",
    "flaws",
    "forget",
    "forget_times",
    "forms_for",
    "has_begun",
    "has_gone_back",
    "has_relay",
    "is_behind",
    "keep_for_myself",
    "keeping",
    "kept_for_myself",
    "kept_pdf",
    "kept_text",
    "left_by",
    "let_go",
    "look_back",
    "may_act",
    "may_signal",
    "moment",
    "move",
    "possible",
    "rest",
    "rests_of",
    "rests_until",
    "room_for",
    "save_draft",
    "say_names_anew",
    "seat_for",
    "set_timers",
    "shown",
    "start",
    "transcript",
    "was_shown",
    "wish",
    "with_timers",
    "withdraw_words",
    "writer",
]
