"""One thread in which the coach reads what is practised, after everything else: no turn and no page waits for it.

Words are in it as long as they are read, and nowhere afterwards.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import BoundedSemaphore, get_native_id
from typing import Final, TypeVar

from mandorla.vault.core import Busy

WAITING_MAX: Final = 3  # of the threads that answer pages, so that others stay free
SECONDS_MAX: Final = 10
NICE: Final = 5
T = TypeVar("T")


def read(judge: Callable[[], T]) -> T:
    """What `judge` finds; `Busy` if too many wait already, or if it takes too long."""
    if not _places.acquire(blocking=False):
        raise Busy
    future = _reader.submit(judge)
    future.add_done_callback(lambda _: _places.release())
    try:
        return future.result(SECONDS_MAX)
    except TimeoutError:
        future.cancel()
        raise Busy from None


def _step_back() -> None:
    """Linux lets one thread come after the others; elsewhere it is one among them."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)


_places = BoundedSemaphore(WAITING_MAX)
_reader = ThreadPoolExecutor(1, "practice", _step_back)
