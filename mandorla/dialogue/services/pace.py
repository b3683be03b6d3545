"""How fast one person may act, over all their pages: five acts a second, fifty at once. What brings the devices of a
call together, and what is asked of the coach, is counted by itself, so that none is in another's way. In memory alone.
"""

import threading
import time
from collections import OrderedDict
from uuid import UUID

A_SECOND, AT_ONCE = 5.0, 50.0
SIGNALS_A_SECOND, SIGNALS_AT_ONCE = 20.0, 120.0
WHISPERS_A_SECOND, WHISPERS_AT_ONCE = 2.0, 20.0
PEOPLE_KEPT = 10_000

Left = OrderedDict[UUID, tuple[float, float]]
_left: Left = OrderedDict()
_signals_left: Left = OrderedDict()
_whispers_left: Left = OrderedDict()
_guard = threading.Lock()


def may_act(person: UUID) -> bool:
    """Whether one more act, draft or sign of life is welcome just now."""
    return _may(_left, person, A_SECOND, AT_ONCE)


def may_signal(person: UUID) -> bool:
    """Whether one more signal from a device in a call is welcome just now."""
    return _may(_signals_left, person, SIGNALS_A_SECOND, SIGNALS_AT_ONCE)


def may_ask_the_coach(person: UUID) -> bool:
    """Whether one more question to the coach is welcome just now."""
    return _may(_whispers_left, person, WHISPERS_A_SECOND, WHISPERS_AT_ONCE)


def _may(of: Left, person: UUID, a_second: float, at_once: float) -> bool:
    now = time.monotonic()
    with _guard:
        left, at = of.pop(person, (at_once, now))
        left = min(at_once, left + (now - at) * a_second)
        of[person] = (left - 1 if left >= 1 else left), now
        if len(of) > PEOPLE_KEPT:
            of.popitem(last=False)
    return left >= 1
