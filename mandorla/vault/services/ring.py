"""The key ring: all that an unlocked person can open, for one request or one handshake.

A key comes from a grant, and a grant counts only if it is signed by the person themselves or by someone they pinned.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from mandorla.vault import core
from mandorla.vault.core import Envelope, NotYours, Place, Refused, Sealed, Terms
from mandorla.vault.models import Grant, Pin

PIN = "pin"

current: ContextVar["KeyRing | None"] = ContextVar("key ring of this request", default=None)
"""The ring of the request being answered; the middleware sets and closes it."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """A person's public keys, as others learn and pin them."""

    person: UUID
    x25519: bytes
    ed25519: bytes

    @property
    def both(self) -> bytes:
        """As they stand in a confirmation: X25519, then Ed25519."""
        return self.x25519 + self.ed25519


@dataclass(frozen=True, slots=True)
class Pinned:
    """Someone's public keys as learnt in one space; their grants count there up to epoch `until`, 0 for all.

    `noted`: with them it was noted how the space stood, so a note that is missing was taken away. A `guest` is known,
    and gives nobody a key.
    """

    row: UUID
    space: UUID
    keys: PublicKeys
    until: int = 0
    noted: bool = False
    guest: bool = False


class KeyRing:
    """What one person can open. Close it when the request ends; afterwards every use raises `Locked`."""

    def __init__(self, person: UUID, personal: UUID, bundle: core.Bundle, *, new: bool = False) -> None:
        self.person = person
        self.personal = personal
        self.public = PublicKeys(person, *bundle.public())
        self._bundle = bundle
        self._open = True
        self._grants: dict[UUID, list[Grant]] | None = {} if new else None
        self._valid: dict[UUID, bool] = {}
        self._pins: dict[tuple[UUID, UUID], Pinned] | None = {} if new else None
        self._keys: dict[tuple[object, ...], bytearray] = {}
        self._unsettled: list[Callable[[], None]] = []
        self._held_back: dict[UUID, str] = {}
        self._lent: list[ThreadKeys] = []

    def __repr__(self) -> str:
        return "sealed"

    # What a person holds

    def epoch(self, space: UUID) -> int:
        """The newest epoch of a space that this person holds a key of; `NotYours` if there is none."""
        for grant in self._grants_in(space):
            if self._counts(grant):
                return grant.epoch
        raise NotYours

    def epochs(self, space: UUID) -> list[int]:
        """All epochs of a space that this person holds any key of, newest first."""
        found: list[int] = []
        for grant in self._grants_in(space):
            if grant.epoch not in found and self._counts(grant):
                found.append(grant.epoch)
        return found

    def space_key(self, space: UUID, epoch: int | None = None) -> bytes:
        """The key of a whole space; `NotYours` without one."""
        return self._kept(("space", space, epoch or self.epoch(space)), self._granted)

    def author_key(self, space: UUID, epoch: int, author: UUID) -> bytes:
        """The key of what one author writes in a space: from the space's key, or granted by the author."""
        return self._kept(("author", space, epoch, author), self._author_key)

    def thread_key(self, space: UUID, epoch: int, author: UUID, thread: UUID) -> bytes:
        """The key of what one author writes in one dialogue."""
        return self._kept(("thread", space, epoch, author, thread), self._thread_key)

    def thread_keys(self, space: UUID, thread: UUID, authors: Iterable[UUID]) -> "ThreadKeys":
        """The keys of one dialogue for these authors, in every epoch held. A guest has those they were given.

        They close with the ring, unless it lets them go.
        """
        epochs = self.epochs(space)
        if not epochs:
            raise NotYours
        held = {}
        for author in authors:
            for epoch in epochs:
                with suppress(NotYours):
                    held[epoch, author] = bytearray(self.thread_key(space, epoch, author, thread))
        self._lent.append(keys := ThreadKeys(space, thread, epochs[0], held, self._held_back.get(space, "")))
        return keys

    def let_go(self) -> None:
        """Leaves the thread keys it gave to whoever holds them: the only thing a socket keeps."""
        self._lent.clear()

    def hold_back(self, space: UUID, reason: str) -> None:
        """Seal nothing in a space from now on, with this ring or thread keys taken from it: `Refused`, for this reason.

        An empty reason takes that back.
        """
        self._held_back[space] = reason

    def close(self) -> None:
        """Overwrite every key."""
        self._open = False
        self._bundle.close()
        for keys in self._lent:
            keys.close()
        core.wipe(*self._keys.values())
        self._keys.clear()

    # Sealing and opening

    def seal(  # noqa: PLR0913  # a place has six parts
        self,
        value: dict[str, Any],
        *,
        space: UUID,
        type: str,
        record: UUID,
        field: str = "body",
        author: UUID | None = None,
        revision: int = 1,
        thread: UUID | None = None,
    ) -> Envelope:
        """Seal a value under the current epoch, as one's own unless `author` says otherwise.

        `Refused` in a space that is held back.
        """
        _refuse(self._held_back.get(space, ""))
        who = author or self.person
        epoch = self.epoch(space)
        place = Place(space.bytes, type, record.bytes, field, who.bytes, revision)
        return core.seal(self._key_for(space, epoch, who, thread), core.pack(value), epoch=epoch, at=place)

    def open(  # noqa: PLR0913  # a place has six parts
        self,
        envelope: Envelope,
        *,
        space: UUID,
        type: str,
        record: UUID,
        author: UUID,
        field: str = "body",
        revision: int = 1,
        thread: UUID | None = None,
    ) -> dict[str, Any]:
        """The value that was sealed; `NotYours` without any key to the space, `Sealed` if it does not open."""
        self.epoch(space)
        place = Place(space.bytes, type, record.bytes, field, author.bytes, revision)
        try:
            key = self._key_for(space, envelope.epoch, author, thread)
        except NotYours:
            raise Sealed from None
        return core.unpack(core.open(key, envelope, at=place))

    # For the other services of the vault alone

    def bundle(self) -> core.Bundle:
        """The person's two secrets."""
        self._must_be_open()
        return self._bundle

    def pins(self) -> dict[tuple[UUID, UUID], Pinned]:
        """Whose keys this person has pinned, by space and person."""
        self._drop_what_was_undone()
        if self._pins is None:
            read = [self._pinned(row) for row in Pin.objects.filter(person=self.person)]
            self._pins = {(pinned.space, pinned.keys.person): pinned for pinned in read if pinned}
        return self._pins

    def hold(self, grants: Iterable[Grant]) -> None:
        """Take up grants that are about to be written; those for others are left aside. Undone with the transaction."""
        mine = [grant for grant in grants if grant.grantee == self.person]
        for grant in mine:
            held = self._all_grants().setdefault(grant.space, [])
            held.append(grant)
            held.sort(key=lambda one: -one.epoch)
        self._watch()

    def remember(self, pinned: Pinned) -> None:
        """Take up a pin that is about to be written. Undone with the transaction."""
        self.pins()[pinned.space, pinned.keys.person] = pinned
        self._valid.clear()
        self._watch()

    def is_given(self, grant: Grant, to: PublicKeys) -> bool:
        """Whether a key in the store was given to this person by me or by somebody whose keys I pinned."""
        ed25519 = self._signer(grant)
        if ed25519 is None:
            return False
        return core.holds(self._terms(grant, to), bytes(grant.box), bytes(grant.sig), ed25519, now=int(time.time()))

    # Inside

    def _key_for(self, space: UUID, epoch: int, author: UUID, thread: UUID | None) -> bytes:
        if thread is None:
            return self.author_key(space, epoch, author)
        return self.thread_key(space, epoch, author, thread)

    def _kept(self, name: tuple[Any, ...], make: Callable[..., bytes]) -> bytes:
        self._must_be_open()
        self._drop_what_was_undone()
        if name not in self._keys:
            self._keys[name] = bytearray(make(*name[1:]))
        return bytes(self._keys[name])

    def _thread_key(self, space: UUID, epoch: int, author: UUID, thread: UUID) -> bytes:
        try:
            return core.thread_key(self.author_key(space, epoch, author), thread.bytes)
        except NotYours:
            return self._granted(space, epoch, "thread", author, thread)

    def _author_key(self, space: UUID, epoch: int, author: UUID) -> bytes:
        try:
            return core.author_key(self.space_key(space, epoch), author.bytes)
        except NotYours:
            return self._granted(space, epoch, "author", author)

    def _granted(
        self, space: UUID, epoch: int, scope: str = "space", subject: UUID | None = None, thread: UUID | None = None
    ) -> bytes:
        nobody = UUID(bytes=core.NOBODY)
        wanted = (epoch, scope, subject or nobody, thread or nobody)
        for grant in self._grants_in(space):
            if (grant.epoch, grant.scope, grant.subject, grant.thread) == wanted and self._counts(grant):
                return core.take(self._terms(grant, self.public), bytes(grant.box), bytes(self._bundle.x25519_secret))
        raise NotYours

    def _grants_in(self, space: UUID) -> list[Grant]:
        """Newest epoch first."""
        self._must_be_open()
        return self._all_grants().get(space, [])

    def _all_grants(self) -> dict[UUID, list[Grant]]:
        """All of a person's grants by space, read at once."""
        self._drop_what_was_undone()
        if self._grants is None:
            self._grants = {}
            for grant in Grant.objects.filter(grantee=self.person).order_by("-epoch", "id"):
                self._grants.setdefault(grant.space, []).append(grant)
        return self._grants

    def _counts(self, grant: Grant) -> bool:
        if grant.id not in self._valid:
            self._valid[grant.id] = self.is_given(grant, self.public)
        return self._valid[grant.id]

    def _signer(self, grant: Grant) -> bytes | None:
        """The key a grant must be signed with. Into a personal space nobody but its owner may give a key."""
        if grant.grantor == self.person:
            return self.public.ed25519
        if grant.space == self.personal:
            return None
        pinned = self.pins().get((grant.space, grant.grantor))
        if pinned is None or pinned.guest or 0 < pinned.until < grant.epoch:
            return None
        return pinned.keys.ed25519

    def _terms(self, grant: Grant, grantee: PublicKeys) -> Terms:
        return Terms(
            space=grant.space.bytes,
            epoch=grant.epoch,
            scope=grant.scope,
            subject=grant.subject.bytes,
            thread=grant.thread.bytes,
            grantee=grantee.person.bytes,
            grantee_x25519=grantee.x25519,
            grantor=grant.grantor.bytes,
            not_after=grant.not_after,
        )

    def _pinned(self, row: Pin) -> Pinned | None:
        """A pin somebody tampered with pins nobody."""
        try:
            value = self.open(row.envelope, space=self.personal, type=PIN, record=row.id, author=self.person)
        except Sealed:
            return None
        x25519, ed25519 = bytes.fromhex(value["x25519"]), bytes.fromhex(value["ed25519"])
        keys = PublicKeys(UUID(value["person"]), x25519, ed25519)
        noted, guest = value.get("noted", False), value.get("guest", False)
        return Pinned(row.id, UUID(value["space"]), keys, value["until"], noted, guest)

    def _watch(self) -> None:
        """Notice when what was taken up is rolled back: words sealed under such a key would be lost."""

        def kept() -> None:
            self._unsettled.remove(kept)

        self._unsettled.append(kept)
        transaction.on_commit(kept)

    def _drop_what_was_undone(self) -> None:
        if not self._unsettled:
            return
        waiting = [entry[1] for entry in connection.run_on_commit]
        if all(kept in waiting for kept in self._unsettled):
            return
        core.wipe(*self._keys.values())
        for taken in (self._unsettled, self._keys, self._valid):
            taken.clear()
        self._grants = self._pins = None

    def _must_be_open(self) -> None:
        if not self._open:
            raise core.Locked


