"""What falls due for whom: written where it comes about, in the same transaction, and taken out when it no longer does.

Only people who asked to be told have rows. To write costs the same whether or not somebody asked.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from mandorla.notices.core import Change, Due, minute
from mandorla.notices.models import DueRow, Wish
from mandorla.notices.services.signals import renewed
from mandorla.vault.services import KeyRing

GRACE = timedelta(minutes=2)  # who is just changing pages, or comes by themselves, needs no notice
WAITS = ("waiting", "told")
OF_TIMES = ("time", "near")


def write(change: Change, now: datetime) -> None:
    """Stores what a step changes. Call inside the transaction that writes the step."""
    people = change.waits | {due.person for due in change.comes | change.goes}
    wishes = {wish.person: wish for wish in Wish.objects.filter(person__in=people).only("waiting", "lead", "feed")}
    for due in change.goes:
        if due.person in wishes:
            _take_out(wishes[due.person], due)
    rows = [DueRow(person=one, kind="waiting", minute=minute(now + GRACE)) for one in change.waits & wishes.keys()]
    rows = [row for row in rows if wishes[row.person].waiting]
    for due in change.comes:
        if due.person in wishes:
            rows += _rows(wishes[due.person], due, now)
    if rows:
        DueRow.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def renew_times(ring: KeyRing) -> None:
    """Writes down the times this person has agreed on, as far as they wish to be told of them now."""
    DueRow.objects.filter(person=ring.person, kind__in=OF_TIMES).delete()
    wish = Wish.objects.filter(person=ring.person).first()
    if wish is None:
        return
    if not wish.waiting:
        DueRow.objects.filter(person=ring.person).exclude(kind__in=OF_TIMES).delete()
    if not (wish.lead or wish.feed):
        return
    now = timezone.now()
    answers: list[tuple[Any, Any]] = renewed.send(Wish, ring=ring)
    found = [Due("time", ring.person, at) for _, times in answers for at in times]
    rows = [row for due in found for row in _rows(wish, due, now)]
    DueRow.objects.bulk_create(rows)


def _rows(wish: Wish, due: Due, now: datetime) -> list[DueRow]:
    if due.kind == "again":
        return [DueRow(person=wish.person, kind="again", minute=minute(due.at))] if wish.waiting else []
    rows = [DueRow(person=wish.person, kind="time", minute=minute(due.at))] if wish.lead or wish.feed else []
    if wish.lead and minute(due.at) - wish.lead > minute(now):
        rows.append(DueRow(person=wish.person, kind="near", minute=minute(due.at) - wish.lead))
    return rows


def _take_out(wish: Wish, due: Due) -> None:
    """One row of each kind: another dialogue may have the same minute."""
    _one(wish.person, due.kind, minute(due.at))
    if due.kind == "time" and wish.lead:
        _one(wish.person, "near", minute(due.at) - wish.lead)


def _one(person: UUID, kind: str, at: int) -> None:
    row = DueRow.objects.filter(person=person, kind=kind, minute=at).first()
    if row:
        row.delete()
