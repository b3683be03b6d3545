"""Sends what is due. It holds no key of anybody, so all it knows is who, when, and which of two sentences.

Any number of processes may do it at once: whoever moves a row's next try on is the one who sends.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import close_old_connections, transaction
from django.db.models import F
from django.utils import timezone

from mandorla.accounts import services as accounts
from mandorla.notices.core import Wishes, minute
from mandorla.notices.models import Device, DueRow
from mandorla.notices.services.mail import mail
from mandorla.notices.services.push import Gone, push
from mandorla.notices.services.wishes import DEVICE, wishes_of
from mandorla.vault.core import Sealed
from mandorla.vault.services import open_for_server, was_here

log = logging.getLogger("mandorla.notices")
SENT = ("waiting", "again", "near")
EVERY_SECONDS = 20.0
HERE_MINUTES = 2
LEASE_MINUTES = 5  # longer than all tries to reach one person take
TRIES_MAX = 8
AT_ONCE = 500


def send_due(now: datetime | None = None) -> int:
    """Sends everything that is due, one notice a person, and returns how many people were told."""
    now = now or timezone.now()
    ripe = DueRow.objects.filter(kind__in=SENT, minute__lte=minute(now), after__lte=minute(now))
    ripe.filter(tries__gte=TRIES_MAX).delete()
    people = list(ripe.order_by("person").values_list("person", flat=True).distinct()[:AT_ONCE])
    told = 0
    for person in people:
        try:
            told += _tell(person, list(ripe.filter(person=person)), now)
        except Exception as problem:  # noqa: BLE001  # what is wrong with one person's keeps nobody else's
            log.warning("notice: %s", type(problem).__name__)
            ripe.filter(person=person).update(after=minute(now) + LEASE_MINUTES, tries=F("tries") + 1)
    DueRow.objects.filter(kind="time", minute__lt=minute(now)).delete()
    return told


def _tell(person: UUID, rows: list[DueRow], now: datetime) -> bool:
    wishes = wishes_of(person)
    if wishes is None or not accounts.is_open(person):
        _drop(rows)
        return False
    rows = _still_ahead(rows, wishes, now)
    wait = _waits_until(person, wishes, now)
    if not rows or wait:
        _put_off(rows, minute(wait or now))
        return False
    if not _claimed(rows, now):
        return False
    if _sent(person, "near" if any(row.kind == "near" for row in rows) else "waiting", wishes):
        _settle(rows)
        return True
    for row in rows:
        DueRow.objects.filter(pk=row.pk).update(after=minute(now) + 2**row.tries)
    return False


def _still_ahead(rows: list[DueRow], wishes: Wishes, now: datetime) -> list[DueRow]:
    """Without reminders of times that have come meanwhile, or will before anybody may be told."""
    by = minute(wishes.silent_until(now) or now)
    late = [row for row in rows if row.kind == "near" and row.minute + wishes.lead <= by]
    _drop(late)
    return [row for row in rows if row not in late]


def _waits_until(person: UUID, wishes: Wishes, now: datetime) -> datetime | None:
    """Quiet hours, or that they are here just now and see for themselves."""
    if until := wishes.silent_until(now):
        return until
    return now + timedelta(minutes=HERE_MINUTES) if was_here(person, minutes=HERE_MINUTES) else None


def _claimed(rows: Sequence[DueRow], now: datetime) -> bool:
    """Whether these rows are this process's to send."""
    with transaction.atomic():
        for row in rows:
            mine = DueRow.objects.filter(pk=row.pk, after=row.after, tries=row.tries)
            if not mine.update(after=minute(now) + LEASE_MINUTES, tries=row.tries + 1):
                transaction.set_rollback(True)
                return False
    return True


def _sent(person: UUID, kind: str, wishes: Wishes) -> bool:
    """By every way they chose; whether any worked."""
    ways = [mail(wishes.mail, kind, wishes.language)] if wishes.mail else []
    for device in Device.objects.filter(person=person):
        try:
            where = open_for_server(device.envelope, type=DEVICE, record=device.id)
            ways.append(push(where["endpoint"], where["p256dh"], where["auth"], kind, wishes.language))
        except (Gone, Sealed):
            device.delete()
    return any(ways)


def _settle(rows: Sequence[DueRow]) -> None:
    """What waits is told once, until they have been here."""
    DueRow.objects.filter(pk__in=[row.pk for row in rows], kind="waiting").update(kind="told")
    _drop([row for row in rows if row.kind != "waiting"])


def _put_off(rows: Sequence[DueRow], until: int) -> None:
    DueRow.objects.filter(pk__in=[row.pk for row in rows]).update(after=until)


def _drop(rows: Sequence[DueRow]) -> None:
    DueRow.objects.filter(pk__in=[row.pk for row in rows]).delete()


class Sender:
    """The thread that sends for as long as a process serves."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="notices", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def stop(self) -> None:
        """No further round; one that runs is not waited for."""
        self._over.set()

    def _go_on(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            try:
                close_old_connections()
                send_due()
            except Exception as problem:  # noqa: BLE001  # whatever fails, the next round may not, and nothing else stops
                log.warning("sender: %s", type(problem).__name__)
