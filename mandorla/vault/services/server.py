"""What the server must read while its owner is away, such as where a notice goes: sealed under a secret of the server.

Whoever has the database alone reads nothing of it; whoever has the server's secrets too, does. Never for what people
write to each other.
"""

from typing import Any
from uuid import UUID

from django.conf import settings

from mandorla.vault import core
from mandorla.vault.core import Envelope, Place


def seal_for_server(value: dict[str, Any], *, type: str, record: UUID) -> Envelope:
    """Closes a value that only this server may open."""
    return core.seal(_key(type), core.pack(value), epoch=1, at=_place(type, record))


def open_for_server(envelope: Envelope, *, type: str, record: UUID) -> dict[str, Any]:
    """The value; `Sealed` anywhere but on the server that closed it."""
    return core.unpack(core.open(_key(type), envelope, at=_place(type, record)))


def server_digest(type: str, told: str) -> bytes:
    """A digest under the server's secret: the same for the same, and nothing to try guesses on without the server."""
    return core.hkdf(_key(type), core.label("digest", told.encode()))


def _key(type: str) -> bytes:
    return core.hkdf(bytes.fromhex(settings.SERVER_KEY), core.label("server", type.encode()))


def _place(type: str, record: UUID) -> Place:
    return Place(core.NOBODY, type, record.bytes, "server", core.NOBODY, 1)
