"""A person's own keys: made at sign-up, opened by passphrase or recovery code, wrapped anew when either changes.

Stretching a passphrase takes a quarter of a second, so it never happens inside a transaction: functions here work
everything out first and return something whose `store` writes it, inside the transaction that stores the person.
"""

import hmac
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.conf import settings

from mandorla.vault import core
from mandorla.vault.core import Bundle, Busy, Envelope, Kdf, Place, Root, Sealed
from mandorla.vault.models import DrawerSlot, KeySlot, Session, UnlockRow
from mandorla.vault.services.drawers import drawer_of, new_drawer
from mandorla.vault.services.grants import own_grant
from mandorla.vault.services.ring import KeyRing

PASSWORD = "password"
RECOVERY = "recovery"
WAIT_SECONDS = 10
STRETCHING_MAX = 4
WAITING_MAX = 3

# Each stretching takes all of a core and 128 MiB for a quarter of a second. Whoever stretches or waits holds a page's
# thread: together they stay fewer than those, so that everybody else's pages go on.
_stretching = threading.BoundedSemaphore(min(os.cpu_count() or 1, STRETCHING_MAX))
_waiting = threading.BoundedSemaphore(WAITING_MAX)


class Keyed(Protocol):
    """What the vault asks of a person's account."""

    @property
    def id(self) -> UUID: ...
    @property
    def personal(self) -> UUID: ...
    @property
    def password(self) -> str: ...
    @property
    def salt(self) -> bytes | memoryview: ...
    @property
    def kdf(self) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What the account keeps of a passphrase: `verifier` goes into `password`."""

    verifier: str
    salt: bytes
    kdf: dict[str, int]


@dataclass(frozen=True, slots=True)
class Made:
    """A new person's keys. `store` writes slots, drawers and the personal space; close `ring` or keep it."""

    account: Stored
    x25519: bytes
    ed25519: bytes
    recovery_code: str
    ring: KeyRing
    store: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Changed:
    """A new passphrase, worked out: `store` writes the slots and ends the sessions that have to end."""

    account: Stored
    store: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Recovered:
    """A way back in: a new passphrase and a new code. `store` also ends every session; `ring` is open."""

    account: Stored
    recovery_code: str
    ring: KeyRing
    store: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Renewed:
    """A new recovery code; after `store` the old one opens nothing."""

    recovery_code: str
    store: Callable[[], None]


def make_keys(person: UUID, personal: UUID, passphrase: str) -> Made:
    """Make everything a new person needs. `Refused` as passphrase_short or passphrase_long."""
    chosen, bundle, code = core.normal(passphrase), Bundle.new(), core.new_code()
    ring = KeyRing(person, personal, bundle, new=True)
    grant = own_grant(ring, personal)
    ring.hold([grant])
    root, account = _new_root(person, chosen)
    slots = [
        _slot(person, PASSWORD, root.kek(), bundle),
        _slot(person, RECOVERY, core.recovery_kek(code, person.bytes), bundle),
    ]
    drawers = new_drawer(ring, root, code)
    root.close()

    def store() -> None:
        grant.save(force_insert=True)
        KeySlot.objects.bulk_create(slots)
        DrawerSlot.objects.bulk_create(drawers)

    return Made(account, ring.public.x25519, ring.public.ed25519, core.written(code), ring, store)


def check(person: Keyed | None, passphrase: str) -> Root:
    """The root of a person's keys if the passphrase is theirs, `Sealed` if not; for nobody it takes as long.

    `Busy` when too many people are signing in at once.
    """
    if person is None:
        _stretch(core.new_id(), passphrase, core.new_id().bytes, wanted()).close()
        raise Sealed
    root = _stretch(person.id, passphrase, bytes(person.salt), Kdf.read(person.kdf))
    if not hmac.compare_digest(root.verifier(), person.password):
        root.close()
        raise Sealed
    return root


def open_keys(person: Keyed, root: Root) -> KeyRing:
    """A person's key ring."""
    return KeyRing(person.id, person.personal, _opened(person.id, PASSWORD, root.kek()))


def open_with_code(person: Keyed, code: str) -> KeyRing:
    """A person's key ring by their recovery code; `Refused` as code_wrong for a slip of the pen, `Sealed` otherwise."""
    kek = core.recovery_kek(core.read(code), person.id.bytes)
    return KeyRing(person.id, person.personal, _opened(person.id, RECOVERY, kek))


def strengthen(person: Keyed, passphrase: str) -> Changed | None:
    """Raise the cost of guessing to what this server asks today, at sign-in; nothing if it is that already."""
    if not Kdf.read(person.kdf).weaker_than(wanted()):
        return None
    return _rewrapped(person, passphrase, passphrase, lambda: None)


