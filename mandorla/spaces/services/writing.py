"""One sealed item: written, found, opened. Below every gate: whoever writes has asked before whether they may."""

import hashlib
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from mandorla.spaces.core import ItemView
from mandorla.spaces.models import Item
from mandorla.vault.core import Busy, Envelope, Moved, NotYours, Sealed, label, new_id
from mandorla.vault.services import KeyRing

TRIES = 3
NAME = "name"


def write(  # noqa: PLR0913  # as `put`
    ring: KeyRing,
    space: UUID,
    type: str,
    value: dict[str, Any],
    *,
    author: UUID | None = None,
    record: UUID | None = None,
    seen: int | None = None,
) -> UUID:
    """As `put`, after the gate: for what is written while a space is being made. The last of several writers stays."""
    who, record = author or ring.person, record or new_id()
    for _ in range(TRIES):
        before = locked(record)
        if before and (before.space, before.type, before.author) != (space, type, who):
            raise NotYours
        head = before.revision if before else 0
        if seen not in (None, head):
            raise Moved(head)
        revision = head + 1
        envelope = ring.seal(value, space=space, type=type, record=record, author=who, revision=revision)
        item = Item(
            id=record, space=space, type=type, author=who, epoch=envelope.epoch, revision=revision, envelope=envelope
        )
        if before:
            item.save(force_update=True)
        elif not _is_first(item):  # somebody wrote it in this very moment: then ours comes after theirs
            continue
        return record
    raise Busy


def lay(space: UUID, type: str, author: UUID, record: UUID, envelope: Envelope) -> None:
    """Keeps what was sealed elsewhere, in place of what lay there."""
    Item.objects.filter(pk=record, space=space, type=type).delete()
    Item(id=record, space=space, type=type, author=author, epoch=envelope.epoch, envelope=envelope).save(
        force_insert=True
    )


def only(space: UUID, type: str, author: UUID) -> UUID:
    """The id of the one item of its type an author has in a space: for things there is one of, like a name."""
    return UUID(bytes=hashlib.sha256(label("only", space.bytes, type.encode(), author.bytes)).digest()[:16])


def locked(record: UUID) -> Item | None:
    """An item's row, which nobody else changes until this transaction ends."""
    return Item.objects.select_for_update().filter(pk=record).first()


def opened(ring: KeyRing, row: Item) -> ItemView:
    """An item with its value, or marked broken if it does not open."""
    try:
        value = ring.open(
            row.envelope, space=row.space, type=row.type, record=row.id, author=row.author, revision=row.revision
        )
    except Sealed:
        return ItemView(row.id, row.author, {}, row.revision, broken=True)
    return ItemView(row.id, row.author, value, row.revision)


def _is_first(item: Item) -> bool:
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError:
        return False
    return True
