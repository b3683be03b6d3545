"""Rests: a while in which no demanding dialogue begins in a space. Anyone may set one; whose wish it was is nowhere."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from mandorla.dialogue.models import Thread
from mandorla.dialogue.services import bell
from mandorla.spaces import services as spaces
from mandorla.spaces.core import ItemView
from mandorla.vault.core import Refused
from mandorla.vault.services import KeyRing

REST_DAYS = (1, 3, 7, 14)


def rest(ring: KeyRing, space: UUID, days: int) -> None:
    """Lets the dialogues of this space rest; a longer rest already there stays. Nobody is named, no reason asked."""
    if days not in REST_DAYS:
        raise Refused("rest_length")
    until = timezone.now() + timedelta(days=days)
    with transaction.atomic():
        spaces.current(ring, space)
        before = rests_until(ring, space)
        record = spaces.only(space, "rest", space)
        spaces.put(ring, space, "rest", {"until": max(until, before or until).isoformat()}, author=space, record=record)
        for thread in Thread.objects.filter(space=space).values_list("id", flat=True):
            bell.reseat(thread)  # an open seat knows only the rests there were when it was taken


def rests_of(ring: KeyRing, open_spaces: Iterable[UUID]) -> dict[UUID, datetime]:
    """Where dialogues rest, of these spaces, and until when."""
    records = {spaces.only(space, "rest", space): space for space in open_spaces}
    found = spaces.items_by_id(ring, records.values(), "rest", records)
    return {records[id]: until for id, item in found.items() if (until := _until(item))}


def rests_until(ring: KeyRing, space: UUID) -> datetime | None:
    """Until when dialogues rest here, if they do."""
    item = spaces.item_of(ring, space, "rest", record=spaces.only(space, "rest", space))
    return _until(item) if item else None


def _until(item: ItemView) -> datetime | None:
    until = None if item.broken else datetime.fromisoformat(item.value["until"])
    return until if until and until > timezone.now() else None
