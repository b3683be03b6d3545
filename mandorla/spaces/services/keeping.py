"""Sealed things in a space: put there, read, dropped. In a personal space it is the same, with `ring.personal`."""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from mandorla.spaces.core import ItemView
from mandorla.spaces.models import Item, Member
from mandorla.spaces.services.gate import current
from mandorla.vault.core import Busy, NotYours, Sealed, label, new_id
from mandorla.vault.services import KeyRing

TRIES = 3


def put(  # noqa: PLR0913  # where, what kind, what, whose, which: none has a default that is safe
    ring: KeyRing,
    space: UUID,
    type: str,
    value: dict[str, Any],
    *,
    author: UUID | None = None,
    record: UUID | None = None,
) -> UUID:
    """Seals a value into a space and returns its id; with `record`, that item is written anew or made under that id.

    `space` may be `ring.personal`. `author` is I, or the space's own id for what nobody in particular did.
    Refuses what `current` refuses.
    """
    with transaction.atomic():
        current(ring, space)
        return write(ring, space, type, value, author=author, record=record)


def write(  # noqa: PLR0913  # as put
    ring: KeyRing,
    space: UUID,
    type: str,
    value: dict[str, Any],
    *,
    author: UUID | None = None,
    record: UUID | None = None,
) -> UUID:
    """As `put`, after the gate: for what is written while a space is being made. The last of several writers stays."""
    who, record = author or ring.person, record or new_id()
    if who not in (ring.person, space):
        raise NotYours
    for _ in range(TRIES):
        before = _locked(record)
        if before and (before.space, before.type, before.author) != (space, type, who):
            raise NotYours
        revision = before.revision + 1 if before else 1
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


def drop(ring: KeyRing, space: UUID, type: str, *, records: Iterable[UUID] | None = None) -> int:
    """Deletes items of a type that are mine or the space's own, all or those named, and says how many went."""
    rows = _readable(ring, space, type).filter(author__in=[ring.person, space])
    if records is not None:
        rows = rows.filter(pk__in=list(records))
    return rows.delete()[0]


def only(space: UUID, type: str, author: UUID) -> UUID:
    """The id of the one item of its type an author has in a space: for things there is one of, like a name."""
    return UUID(bytes=hashlib.sha256(label("only", space.bytes, type.encode(), author.bytes)).digest()[:16])


def opened(ring: KeyRing, row: Item) -> ItemView:
    """An item with its value, or marked broken if it does not open."""
    try:
        value = ring.open(
            row.envelope, space=row.space, type=row.type, record=row.id, author=row.author, revision=row.revision
        )
    except Sealed:
        return ItemView(row.id, row.author, {}, broken=True)
    return ItemView(row.id, row.author, value)


def _locked(record: UUID) -> Item | None:
    return Item.objects.select_for_update().filter(pk=record).first()


def _is_first(item: Item) -> bool:
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _readable(ring: KeyRing, space: UUID, type: str) -> QuerySet[Item]:
    """Two checks: by rule (a member now) and by key (`NotYours` without one)."""
    ring.epoch(space)
    member = Member.objects.filter(space=OuterRef("space"), person=ring.person, until=None)
    return Item.objects.filter(Q(space=ring.personal) | Exists(member), space=space, type=type)
