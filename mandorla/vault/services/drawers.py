"""The drawer of a person: any session can put something in, only the drawer's own phrase takes it out.

Everybody has two slots, one of them a decoy whose secret was thrown away; both are written whenever one is.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mandorla.vault import core
from mandorla.vault.core import Envelope, Filed, Place, Root, Sealed
from mandorla.vault.models import DrawerSlot
from mandorla.vault.services.ring import KeyRing

PHRASE = "passphrase"
SPARE = "recovery"
MARK = "drawer"
SLOTS = 2


@dataclass(frozen=True, slots=True)
class Drawer:
    """Both slots of a person, and the secret of the one that opened; `used` is None if none did."""

    slots: list[DrawerSlot]
    used: UUID | None
    secret: bytes

    def store(self, phrase_kek: bytes | None, spare_kek: bytes | None) -> None:
        """Close the drawer anew, under the phrase, the recovery code or both. The decoy changes with it."""
        if self.used is None:
            return
        for slot in self.slots:
            secret = self.secret if slot.id == self.used else core.new_key()
            if phrase_kek:
                slot.revision += 1
                slot.envelope = _closed(slot, PHRASE, phrase_kek if slot.id == self.used else core.new_key(), secret)
            if spare_kek:
                slot.spare = _closed(slot, SPARE, spare_kek if slot.id == self.used else core.new_key(), secret)
        DrawerSlot.objects.bulk_update(self.slots, ["revision", "envelope", "spare"])


class DrawerRing:
    """An open drawer. Close it at once when done."""

    def __init__(self, owner: UUID, secret: bytes) -> None:
        self.owner = owner
        self._secret = bytearray(secret)

    def take_out(self, filed: Filed, *, type: str, record: UUID) -> dict[str, Any]:
        """What was put in; `Sealed` if it belongs to another drawer or place."""
        return core.unpack(core.take_out(bytes(self._secret), filed, at=_item_place(self.owner, type, record)))

    def close(self) -> None:
        """Overwrite the secret."""
        core.wipe(self._secret)


def drawer_key(ring: KeyRing) -> bytes:
    """The public key with which this person's drawer is filled."""
    for slot in DrawerSlot.objects.filter(person=ring.person):
        mark = ring.open(slot.mark, space=ring.personal, type=MARK, record=slot.id, author=ring.person)
        if mark["used"]:
            return bytes(slot.x25519)
    raise Sealed


def put_away(drawer_x25519: bytes, value: dict[str, Any], *, owner: UUID, type: str, record: UUID) -> Filed:
    """Put something into a person's drawer; nobody's session can read it afterwards, not even theirs."""
    return core.file(drawer_x25519, core.pack(value), at=_item_place(owner, type, record))


def open_drawer(person: UUID, root: Root) -> DrawerRing:
    """Open a person's drawer with their phrase; `Sealed` if it is not the one."""
    drawer = drawer_of(person, root.drawer_kek())
    if drawer.used is None:
        raise Sealed
    return DrawerRing(person, drawer.secret)


def drawer_of(person: UUID, kek: bytes, *, spare: bool = False) -> Drawer:
    """Both slots, tried with this key: that of the phrase, or of the recovery code with `spare`."""
    slots = list(DrawerSlot.objects.filter(person=person))
    for slot in slots:
        try:
            opened = core.open(kek, slot.spare if spare else slot.envelope, at=_place(slot, SPARE if spare else PHRASE))
        except Sealed:
            continue
        return Drawer(slots, slot.id, opened)
    return Drawer(slots, None, b"")


def new_drawer(ring: KeyRing, root: Root, code: bytes) -> list[DrawerSlot]:
    """The unsaved slots of a new person. Their ids are random, so nothing tells which is the decoy."""
    phrase_kek, spare_kek = root.drawer_kek(), core.recovery_drawer_kek(code, ring.person.bytes)
    used = _slot(ring, phrase_kek, spare_kek, used=True)
    decoys = [_slot(ring, core.new_key(), core.new_key(), used=False) for _ in range(SLOTS - 1)]
    return sorted([used, *decoys], key=lambda slot: slot.id)


def _slot(ring: KeyRing, phrase_kek: bytes, spare_kek: bytes, *, used: bool) -> DrawerSlot:
    secret = core.new_key()
    slot = DrawerSlot(person=ring.person, x25519=core.public_of(secret))
    slot.envelope = _closed(slot, PHRASE, phrase_kek, secret)
    slot.spare = _closed(slot, SPARE, spare_kek, secret)
    slot.mark = ring.seal({"used": used}, space=ring.personal, type=MARK, record=slot.id)
    return slot


def _closed(slot: DrawerSlot, by: str, kek: bytes, secret: bytes) -> Envelope:
    return core.seal(kek, secret, epoch=1, at=_place(slot, by))


def _place(slot: DrawerSlot, by: str) -> Place:
    revision = slot.revision if by == PHRASE else 1
    return Place(core.NOBODY, "drawer", slot.id.bytes, by, slot.person.bytes, revision)


def _item_place(owner: UUID, type: str, record: UUID) -> Place:
    return Place(owner.bytes, type, record.bytes, "drawer", owner.bytes, 1)
