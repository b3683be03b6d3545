"""Has kept words set as a PDF, from memory to memory, by a process that ends with it and takes them along."""

import json
import subprocess
import sys
import threading
import unicodedata
from pathlib import Path
from typing import Any

from mandorla.vault.core import Busy

PRESS = Path(__file__).with_name("press.py")
SECONDS = 20
AT_ONCE = 2
_presses = threading.BoundedSemaphore(AT_ONCE)


def printed(told: dict[str, Any]) -> bytes:
    """The PDF of what is told, as `content/keepsake/page.typ` wants it. `Busy` while too many are being made."""
    if not _presses.acquire(timeout=SECONDS):
        raise Busy
    try:
        return subprocess.run(  # noqa: S603  # our own Python and our own file; no word among the arguments
            [sys.executable, "-I", "-B", PRESS],
            input=json.dumps(told).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it would quote what could not be set
            timeout=SECONDS,
            check=True,
            env={},
        ).stdout
    except subprocess.TimeoutExpired:
        raise Busy from None
    finally:
        _presses.release()


def direction(text: str, *, otherwise: str = "ltr") -> str:
    """*rtl* or *ltr*, as the first letter that has a direction says: what `dir="auto"` does on a screen."""
    for sign in text:
        match unicodedata.bidirectional(sign):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return otherwise
