"""Counts wrong tries and makes the next one wait. Who tried is a digest under a key of the day; old days are deleted.

Every try counts as wrong from its start until it is forgiven, so that many at once gain nothing.
"""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandorla.accounts.core import RULES, Rule, one_more, wait_after
from mandorla.accounts.models import Throttle
from mandorla.vault.core import Busy, Refused, Sealed, hkdf, label


@contextmanager
def right_try(kind: str, **who: str) -> Iterator[None]:
    """Around one try of this kind: wrong if it ends with `Sealed` or `Refused`; if it ends well, forgiven.

    `who` names the counters in `RULES`: what stands for the pair, the account, the address. `Refused` as wait (fact
    `seconds`) if it comes too soon after wrong ones, as wrong if it was `Sealed`.
    """
    now = _now()
    digests = {by: _digest(now, kind, by, who[by]) for by in RULES[kind]}
    _begin(digests, RULES[kind], now)
    try:
        yield
    except Sealed:
        raise Refused("wrong") from None
    except Busy:  # nobody looked at it
        for digest in digests.values():
            _take_back(digest)
        raise
    _forgive(digests)


def _begin(digests: Mapping[str, bytes], rules: Mapping[str, Rule], now: datetime) -> None:
    with transaction.atomic():
        Throttle.objects.filter(day__lt=now.date()).delete()
        rows = [(_row(digests[by], now), rule) for by, rule in rules.items()]
        wait = max(row.until for row, _ in rows) - now
        if wait > timedelta(0):
            raise Refused("wait", seconds=-(-wait // timedelta(seconds=1)))
        for row, rule in rows:
            _count(row, rule, now)


def _forgive(digests: Mapping[str, bytes]) -> None:
    """What was counted for the person is forgotten; for the address only this one try."""
    with transaction.atomic():
        for by, digest in digests.items():
            if by == "address":
                _take_back(digest)
            else:
                Throttle.objects.filter(digest=digest).delete()


def _row(digest: bytes, now: datetime) -> Throttle:
    fresh = {"tries": 0, "until": now, "day": now.date()}
    return Throttle.objects.select_for_update().get_or_create(digest=digest, defaults=fresh)[0]


def _count(row: Throttle, rule: Rule, now: datetime) -> None:
    row.tries = one_more(row.tries, row.until, rule, now)
    row.until = now + wait_after(row.tries, rule)
    row.save()


@transaction.atomic
def _take_back(digest: bytes) -> None:
    row = Throttle.objects.select_for_update().filter(digest=digest).first()
    if row is not None and row.tries > 0:
        row.tries -= 1
        row.until = _now()
        row.save()


def _digest(now: datetime, kind: str, by: str, who: str) -> bytes:
    key = hkdf(settings.SECRET_KEY.encode(), label("throttle", now.date().isoformat().encode()))
    return hmac.digest(key, label(kind, by.encode(), who.encode()), "sha256")


def _now() -> datetime:
    return timezone.now()
