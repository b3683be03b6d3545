"""A grant: one person gives another, or themselves, a key, signed and bound to its terms."""

import hashlib
from dataclasses import dataclass

from nacl.bindings import (
    crypto_box_seal,
    crypto_box_seal_open,
)
from nacl.exceptions import CryptoError

from mandorla.vault.core.errors import Sealed
from mandorla.vault.core.keys import KEY_BYTES, label, public_of
from mandorla.vault.core.signature import is_signed, sign

NOBODY = bytes(16)
FOR_EVER = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What is granted to whom by whom. Ids are 16 bytes, unused ones zeros; `not_after` in Unix seconds, 0 for ever.

    scope `space`: the key of the whole space; `author`: of what `subject` writes there; `thread`: of what they write in
    one dialogue.
    """

    space: bytes
    epoch: int
    scope: str
    subject: bytes
    thread: bytes
    grantee: bytes
    grantee_x25519: bytes
    grantor: bytes
    not_after: int

    def meta(self) -> bytes:
        """The terms as they are signed."""
        return label(
            "grant",
            self.space,
            self.epoch.to_bytes(4, "big"),
            self.scope.encode(),
            self.subject,
            self.thread,
            self.grantee,
            self.grantee_x25519,
            self.grantor,
            self.not_after.to_bytes(8, "big"),
        )

    def speak_for_grantor(self) -> bool:
        """Whether the grantor gives what is theirs to give: of one author's words, only the author may.

        A guest, who has no key to derive it from, is given the key of their own words by a member, and in one dialogue
        that of what the room itself did.
        """
        theirs = self.subject in (self.grantor, self.grantee)
        return self.scope == "space" or theirs or (self.scope == "thread" and self.subject == self.space)


def give(terms: Terms, key: bytes, seed: bytes) -> tuple[bytes, bytes]:
    """Seal a key for the grantee and sign it: the box and the signature."""
    meta = terms.meta()
    box = crypto_box_seal(key + hashlib.sha256(meta).digest(), terms.grantee_x25519)
    return box, sign(meta + box, seed)


def holds(terms: Terms, box: bytes, signature: bytes, ed25519: bytes, *, now: int) -> bool:
    """Whether the grant is signed with this public key, by someone who may, and has not run out at `now`."""
    if not terms.speak_for_grantor():
        return False
    if terms.not_after != FOR_EVER and terms.not_after <= now:
        return False
    return is_signed(terms.meta() + box, signature, ed25519)


def take(terms: Terms, box: bytes, x25519_secret: bytes) -> bytes:
    """The key that was granted; `Sealed` if the box is another's or belongs to other terms."""
    opened = open_box(box, x25519_secret)
    if len(opened) != 2 * KEY_BYTES or opened[KEY_BYTES:] != hashlib.sha256(terms.meta()).digest():
        raise Sealed
    return opened[:KEY_BYTES]


def open_box(box: bytes, x25519_secret: bytes) -> bytes:
    """What was sealed for the holder of this secret."""
    try:
        return crypto_box_seal_open(box, public_of(x25519_secret), x25519_secret)
    except (CryptoError, TypeError):  # a TypeError is a box too short to be one
        raise Sealed from None