@dataclass(frozen=True, slots=True, repr=False)
class ThreadKeys:
    """The keys of one dialogue, without a database or a person: `epoch` is the newest, keys are by epoch and author.

    With `held_back`, a reason, they open and seal nothing.
    """

    space: UUID
    thread: UUID
    epoch: int
    keys: dict[tuple[int, UUID], bytearray] = field(default_factory=dict)
    held_back: str = ""

    def __repr__(self) -> str:
        return "sealed"

    def seal(  # noqa: PLR0913  # a place has six parts
        self, plaintext: dict[str, Any], *, type: str, record: UUID, author: UUID, revision: int, field: str = "body"
    ) -> Envelope:
        """Seal a value under the newest epoch; `Refused` if held back, `NotYours` for an author they are not for."""
        _refuse(self.held_back)
        place = Place(self.space.bytes, type, record.bytes, field, author.bytes, revision)
        return core.seal(self._key(self.epoch, author), core.pack(plaintext), epoch=self.epoch, at=place)

    def open(  # noqa: PLR0913  # a place has six parts
        self, envelope: Envelope, *, type: str, record: UUID, author: UUID, revision: int, field: str = "body"
    ) -> dict[str, Any]:
        """The value that was sealed; `Sealed` if it does not open."""
        place = Place(self.space.bytes, type, record.bytes, field, author.bytes, revision)
        try:
            key = self._key(envelope.epoch, author)
        except NotYours:
            raise Sealed from None
        return core.unpack(core.open(key, envelope, at=place))

    def close(self) -> None:
        """Overwrite every key."""
        core.wipe(*self.keys.values())
        self.keys.clear()

    def _key(self, epoch: int, author: UUID) -> bytes:
        key = bytes(self.keys.get((epoch, author), b""))
        if not any(key):  # not there, or overwritten by a thread that closed these keys just now
            raise NotYours
        return key


def _refuse(reason: str) -> None:
    if reason:
        raise Refused(reason)
