"""Keeping keys open between requests: half in a cookie, half in a row, neither of use alone; and the list of sessions.

Being locked is not being signed out. Times are minutes since 1970 in the row, seconds in the queries.
"""

import base64
import binascii
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase

from mandorla.vault import core
from mandorla.vault.core import Bundle, Locked, Place, Root, Sealed
from mandorla.vault.models import Session, UnlockRow
from mandorla.vault.services.people import Keyed, check, end_sessions, open_keys
from mandorla.vault.services.ring import KeyRing

UNLOCK_CHECK_SQL = (
    "SELECT 1 FROM vault_unlockrow WHERE id = %s AND (last_use + idle_minutes) * 60 > %s AND ends * 60 > %s"
)
"""One row while keys are open. Parameters: `Unlocked.unlock_id`, now, now (whole Unix seconds)."""

UNLOCK_TOUCH_SQL = "UPDATE vault_unlockrow SET last_use = %s WHERE id = %s AND last_use < %s"
"""Marks a use. Parameters: `minute()`, `Unlocked.unlock_id`, `minute()`. At most once a minute is enough."""

SESSION_LABEL = "session"
AGAIN_SECONDS = 1.0
HURRIED_MS = 100


class KeyedRequest(HttpRequest):
    """A request that went through the `Unlock` middleware. For a view declared `@unlocked` the ring is there."""

    ring: KeyRing | None
    unlock: "UnlockRow | None"
    unlock_cookie: str | None
    """To be sent with the response: a new value, "" to take it away, None to leave it."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An open person, for a socket: close the ring once its thread keys are taken."""

    ring: KeyRing
    unlock_id: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class SessionView:
    """One sign-in of a person: `label` is what they called the device, `began` the day."""

    id: UUID
    label: str
    began: date
    here: bool


def unlock(request: HttpRequest, person: Keyed, passphrase: str | Root, *, idle_minutes: int | None = None) -> KeyRing:
    """Open a person's keys and keep them open for this session. `Sealed` if the passphrase is wrong.

    Call after `login`. With the `Root` that `check` gave, the passphrase is not stretched a second time.
    """
    root = check(person, passphrase) if isinstance(passphrase, str) else passphrase
    ring = open_keys(person, root)
    root.close()
    stay_unlocked(request, ring, idle_minutes=idle_minutes)
    return ring


def stay_unlocked(request: HttpRequest, ring: KeyRing, *, idle_minutes: int | None = None) -> None:
    """Keep an open ring open for this session: a new row, a new cookie, a new session id."""
    keyed = _keyed(request)
    if keyed.ring is ring:
        keyed.ring = None  # locking would close the very ring that is to stay open
    lock(request)
    now, key = _now(), core.new_key()
    request.session.cycle_key()
    row = UnlockRow(
        id=core.unlock_id(key),
        session=core.session_id(str(request.session.session_key)),
        person=ring.person,
        last_use=minute(now),
        idle_minutes=_allowed(idle_minutes),
        passphrase_at=minute(now),
        ends=now // 60 + settings.SESSION_HOURS * 60,
    )
    row.envelope = core.seal(key, ring.bundle().written(), epoch=1, at=_place(row))
    _clear_away(now)
    row.save(force_insert=True)
    keyed.ring, keyed.unlock = ring, row
    keyed.unlock_cookie = base64.urlsafe_b64encode(key).decode().rstrip("=")


def lock(request: HttpRequest) -> None:
    """Close the keys of this session, here and on its other open pages. The person stays signed in.

    It never fails: this browser's half of the key is taken away, also where the store cannot let go of its own yet.
    """
    keyed = _keyed(request)
    here = session_here(request)
    if here is not None:
        _forget(here)
    if keyed.ring is not None:
        keyed.ring.close()
    keyed.ring, keyed.unlock, keyed.unlock_cookie = None, None, ""


