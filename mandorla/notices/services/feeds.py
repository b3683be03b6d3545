"""The calendar that somebody's own program looks at: when, and nothing else. Whoever has its address reads it."""

from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext

from mandorla.accounts import services as accounts
from mandorla.notices.core import event, feed, minute
from mandorla.notices.models import DueRow
from mandorla.notices.services.wishes import owner_of, wishes_of
from mandorla.vault.core import NotYours
from mandorla.vault.services import server_digest


def feed_at(secret: str) -> bytes:
    """The times ahead of whoever made this address. `NotYours` alike for one that never was and one taken back."""
    owner = owner_of(secret)
    wishes = wishes_of(owner.person) if owner else None
    if owner is None or wishes is None or not accounts.is_open(owner.person):
        raise NotYours
    now = timezone.now()
    ahead = DueRow.objects.filter(person=owner.person, kind="time", minute__gte=minute(now))
    times = sorted(set(ahead.values_list("minute", flat=True)))
    with translation.override(wishes.language):
        words = gettext("Time together")
    return feed(event(_uid(secret, at), datetime.fromtimestamp(at * 60, UTC), words, now=now) for at in times)


def _uid(secret: str, at: int) -> UUID:
    """The same event each time it is looked at, and one that no other address shares."""
    return UUID(bytes=server_digest("feed", f"{secret} {at}")[:16])
