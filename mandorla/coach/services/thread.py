"""The one thread in which the coach reads, wherever it is asked: there is one model, and turns and pages go first."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

NICENESS: Final = 10


def _step_back() -> None:
    """Lets all others go first, where a thread can be nice by itself."""
    if sys.platform == "linux":
        os.nice(NICENESS)


thread: Final = ThreadPoolExecutor(1, "coach", _step_back)  # it begins with the first question