def step_up(request: HttpRequest, person: Keyed, passphrase: str) -> None:
    """Say the passphrase once more, for what asks for it; unlocks if locked. `Sealed` if it is wrong."""
    keyed = _keyed(request)
    if keyed.unlock is None:
        unlock(request, person, passphrase)
        return
    check(person, passphrase).close()
    request.session.cycle_key()
    keyed.unlock.passphrase_at = minute()
    UnlockRow.objects.filter(id=keyed.unlock.id).update(passphrase_at=keyed.unlock.passphrase_at)


def is_stepped_up(request: HttpRequest, minutes: int) -> bool:
    """Whether the passphrase was said within the last so many minutes."""
    row = _keyed(request).unlock
    return row is not None and (row.passphrase_at + minutes) * 60 > _now()


def shorten_idle(request: HttpRequest, minutes: int) -> None:
    """Lock this session sooner than the server would; longer is not possible."""
    row = _keyed(request).unlock
    if row is None:
        raise Locked
    row.idle_minutes = _allowed(minutes)
    UnlockRow.objects.filter(id=row.id).update(idle_minutes=row.idle_minutes)


def open_request(request: HttpRequest) -> None:
    """Give a request its ring if its cookies open one, and mark the use; a row that ran out is deleted.

    A browser that looks by itself for a newer worker opens nothing: nobody is there.
    """
    keyed = _keyed(request)
    keyed.ring, keyed.unlock, keyed.unlock_cookie = None, None, None
    cookie = request.COOKIES.get(settings.UNLOCK_COOKIE_NAME)
    if not cookie or request.headers.get("Service-Worker") == "script":
        return
    found = _find(request, cookie)
    if found is None:
        keyed.unlock_cookie = ""
        return
    keyed.ring, keyed.unlock = found
    if keyed.unlock.last_use < minute():
        with suppress(DatabaseError), hurried():  # a full disk or a busy writer must not keep anyone from reading
            touch(keyed.unlock.id.hex)


def finish_request(request: HttpRequest, response: HttpResponseBase) -> None:
    """Send or take away the unlock cookie."""
    value = _keyed(request).unlock_cookie
    if value:
        response.set_cookie(
            settings.UNLOCK_COOKIE_NAME, value, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict"
        )
    elif value == "" and settings.UNLOCK_COOKIE_NAME in request.COOKIES:
        response.delete_cookie(settings.UNLOCK_COOKIE_NAME, samesite="Strict")


def unlocked_from_cookies(cookies: Mapping[str, str]) -> Unlocked | None:
    """An open person from the cookies of a handshake, or None if signed out, locked or idle too long. Reads tables."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request = HttpRequest()
    request.COOKIES = dict(cookies)
    request.session = store(cookies.get(settings.SESSION_COOKIE_NAME))
    request.user = auth.get_user(request)
    open_request(request)
    keyed = _keyed(request)
    if keyed.ring is None or keyed.unlock is None:
        return None
    return Unlocked(keyed.ring, keyed.unlock.id.hex, datetime.fromtimestamp(keyed.unlock.ends * 60, UTC))


@contextmanager
def hurried() -> Iterator[None]:
    """Writes that nobody waits for: they give up at once where somebody else is writing, instead of after seconds."""
    if connection.vendor != "sqlite":  # others lock rows, and these have one writer
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={HURRIED_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout={connection.settings_dict['OPTIONS']['timeout'] * 1000}")


def touch(unlock_id: str) -> None:
    """Mark that an open session is in use."""
    now = minute()
    UnlockRow.objects.filter(id=UUID(hex=unlock_id), last_use__lt=now).update(last_use=now)


def unlocked_among(ids: Iterable[UUID]) -> set[UUID]:
    """Which of these unlock rows still hold keys open: one query for all of a server's sockets."""
    return {row.id for row in UnlockRow.objects.filter(id__in=list(ids)).defer("envelope") if _is_alive(row)}


def was_here(person: UUID, *, minutes: int) -> bool:
    """Whether somebody used this site, unlocked, within the last so many minutes."""
    return UnlockRow.objects.filter(person=person, last_use__gte=minute() - minutes).exists()


def minute(seconds: int | None = None) -> int:
    """The nearest whole minute since 1970, so that the idle lock falls within 30 seconds of its time."""
    return ((_now() if seconds is None else seconds) + 30) // 60


