"""Sealed things in a space: put there, read, dropped. In a personal space it is the same, with `ring.personal`."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from mandorla.spaces.core import ItemView
from mandorla.spaces.models import Item
from mandorla.spaces.services.gate import current, memberships
from mandorla.spaces.services.writing import opened, write
from mandorla.vault.core import NotYours
from mandorla.vault.services import KeyRing


def put(  # noqa: PLR0913  # where, what kind, what, whose, which: none has a default that is safe
    ring: KeyRing,
    space: UUID,
    type: str,
    value: dict[str, Any],
    *,
    author: UUID | None = None,
    record: UUID | None = None,
    seen: int | None = None,
) -> UUID:
    """Seals a value into a space and returns its id; with `record`, that item is written anew or made under that id.

    `space` may be `ring.personal`. `author` is I, or the space's own id for what nobody in particular did.
    With `seen`, the revision this grew from (0: there was nothing), another one raises Moved and nothing is written.
    Refuses what `current` refuses.
    """
    if author not in (None, ring.person, space):
        raise NotYours
    with transaction.atomic():
        current(ring, space)
        return write(ring, space, type, value, author=author, record=record, seen=seen)


def items(ring: KeyRing, space: UUID, type: str, *, author: UUID | None = None) -> list[ItemView]:
    """What is kept of one type in a space of mine, of everyone or of one author, in the order of ids."""
    rows = _readable(ring, space, type)
    if author:
        rows = rows.filter(author=author)
    return [opened(ring, row) for row in rows.order_by("pk")]


def item_of(ring: KeyRing, space: UUID, type: str, *, record: UUID) -> ItemView | None:
    """One item by its id."""
    row = _readable(ring, space, type).filter(pk=record).first()
    return opened(ring, row) if row else None


def items_by_id(ring: KeyRing, spaces: Iterable[UUID], type: str, records: Iterable[UUID]) -> dict[UUID, ItemView]:
    """These items of several spaces of mine, by their ids, with one look."""
    mine = memberships(ring.person).filter(space=OuterRef("space"))
    held = [space for space in spaces if ring.epochs(space)]
    rows = Item.objects.filter(Exists(mine), space__in=held, type=type, pk__in=list(records))
    return {row.id: opened(ring, row) for row in rows}


def drop(ring: KeyRing, space: UUID, type: str, *, records: Iterable[UUID] | None = None) -> int:
    """Deletes items of a type that are mine or the space's own, all or those named, and says how many went."""
    rows = _readable(ring, space, type).filter(author__in=[ring.person, space])
    if records is not None:
        rows = rows.filter(pk__in=list(records))
    return rows.delete()[0]


def _readable(ring: KeyRing, space: UUID, type: str) -> QuerySet[Item]:
    """Two checks: by rule (a member now) and by key (`NotYours` without one)."""
    ring.epoch(space)
    member = memberships(ring.person).filter(space=OuterRef("space"))
    return Item.objects.filter(Q(space=ring.personal) | Exists(member), space=space, type=type)