def change_passphrase(person: Keyed, old: str, new: str, *, session: UUID | None) -> Changed:
    """A new passphrase for the old one, which is `Sealed` if wrong. Ends all sessions but this one.

    `session` is `session_here(request)`. `Refused` as passphrase_short or passphrase_long.
    """
    chosen = core.normal(new)
    return _rewrapped(person, old, chosen, lambda: end_sessions(person.id, but=session))


def recover(person: Keyed, code: str, passphrase: str) -> Recovered:
    """A new passphrase and a new recovery code for the old code; errors as `open_with_code` and `make_keys`."""
    chosen, old, new = core.normal(passphrase), core.read(code), core.new_code()
    ring = open_with_code(person, code)
    drawer = drawer_of(person.id, core.recovery_drawer_kek(old, person.id.bytes), spare=True)
    root, account = _new_root(person.id, chosen)
    kek, drawer_kek = root.kek(), root.drawer_kek()
    root.close()

    def store() -> None:
        _wrap_anew(person.id, PASSWORD, kek, ring.bundle())
        _wrap_anew(person.id, RECOVERY, core.recovery_kek(new, person.id.bytes), ring.bundle())
        drawer.store(drawer_kek, core.recovery_drawer_kek(new, person.id.bytes))
        end_sessions(person.id)

    return Recovered(account, core.written(new), ring, store)


def renew_recovery(person: Keyed, passphrase: str) -> Renewed:
    """A new recovery code; `Sealed` if the passphrase is wrong."""
    root, new = check(person, passphrase), core.new_code()
    bundle = _opened(person.id, PASSWORD, root.kek())
    drawer = drawer_of(person.id, root.drawer_kek())
    root.close()

    def store() -> None:
        _wrap_anew(person.id, RECOVERY, core.recovery_kek(new, person.id.bytes), bundle)
        drawer.store(None, core.recovery_drawer_kek(new, person.id.bytes))
        bundle.close()

    return Renewed(core.written(new), store)


def end_sessions(person: UUID, *, but: UUID | None = None) -> None:
    """Sign a person out everywhere, or everywhere else."""
    kept = [] if but is None else [but]
    Session.objects.filter(person=person).exclude(id__in=kept).delete()
    UnlockRow.objects.filter(person=person).exclude(session__in=kept).delete()


def wanted() -> Kdf:
    """What one guess of a passphrase costs on this server."""
    return Kdf(mib=max(settings.ARGON2_MIB, core.MIB.start))


def _rewrapped(person: Keyed, old: str, new: str, afterwards: Callable[[], None]) -> Changed:
    root = check(person, old)
    bundle, drawer = _opened(person.id, PASSWORD, root.kek()), drawer_of(person.id, root.drawer_kek())
    root.close()
    new_root, account = _new_root(person.id, new)
    kek, drawer_kek = new_root.kek(), new_root.drawer_kek()
    new_root.close()

    def store() -> None:
        _wrap_anew(person.id, PASSWORD, kek, bundle)
        drawer.store(drawer_kek, None)
        bundle.close()
        afterwards()

    return Changed(account, store)


def _new_root(person: UUID, passphrase: str) -> tuple[Root, Stored]:
    salt, kdf = os.urandom(16), wanted()
    root = _stretch(person, passphrase, salt, kdf)
    return root, Stored(root.verifier(), salt, kdf.stored())


def _stretch(person: UUID, passphrase: str, salt: bytes, kdf: Kdf) -> Root:
    if not (_stretching.acquire(blocking=False) or _comes_up()):
        raise Busy
    try:
        return core.stretch(passphrase, salt, kdf, person.bytes)
    finally:
        _stretching.release()


def _comes_up() -> bool:
    """Wait until it is one's turn to stretch, if only few wait already."""
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _stretching.acquire(timeout=WAIT_SECONDS)
    finally:
        _waiting.release()


def _opened(person: UUID, kind: str, kek: bytes) -> Bundle:
    slot = KeySlot.objects.filter(person=person, kind=kind).first()
    if slot is None:
        raise Sealed
    return Bundle.read(core.open(kek, slot.envelope, at=_slot_place(slot)))


def _wrap_anew(person: UUID, kind: str, kek: bytes, bundle: Bundle) -> None:
    slot = KeySlot.objects.get(person=person, kind=kind)
    slot.revision += 1
    slot.envelope = _closed(slot, kek, bundle)
    slot.save()


def _slot(person: UUID, kind: str, kek: bytes, bundle: Bundle) -> KeySlot:
    slot = KeySlot(person=person, kind=kind)
    slot.envelope = _closed(slot, kek, bundle)
    return slot


def _closed(slot: KeySlot, kek: bytes, bundle: Bundle) -> Envelope:
    return core.seal(kek, bundle.written(), epoch=1, at=_slot_place(slot))


def _slot_place(slot: KeySlot) -> Place:
    return Place(core.NOBODY, "slot", slot.id.bytes, slot.kind, slot.person.bytes, slot.revision)
