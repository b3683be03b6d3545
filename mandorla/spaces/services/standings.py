"""What a person has seen of their spaces, sealed in their own: so that a space put back to an older state is noticed.

Whoever writes into the database could otherwise open a closed space again, for someone who still knows its key.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction

from mandorla.spaces.core import ItemView, Standing
from mandorla.spaces.models import Item, Space
from mandorla.spaces.services.consents import renew
from mandorla.spaces.services.writing import locked, only, opened, write
from mandorla.vault.services import KeyRing, ended, is_noted

KIND = "standing"
Notes = dict[UUID, ItemView]


def notes_of(ring: KeyRing, spaces: Iterable[UUID]) -> Notes:
    """My notes on these spaces, by their own ids."""
    wanted = [_record(ring, space) for space in spaces]
    return {row.id: opened(ring, row) for row in Item.objects.filter(pk__in=wanted, space=ring.personal, type=KIND)}


def goes_back(ring: KeyRing, space: Space, notes: Notes) -> bool:
    """Whether a space contradicts what I have seen of it, or my note of that is gone."""
    return _contradicts(ring, space, notes.get(_record(ring, space.id)))


def keep_up(ring: KeyRing, space: Space, notes: Notes) -> None:
    """While reading: notes what is new, and lets be what cannot be written now."""
    note = notes.get(_record(ring, space.id))
    if _seen(note) != _now(ring, space):
        with suppress(DatabaseError):  # a full disk or a busy writer must not keep anyone from reading
            note_down(ring, space)


@transaction.atomic
def note_down(ring: KeyRing, space: Space, *, first: bool = False, again: Collection[UUID] = ()) -> None:
    """Notes how a space stands, unless that goes back on what was noted; `first` when someone's keys are pinned.

    `again`: whose keys were verified anew just now, after they had left. Under a newer epoch, consents are renewed.
    """
    record = _record(ring, space.id)
    row = locked(record)
    note = opened(ring, row) if row else None
    if (first and row is None) or not _contradicts(ring, space, note, again=again):
        write(ring, ring.personal, KIND, _value(_now(ring, space)), record=record)
        renew(ring, space.id)


def begin_note(ring: KeyRing, space: Space) -> None:
    """Notes how a space stands for who comes in with a code just now: what was seen before they left is past."""
    write(ring, ring.personal, KIND, _value(_now(ring, space)), record=_record(ring, space.id))


def _contradicts(ring: KeyRing, space: Space, note: ItemView | None, *, again: Collection[UUID] = ()) -> bool:
    if note is None:
        return is_noted(ring, space.id)
    seen = _seen(note)
    still = {person: epoch for person, epoch in seen.ended.items() if person not in again}
    return note.broken or _now(ring, space).goes_back_on(replace(seen, ended=still))


def _now(ring: KeyRing, space: Space) -> Standing:
    newest = next(iter(ring.epochs(space.id)), 0)  # a guest may still wait for a key
    return Standing(newest, space.closed, ended(ring, space.id))


def _seen(note: ItemView | None) -> Standing:
    if note is None or note.broken:
        return Standing()
    whose = {UUID(person): epoch for person, epoch in note.value["ended"].items()}
    return Standing(note.value["epoch"], note.value["closed"], whose)


def _value(standing: Standing) -> dict[str, Any]:
    whose = {person.hex: epoch for person, epoch in standing.ended.items()}
    return {"epoch": standing.epoch, "closed": standing.closed, "ended": whose}


def _record(ring: KeyRing, space: UUID) -> UUID:
    return only(space, KIND, ring.person)
