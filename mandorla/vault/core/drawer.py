"""The drawer: what is put in with a public key alone, and comes out only with the drawer's own phrase."""

from dataclasses import dataclass

from nacl.bindings import crypto_box_seal

from mandorla.vault.core.envelope import Envelope, Place, open, seal
from mandorla.vault.core.errors import Sealed
from mandorla.vault.core.grant import open_box
from mandorla.vault.core.keys import KEY_BYTES, new_key


@dataclass(frozen=True, slots=True)
class Filed:
    """One thing in a drawer: its own key, sealed for the drawer, and what that key closes."""

    box: bytes
    envelope: Envelope


def file(drawer_x25519: bytes, plaintext: bytes, *, at: Place) -> Filed:
    """Put something into a drawer. Whoever does so cannot take it out again."""
    key = new_key()
    return Filed(crypto_box_seal(key + at.bound(b""), drawer_x25519), seal(key, plaintext, epoch=1, at=at))


def take_out(drawer_secret: bytes, filed: Filed, *, at: Place) -> bytes:
    """What was filed; `Sealed` for any other drawer or place."""
    opened = open_box(filed.box, drawer_secret)
    if opened[KEY_BYTES:] != at.bound(b""):
        raise Sealed
    return open(opened[:KEY_BYTES], filed.envelope, at=at)
