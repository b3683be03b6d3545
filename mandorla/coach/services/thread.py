"""The one thread in which the coach reads, wherever it is asked: there is one model, and turns and pages go first.

Words are in it as long as they are read, and nowhere afterwards.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Final, TypeVar

from mandorla.vault.core import Busy

NICENESS: Final = 10
WAITING_MAX: Final = 3  # of the threads that answer pages, so that others stay free
SECONDS_MAX: Final = 10
T = TypeVar("T")


def read(judge: Callable[[], T]) -> T:
    """What `judge` finds, for a page that waits for it; `Busy` if too many wait already, or if it takes too long."""
    if not _places.acquire(blocking=False):
        raise Busy
    future = thread.submit(judge)
    future.add_done_callback(lambda _: _places.release())
    try:
        return future.result(SECONDS_MAX)
    except TimeoutError:
        future.cancel()
        raise Busy from None


def _step_back() -> None:
    """Lets all others go first, where a thread can be nice by itself."""
    if sys.platform == "linux":
        os.nice(NICENESS)


thread: Final = ThreadPoolExecutor(1, "coach", _step_back)  # it begins with the first question
_places = BoundedSemaphore(WAITING_MAX)
