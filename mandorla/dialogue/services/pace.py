"""How fast one person may act, over all their pages: five acts a second, fifty at once. Kept in memory alone."""

import threading
import time
from collections import OrderedDict
from uuid import UUID

A_SECOND, AT_ONCE = 5.0, 50.0
PEOPLE_KEPT = 10_000

_left: OrderedDict[UUID, tuple[float, float]] = OrderedDict()
_guard = threading.Lock()


def may_act(person: UUID) -> bool:
    """Whether one more act, draft or sign of life is welcome just now."""
    now = time.monotonic()
    with _guard:
        left, at = _left.pop(person, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - at) * A_SECOND)
        _left[person] = (left - 1 if left >= 1 else left), now
        if len(_left) > PEOPLE_KEPT:
            _left.popitem(last=False)
    return left >= 1
