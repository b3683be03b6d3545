"""What the server writes about its own work: one line per happening, and never a word, name, address or query in it.

A message of another library may carry anything, so of those only the place, the level and the kind of error are kept.
"""

import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from django.conf import settings
from django.http import HttpRequest

OURS = "mandorla"
ROOT = Path(__file__).resolve().parent.parent.parent
log = logging.getLogger("mandorla.site")


class OneLine(logging.Formatter):
    """`2026-01-31T12:00:00.000Z INFO mandorla.site page=… status=200 ms=4`."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        parts = [at, record.levelname, record.name]
        if record.name.split(".")[0] == OURS:
            parts.append(record.getMessage())
        if number := getattr(getattr(record, "request", None), "number", None):
            parts.append(f"number={number}")
        if record.exc_info and record.exc_info[1]:
            parts.append(error(record.exc_info[1]))
        return " ".join(parts).replace("\n", " ")


def error(problem: BaseException) -> str:
    """The kinds of an error and its causes, and where it happened: no message, no values."""
    kinds, cause = [], problem
    while cause:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    places = [f"{_short(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(problem.__traceback__)]
    return f"error={'<'.join(kinds)} at={'>'.join(places)}"


def _short(filename: str) -> str:
    """Where in our code or a library; of anything else only the file's name, for the path tells of the machine."""
    file = Path(filename)
    if file.is_relative_to(ROOT) and "site-packages" not in file.parts:
        return str(file.relative_to(ROOT))
    return filename.rpartition("site-packages/")[2] if "site-packages" in file.parts else file.name


def access(request: HttpRequest, method: str, status: int, seconds: float) -> None:
    """One line for one page: the pattern of its address, what came of it, how long it took. None for who seeks help."""
    if request.resolver_match and request.resolver_match.namespace in UNLOGGED:
        return
    static = request.path_info.startswith(settings.STATIC_URL)
    pattern = request.resolver_match.route if request.resolver_match else "static/" if static else "-"
    log.info(
        "page=/%s method=%s status=%d ms=%d number=%s",
        pattern,
        method if method in METHODS else "-",
        status,
        seconds * 1000,
        getattr(request, "number", "-"),
    )


UNLOGGED = {"safety"}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def configure(level: int = logging.INFO) -> None:
    """Send every logger through `OneLine` to standard error, uncaught errors included."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # below that it repeats our own line
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(kind: type[BaseException], problem: BaseException | None, where: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("stopped", exc_info=(kind, problem, where) if problem else None)
