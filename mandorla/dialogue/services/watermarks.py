"""How far someone has read: kept in their own space, so that a log put back to an older state is noticed."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from mandorla.dialogue.models import Event
from mandorla.dialogue.services import rooms
from mandorla.dialogue.services.rooms import Seat
from mandorla.spaces import services as spaces
from mandorla.vault.services import KeyRing

KIND = "watermark"


def has_gone_back(ring: KeyRing, seat: Seat) -> bool:
    """Whether the log lacks, or tells otherwise, what this person has seen of it; else notes how far it is now."""
    state = rooms.room_of(seat).shown.state
    record = spaces.only(seat.thread, KIND, ring.person)
    mark = spaces.item_of(ring, ring.personal, KIND, record=record)
    if mark and not mark.broken and not _holds(seat.thread, mark.value, state.seq, state.prev):
        return True
    if mark is None or mark.broken or mark.value["seq"] < state.seq:
        with suppress(DatabaseError):  # a full disk or a busy writer must not keep anyone from reading
            spaces.put(ring, ring.personal, KIND, {"seq": state.seq, "digest": state.prev}, record=record)
    return False


def _holds(thread: UUID, mark: dict[str, Any], seq: int, digest: str) -> bool:
    if mark["seq"] == seq:
        return bool(mark["digest"] == digest)
    found = Event.objects.filter(thread=thread, seq=mark["seq"]).values_list("digest", flat=True).first()
    return found is not None and bool(bytes(found).hex() == mark["digest"])
