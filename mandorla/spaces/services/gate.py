"""Who may write into a space now, and under which epoch."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from mandorla.spaces.models import Member, Space
from mandorla.spaces.services.answers import is_sure
from mandorla.spaces.services.standings import goes_back, note_down, notes_of
from mandorla.vault.core import Busy, NotYours, Refused
from mandorla.vault.services import KeyRing, rotate

ROTATE_DAYS = 90
MAY_WRITE_SQL = (
    "SELECT s.closed, s.epoch FROM spaces_space s JOIN spaces_member m ON m.space_id = s.id"
    " WHERE s.id = %s AND m.person_id = %s AND m.until IS NULL"
)


def current(ring: KeyRing, space: UUID) -> int:
    """The epoch to write under, rotated first when due. Call inside the transaction that writes: it locks the space.

    `NotYours`; Refused: "closed", "waiting", "doubtful", "epoch"; `Busy` if someone else rotated just now.
    A personal space is always open to its owner.
    """
    if space == ring.personal:
        return ring.epoch(space)
    row = Space.objects.select_for_update().filter(pk=space).first()
    people = members_of(space)
    if row is None or ring.person not in people:
        raise NotYours
    if row.closed:
        raise Refused("closed")
    if len(people) == 1:
        raise Refused("waiting")
    if not all(is_sure(ring, space, person) for person in people if person != ring.person):
        raise Refused("doubtful")
    if ring.epoch(space) < row.epoch:  # somebody else rotated meanwhile: the next request has their grant
        raise Busy
    if goes_back(ring, row, notes_of(ring, [space])):
        raise Refused("doubtful")
    if row.rotate_due <= timezone.now().date():
        row.epoch, row.rotate_due = rotate(ring, space, people), next_rotation()
        row.save(update_fields=["epoch", "rotate_due"])
        note_down(ring, row)
    if ring.epoch(space) > row.epoch:
        raise Refused("epoch")
    return row.epoch


def may_write(cursor: Any, space: UUID, person: UUID, epoch: int) -> None:
    """Looks once more, in the transaction that writes with keys taken earlier. For the writer, which has no ring.

    `NotYours` for who is no member (any more); Refused: "closed", "epoch" (take the keys anew).
    """
    if connection.vendor == "postgresql":
        cursor.execute(f"{MAY_WRITE_SQL} FOR SHARE OF s", [space, person])
    else:
        cursor.execute(MAY_WRITE_SQL, [space.hex, person.hex])
    row = cursor.fetchone()
    if row is None:
        raise NotYours
    if row[0]:
        raise Refused("closed")
    if row[1] != epoch:
        raise Refused("epoch")


def members_of(space: UUID) -> list[UUID]:
    """The people who are in a space now."""
    return list(Member.objects.filter(space=space, until=None).order_by("person").values_list("person", flat=True))


def next_rotation() -> date:
    """The day on which a key given today is due to be replaced."""
    return timezone.now().date() + timedelta(days=ROTATE_DAYS)
