"""What somebody asks to be told, and where: chosen, changed and taken back by themselves alone."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mandorla.notices.core import Wishes, asked_for, minute, proved
from mandorla.notices.models import Device, DueRow, Wish
from mandorla.notices.services.dues import WAITS, renew_times
from mandorla.notices.services.mail import send_code
from mandorla.notices.services.push import is_known_service
from mandorla.vault.core import Envelope, Refused, for_browser, label, public_half
from mandorla.vault.services import KeyRing, open_for_server, seal_for_server, server_digest

WISHES, DEVICE = "wishes", "device"
DEVICES_MAX = 10
ENDPOINT_MAX = 1000
CODE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class View:
    """Everything about one person's notices, for their own eyes. `by_mail`: whether this site can send any."""

    wishes: Wishes
    devices: int
    feed: bool
    by_mail: bool
    push_key: str


def mine(person: UUID) -> View:
    """What this person chose."""
    row = Wish.objects.filter(person=person).first()
    return View(
        wishes=_opened(row) if row else Wishes(),
        devices=Device.objects.filter(person=person).count(),
        feed=bool(row and row.feed),
        by_mail=bool(settings.EMAIL_HOST),
        push_key=public_half(settings.VAPID_KEY) if settings.PUSH_SERVICES else "",
    )


def choose(ring: KeyRing, wishes: Wishes) -> None:
    """From now on I wish this; where notices go stays as it was."""
    _change(ring, lambda before: replace(wishes, **_where(before)))


def send_to(ring: KeyRing, address: str) -> None:
    """Sends a code to an address, to be typed here. Refused: "codes" (too many today), "unsent"."""
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    now = minute(timezone.now())
    asked = _change(ring, lambda before: asked_for(before, address, code, now=now))
    send_code(address, code, asked.language)


def prove(ring: KeyRing, code: str) -> None:
    """Notices go to the address from now on, if this is the code that was sent there. Refused: "wrong"."""
    now = minute(timezone.now())
    if _change(ring, lambda before: proved(before, code, now=now)).unproved:
        raise Refused("wrong")


def no_mail(ring: KeyRing) -> None:
    """No notice goes to any address, and none is kept."""
    _change(ring, lambda before: replace(before, mail="", unproved="", code="", tries=0))


def show_on(ring: KeyRing, endpoint: str, p256dh: str, auth: str) -> None:
    """Notices are shown by this browser too. Refused: "service" (none we may speak to), "keys", "devices"."""
    if len(endpoint) > ENDPOINT_MAX or not is_known_service(endpoint):
        raise Refused("service")
    for_browser(b"", p256dh, auth)
    place = device_id(endpoint)
    envelope = seal_for_server({"endpoint": endpoint, "p256dh": p256dh, "auth": auth}, type=DEVICE, record=place)
    with transaction.atomic():
        if Device.objects.filter(person=ring.person).exclude(id=place).count() >= DEVICES_MAX:
            raise Refused("devices")
        Device.objects.update_or_create(id=place, defaults={"person": ring.person, "envelope": envelope})
        _change(ring, lambda before: before)


def no_device(ring: KeyRing, endpoint: str = "") -> None:
    """This browser, or every one of mine, shows no notice any more."""
    found = Device.objects.filter(person=ring.person)
    with transaction.atomic():
        (found.filter(id=device_id(endpoint)) if endpoint else found).delete()
        _change(ring, lambda before: before)


def make_feed(ring: KeyRing) -> str:
    """The secret end of a new calendar address; one made before opens nothing any more. It is stored nowhere."""
    secret = secrets.token_hex(16)
    _change(ring, lambda before: before, feed=feed_digest(secret))
    return secret


def no_feed(ring: KeyRing) -> None:
    """My calendar address opens nothing any more."""
    _change(ring, lambda before: before, feed=None)


def seen(person: UUID, zone: str = "") -> str:
    """They are here: what waited is seen. `zone` is where their browser is. Returns the zone they chose, if any."""
    row = Wish.objects.filter(person=person).first()
    if row is None:
        return ""
    if row.waiting:
        DueRow.objects.filter(person=person, kind__in=WAITS).delete()
    wishes = _opened(row)
    if wishes.follows and zone not in ("", wishes.zone):
        _follow(person, zone)
    return "" if wishes.follows else wishes.zone


@transaction.atomic
def _follow(person: UUID, zone: str) -> None:
    """Read anew under the lock: what was changed on another page meanwhile stays."""
    row = Wish.objects.select_for_update().filter(person=person).first()
    if row and (wishes := _opened(row)).follows:
        row.envelope = _sealed(person, replace(wishes, zone=zone))
        row.save(update_fields=["envelope"])


def wishes_of(person: UUID) -> Wishes | None:
    """What somebody who is away chose, for the one who sends."""
    row = Wish.objects.filter(person=person).first()
    return _opened(row) if row else None


def owner_of(secret: str) -> Wish | None:
    """Whose calendar address ends so."""
    return Wish.objects.filter(feed=feed_digest(secret)).first()


def feed_digest(secret: str) -> bytes:
    """What is stored of a calendar address."""
    return hashlib.sha256(label("feed", secret.encode())).digest()


def device_id(endpoint: str) -> UUID:
    """The number of a browser."""
    return UUID(bytes=server_digest(DEVICE, endpoint)[:16])


def _change(ring: KeyRing, act: Callable[[Wishes], Wishes], **stored: bytes | None) -> Wishes:
    """Stores what `act` makes of this person's wishes, and writes down anew what falls due if that is other now."""
    with transaction.atomic():
        row = Wish.objects.select_for_update().filter(person=ring.person).first()
        before = _opened(row) if row else Wishes()
        wishes = act(before)
        reachable = bool(wishes.mail) or Device.objects.filter(person=ring.person).exists()
        feed = stored.get("feed", row.feed if row else None)
        now = Wish(
            person=ring.person,
            waiting=wishes.waiting and reachable,
            lead=wishes.lead if reachable else 0,
            feed=feed,
            envelope=_sealed(ring.person, wishes),
        )
        if wishes == Wishes(zone=wishes.zone, language=wishes.language) and not feed and not reachable:
            Wish.objects.filter(person=ring.person).delete()  # who takes everything back is as who never asked
        else:
            now.save(force_insert=row is None, force_update=row is not None)
        if row is None or _asks(row) != _asks(now):
            renew_times(ring)
        return wishes


def _asks(row: Wish) -> tuple[bool, int, bool]:
    return row.waiting, row.lead, bool(row.feed)


def _where(before: Wishes) -> dict[str, Any]:
    return {name: getattr(before, name) for name in ("mail", "unproved", "code", "tries", "asked_at")}


def _opened(row: Wish) -> Wishes:
    return Wishes.unpacked(open_for_server(row.envelope, type=WISHES, record=row.person))


def _sealed(person: UUID, wishes: Wishes) -> Envelope:
    return seal_for_server(wishes.packed(), type=WISHES, record=person)
