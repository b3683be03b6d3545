"""What is practised is read in the coach's thread: no turn and no page waits for it.

Words are in it as long as they are read, and nowhere afterwards.
"""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Final, TypeVar

from mandorla.coach.services.thread import thread
from mandorla.vault.core import Busy

WAITING_MAX: Final = 3  # of the threads that answer pages, so that others stay free
SECONDS_MAX: Final = 10
T = TypeVar("T")


def read(judge: Callable[[], T]) -> T:
    """What `judge` finds; `Busy` if too many wait already, or if it takes too long."""
    if not _places.acquire(blocking=False):
        raise Busy
    future = thread.submit(judge)
    future.add_done_callback(lambda _: _places.release())
    try:
        return future.result(SECONDS_MAX)
    except TimeoutError:
        future.cancel()
        raise Busy from None


_places = BoundedSemaphore(WAITING_MAX)
