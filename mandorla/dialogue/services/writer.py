"""The one pen: a thread that commits what has gathered since the last commit, and only then lets anyone know.

It receives envelopes and numbers, never words. A work that finds it may not write raises before it writes anything.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from queue import Empty, SimpleQueue
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction

from mandorla.vault.core import Busy, Locked, Moved, NotYours, Refused

TOGETHER_MAX = 256
PATIENCE_SECONDS = 3.0  # how long somebody waits for it
logger = logging.getLogger("mandorla.writer")
Work = Callable[[Any], Any]


class Conflict(Exception):
    """Someone else's entry came first: the room must be looked at anew."""


DECLINED = (Conflict, Locked, Moved, NotYours, Refused)


class Job:
    """One work, the room it belongs to, and the future of its outcome."""

    __slots__ = ("future", "room", "settled", "work")

    def __init__(self, room: UUID, work: Work, settled: Callable[[Any], None] | None) -> None:
        self.room = room
        self.work = work
        self.settled = settled
        self.future: Future[Any] = Future()

    def succeed(self, outcome: Any) -> None:
        try:
            if self.settled:
                self.settled(outcome)
        except Exception as problem:  # noqa: BLE001  # it is committed all the same, and the pen must write on
            logger.error("after a commit: %s", type(problem).__name__)
        self.future.set_result(outcome)


class Writer:
    """Gathers works from all rooms and commits them together. Started at the first work."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()

    def submit(self, room: UUID, work: Work, settled: Callable[[Any], None] | None = None) -> "Future[Any]":
        """Commits `work(cursor)`; `settled(outcome)` runs after the commit and before the future is done."""
        job = Job(room, work, settled)
        self._jobs.put(job)
        if self._thread is None:
            self._begin()
        return job.future

    def _begin(self) -> None:
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_on, name="writer", daemon=True)
                self._thread.start()

    def _write_on(self) -> None:
        while True:
            jobs = [self._jobs.get()]
            try:
                while len(jobs) < TOGETHER_MAX:
                    jobs.append(self._jobs.get_nowait())
            except Empty:
                pass
            _commit(jobs)


def _commit(jobs: Sequence[Job]) -> None:
    """All in one transaction; where the database refuses that, each in its own."""
    try:
        outcomes = _written(jobs)
    except OperationalError:  # locked for too long, or no room on the disk: nothing of any of them is written
        connection.close()
        for job in jobs:
            job.future.set_exception(Busy())
        return
    except Exception as problem:  # noqa: BLE001  # whatever it is, the writer lives on and the asker learns of it
        if len(jobs) > 1:
            for job in jobs:
                _commit([job])
        else:
            jobs[0].future.set_exception(problem)
        return
    for job, outcome in outcomes:
        if isinstance(outcome, DECLINED):
            job.future.set_exception(outcome)
        else:
            job.succeed(outcome)


def _written(jobs: Sequence[Job]) -> list[tuple[Job, Any]]:
    outcomes: list[tuple[Job, Any]] = []
    # The driver's own cursor: Django's wrapping of every call costs a turn as much as the calls do.
    with transaction.atomic(), connection.wrap_database_errors, closing(connection.create_cursor()) as cursor:
        # In one order of rooms everywhere, so that the pens of two processes never wait for each other.
        for job in sorted(jobs, key=lambda job: job.room):
            try:
                outcomes.append((job, job.work(cursor)))
            except DECLINED as declined:
                outcomes.append((job, declined))
    return outcomes


writer = Writer()
