"""The bell: tells whoever listens that something changed in a room. It carries ids and numbers, never words.

On SQLite one process serves all and the bell rings in memory; on PostgreSQL a notification in the entry's own
transaction reaches the other processes as well.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

CHANNEL = "mandorla_rooms"
PROCESS = secrets.token_hex(8)
AGAIN_SECONDS = 1.0
logger = logging.getLogger("mandorla.bell")

EVERYWHERE = UUID(int=0)
LOOK = UUID(int=1)
RESEAT = UUID(int=2)

Listener = Callable[[UUID, UUID], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Calls `listener(thread, command)` from now on, from any thread of this process, after each commit.

    Instead of a command: LOOK when another process wrote, RESEAT when everyone's place must be taken anew.
    EVERYWHERE stands for all rooms.
    """
    _listeners.append(listener)
    if connection.vendor == "postgresql" and not _distant.is_alive():
        _distant.start()


def unlisten(listener: Listener) -> None:
    """Stops calling `listener`."""
    _listeners.remove(listener)


def ring(thread: UUID, command: UUID) -> None:
    """Something was committed in this room."""
    for listener in _listeners:
        listener(thread, command)


def ring_afar(cursor: Any, thread: UUID, note: UUID = LOOK) -> None:
    """Has the database tell other processes when this transaction commits."""
    if connection.vendor == "postgresql":
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{PROCESS}:{thread.hex}:{note.hex}"])


def reseat(thread: UUID) -> None:
    """Everyone's place in this room is taken anew, in every process, once this transaction has committed."""
    with connection.cursor() as cursor:
        ring_afar(cursor, thread, RESEAT)
    transaction.on_commit(partial(ring, thread, RESEAT))


def _hear_others() -> None:
    """Listens for ever; after a broken connection everybody looks again, so nothing is missed."""
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            ring(EVERYWHERE, LOOK)
            for heard in connection.connection.notifies():
                process, thread, note = heard.payload.split(":")
                if process != PROCESS:
                    ring(UUID(thread), UUID(note))
        except Exception as problem:  # noqa: BLE001  # the bell must not fall silent
            logger.warning("bell lost its line: %s", type(problem).__name__)
            connection.close()
            time.sleep(AGAIN_SECONDS)


_distant = threading.Thread(target=_hear_others, name="bell", daemon=True)