def session_here(request: HttpRequest) -> UUID | None:
    """The id of this request's session, as the table knows it; None before there is one."""
    key = request.session.session_key
    return None if key is None else core.session_id(key)


def sessions_of(request: HttpRequest) -> list[SessionView]:
    """Where this person is signed in, newest first; `Locked` unless unlocked."""
    ring = _ring(request)
    here = session_here(request)
    rows = Session.objects.filter(person=ring.person, expires__gt=datetime.now(UTC)).order_by("-began", "id")
    return [SessionView(row.id, _label(ring, row), row.began, row.id == here) for row in rows]


def name_session(request: HttpRequest, label: str) -> None:
    """Call this device something; only its owner can read it."""
    ring = _ring(request)
    sealed = ring.seal({"label": label}, space=ring.personal, type=SESSION_LABEL, record=ring.person)
    Session.objects.filter(id=core.session_id(str(request.session.session_key))).update(label=sealed)


def end_session(request: HttpRequest, session: UUID) -> None:
    """Sign out another device of one's own; nothing happens for an id that is not one's own."""
    ring = _ring(request)
    Session.objects.filter(id=session, person=ring.person).delete()
    UnlockRow.objects.filter(session=session, person=ring.person).delete()


def end_other_sessions(request: HttpRequest) -> None:
    """Sign out everywhere else."""
    end_sessions(_ring(request).person, but=session_here(request))


def _find(request: HttpRequest, cookie: str) -> tuple[KeyRing, UnlockRow] | None:
    """The ring and row that cookie and session belong to together."""
    key = _key(cookie)
    session = session_here(request)
    if key is None or session is None or not request.user.is_authenticated:
        return None
    person = cast("Keyed", request.user)
    row = UnlockRow.objects.filter(id=core.unlock_id(key), person=person.id, session=session).first()
    if row is None:
        return None
    if not _is_alive(row):
        _forget(row.session)
        return None
    try:
        bundle = Bundle.read(core.open(key, row.envelope, at=_place(row)))
    except Sealed:
        return None
    return KeyRing(person.id, person.personal, bundle), row


def _forget(session: UUID) -> None:
    """Drops what keeps a session's keys open: at once or, where the store cannot be written now, as soon as it can."""
    try:
        with hurried():
            UnlockRow.objects.filter(session=session).delete()
    except DatabaseError:
        threading.Thread(target=_forget_soon, args=(session,), daemon=True).start()


def _forget_soon(session: UUID) -> None:
    while True:
        time.sleep(AGAIN_SECONDS)
        with suppress(DatabaseError), closing(connection):
            UnlockRow.objects.filter(session=session).delete()
            return


def _clear_away(now: int) -> None:
    """What ran out and nobody came back to."""
    UnlockRow.objects.filter(ends__lt=now // 60).delete()
    Session.objects.filter(expires__lt=datetime.now(UTC)).delete()


def _is_alive(row: UnlockRow) -> bool:
    """As `UNLOCK_CHECK_SQL`."""
    now = _now()
    return (row.last_use + row.idle_minutes) * 60 > now and row.ends * 60 > now


def _key(cookie: str) -> bytes | None:
    try:
        key = base64.b64decode(cookie + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == core.KEY_BYTES else None


def _place(row: UnlockRow) -> Place:
    return Place(core.NOBODY, "unlock", row.id.bytes, "bundle", row.person.bytes, 1)


def _allowed(idle_minutes: int | None) -> int:
    most: int = settings.IDLE_MINUTES
    return max(1, min(idle_minutes or most, most))


def _label(ring: KeyRing, row: Session) -> str:
    if row.label is None:
        return ""
    try:
        value = ring.open(row.label, space=ring.personal, type=SESSION_LABEL, record=ring.person, author=ring.person)
    except Sealed:
        return ""
    return str(value["label"])


def _ring(request: HttpRequest) -> KeyRing:
    ring = _keyed(request).ring
    if ring is None:
        raise Locked
    return ring


def _keyed(request: HttpRequest) -> KeyedRequest:
    return cast("KeyedRequest", request)


def _now() -> int:
    return int(time.time())
