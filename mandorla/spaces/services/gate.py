"""Who may write into a space now, and under which epoch."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from mandorla.spaces.core import GUIDE
from mandorla.spaces.models import Member, PendingGrant, Space
from mandorla.spaces.services.answers import arrivals
from mandorla.spaces.services.standings import goes_back, note_down, notes_of
from mandorla.vault.core import Busy, NotYours, Refused
from mandorla.vault.services import DROP_GRANTED_SQL, GRANTED_SQL, KeyRing, rotate

ROTATE_DAYS = 90
MAY_WRITE_SQL = " ".join(
    (
        "SELECT s.closed, s.epoch, s.rotate_due FROM spaces_space s JOIN spaces_member m ON m.space_id = s.id",
        "WHERE s.id = %s AND m.person_id = %s AND m.until IS NULL AND (m.role <> 'guide' OR",
        GRANTED_SQL + ")",
    )
)


def current(ring: KeyRing, space: UUID, *, alone: bool = False) -> int:
    """The epoch to write under, rotated first when due. Call inside the transaction that writes: it locks the space.

    `NotYours`; Refused: "closed", "waiting" (unless `alone`: before anybody came), "doubtful", "arriving" (a new key is
    due, and somebody who came in is not confirmed yet), "epoch"; `Busy` if someone else rotated just now. A personal
    space is always open to its owner.
    """
    if space == ring.personal:
        return ring.epoch(space)
    row = Space.objects.select_for_update().filter(pk=space).first()
    listed = list(Member.objects.filter(space=space).order_by("person"))
    people = [one.person_id for one in listed if one.until is None and one.role != GUIDE]
    if row is None or ring.person not in people:
        raise NotYours
    if row.closed:
        raise Refused("closed")
    if len(people) == 1 and not alone:
        raise Refused("waiting")
    found = arrivals(ring, space, listed)
    if found.doubtful:
        raise Refused("doubtful")
    if ring.epoch(space) < row.epoch:  # somebody else rotated meanwhile: the next request has their grant
        raise Busy
    if goes_back(ring, row, notes_of(ring, [space])):
        raise Refused("doubtful")
    if is_due(row):
        if found.people.intersection(people):
            raise Refused("arriving")
        guests = [one.person_id for one in listed if one.until is None and one.role == GUIDE]
        row.epoch, row.rotate_due = rotate(ring, space, people, guests), next_rotation()
        row.save(update_fields=["epoch", "rotate_due"])
        PendingGrant.objects.filter(space=row).delete()  # they open older keys only
        note_down(ring, row)
    if ring.epoch(space) > row.epoch:
        raise Refused("epoch")
    return row.epoch


def may_write(cursor: Any, space: UUID, person: UUID, epoch: int, thread: UUID) -> None:
    """Looks once more, in the transaction that writes with keys taken earlier. For the writer, which has no ring.

    `NotYours` for who is no member (any more), or a guest whom not everyone lets into this dialogue (any more);
    Refused: "closed", "epoch" (take the keys anew, after making new ones if they are due).
    """
    if connection.vendor == "postgresql":
        cursor.execute(f"{MAY_WRITE_SQL} FOR SHARE OF s", [space, person, space, person, thread, space])
    else:
        cursor.execute(MAY_WRITE_SQL, [one.hex for one in (space, person, space, person, thread, space)])
    row = cursor.fetchone()
    if row is None:
        raise NotYours
    if row[0]:
        raise Refused("closed")
    if row[1] != epoch or str(row[2]) <= str(timezone.now().date()):
        raise Refused("epoch")


def shut_out_of(cursor: Any, space: UUID, thread: UUID, guest: UUID) -> None:
    """Takes every key of one dialogue from a guest, in the transaction that writes down that they go.

    The next word in the space is sealed under a new key.
    """
    ids = [space, guest, thread] if connection.vendor == "postgresql" else [space.hex, guest.hex, thread.hex]
    cursor.execute(DROP_GRANTED_SQL, ids)
    if cursor.rowcount:
        cursor.execute(
            "UPDATE spaces_space SET rotate_due = %s WHERE id = %s", [timezone.now().date().isoformat(), ids[0]]
        )


def is_due(space: Space) -> bool:
    """Whether a new key is made before the next word."""
    return space.rotate_due <= timezone.now().date()


def memberships(person: UUID) -> QuerySet[Member]:
    """Where someone is a member now: guests are not."""
    return Member.objects.filter(person=person, until=None).exclude(role=GUIDE)


def members_of(space: UUID) -> list[UUID]:
    """The people who share a space now; guests do not."""
    here = Member.objects.filter(space=space, until=None).exclude(role=GUIDE)
    return list(here.order_by("person").values_list("person", flat=True))


def next_rotation() -> date:
    """The day on which a key given today is due to be replaced."""
    return timezone.now().date() + timedelta(days=ROTATE_DAYS)
