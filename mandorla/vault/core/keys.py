"""From a passphrase, or a space's key, down to the key that seals one thing. Knows no person and stores nothing."""

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_scalarmult_base, crypto_sign_seed_keypair

from mandorla.vault.core.errors import Refused, Sealed

KEY_BYTES = 32
SALT_BYTES = 16
PASSPHRASE_CHARACTERS = range(12, 257)
ROUNDS = range(3, 33)
MIB = range(64, 1025)
KIB_A_MIB = 1024
VERIFIER_PREFIX = "verifier$"


def new_id() -> UUID:
    """An id of 16 random bytes."""
    return UUID(bytes=os.urandom(16))


def new_key() -> bytes:
    """A key of 32 random bytes."""
    return os.urandom(KEY_BYTES)


def label(name: str, *parts: bytes) -> bytes:
    """Say unmistakably what a key or a digest is for."""
    head = b"mandorla/" + name.encode() + b"/1\x00"
    return head + b"".join([len(part).to_bytes(2, "big") + part for part in parts])


def hkdf(key: bytes, info: bytes, n: int = KEY_BYTES, *, salt: bytes = b"") -> bytes:
    """HKDF-SHA-256 (RFC 5869) of a key for the use `info` names; `n` bytes."""
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    block = okm = hmac.digest(extracted, info + b"\x01", "sha256")
    for count in range(2, -(-n // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([count]), "sha256")
        okm += block
    return okm[:n]


def author_key(space_key: bytes, author: bytes) -> bytes:
    """What one author writes in a space is sealed under this."""
    return hkdf(space_key, label("author", author))


def thread_key(author_key: bytes, thread: bytes) -> bytes:
    """What one author writes in one dialogue is sealed under this."""
    return hkdf(author_key, label("thread", thread))


def session_id(key: str) -> UUID:
    """What the table stores for a session's cookie: a digest, so that the table opens no session."""
    return UUID(bytes=hashlib.sha256(label("session-id") + key.encode()).digest()[:16])


def unlock_id(key: bytes) -> UUID:
    """The row that the unlock cookie belongs to."""
    return UUID(bytes=hashlib.sha256(label("unlock-id") + key).digest()[:16])


def wipe(*secrets: bytearray) -> None:
    """Overwrite what is no longer needed."""
    for secret in secrets:
        secret[:] = bytes(len(secret))


def normal(passphrase: str) -> str:
    """A passphrase as it may be chosen: NFC, 12 to 256 characters; `Refused` as passphrase_short or passphrase_long."""
    composed = unicodedata.normalize("NFC", passphrase)
    if len(composed) < PASSPHRASE_CHARACTERS.start:
        raise Refused("passphrase_short", characters_min=PASSPHRASE_CHARACTERS.start)
    if len(composed) >= PASSPHRASE_CHARACTERS.stop:
        raise Refused("passphrase_long", characters_max=PASSPHRASE_CHARACTERS.stop - 1)
    return composed


@dataclass(frozen=True, slots=True)
class Kdf:
    """How dear one guess of a passphrase is: Argon2id with `t` rounds over `mib` MiB."""

    t: int = ROUNDS.start
    mib: int = 128

    @classmethod
    def read(cls, stored: dict[str, int]) -> Self:
        """The parameters stored with a person; outside the limits they were tampered with, and nothing opens."""
        t, mib = stored.get("t", 0), stored.get("mib", 0)
        if t not in ROUNDS or mib not in MIB:
            raise Sealed
        return cls(t, mib)

    def stored(self) -> dict[str, int]:
        """What is kept beside the salt."""
        return {"t": self.t, "mib": self.mib}

    def weaker_than(self, other: Self) -> bool:
        """Whether `other` would make a guess dearer."""
        return (self.t, self.mib) < (other.t, other.mib)


@dataclass(slots=True)
class Root:
    """What Argon2id made of one person's passphrase. Close it as soon as the keys are open."""

    person: bytes
    secret: bytearray

    def verifier(self) -> str:
        """What may be stored to recognise the passphrase; it opens nothing."""
        auth = self._for("auth")
        return VERIFIER_PREFIX + hashlib.sha256(auth).hexdigest()

    def kek(self) -> bytes:
        """The key that closes the passphrase's key slot."""
        return self._for("kek")

    def drawer_kek(self) -> bytes:
        """The key that closes the drawer."""
        return self._for("drawer-kek")

    def close(self) -> None:
        """Forget it."""
        wipe(self.secret)

    def _for(self, use: str) -> bytes:
        return hkdf(bytes(self.secret), label(use, self.person))


def stretch(passphrase: str, salt: bytes, kdf: Kdf, person: bytes) -> Root:
    """Make the root of all of a person's keys. Takes a quarter of a second and `kdf.mib` of memory on purpose."""
    composed = unicodedata.normalize("NFC", passphrase).encode()
    secret = hash_secret_raw(composed, salt, kdf.t, kdf.mib * KIB_A_MIB, 1, KEY_BYTES, Type.ID)
    return Root(person, bytearray(secret))


@dataclass(slots=True)
class Bundle:
    """A person's two secrets: X25519 opens what is given to them, the Ed25519 seed signs what they give."""

    x25519_secret: bytearray
    seed: bytearray

    @classmethod
    def new(cls) -> Self:
        """Fresh secrets."""
        return cls(bytearray(new_key()), bytearray(new_key()))

    @classmethod
    def read(cls, opened: bytes) -> Self:
        """The bundle as a key slot holds it."""
        if len(opened) != 2 * KEY_BYTES:
            raise Sealed
        return cls(bytearray(opened[:KEY_BYTES]), bytearray(opened[KEY_BYTES:]))

    def written(self) -> bytes:
        """As a key slot holds it."""
        return bytes(self.x25519_secret + self.seed)

    def public(self) -> tuple[bytes, bytes]:
        """The X25519 and the Ed25519 public key."""
        return public_of(bytes(self.x25519_secret)), crypto_sign_seed_keypair(bytes(self.seed))[0]

    def close(self) -> None:
        """Forget both."""
        wipe(self.x25519_secret, self.seed)


def public_of(x25519_secret: bytes) -> bytes:
    """The public half of an X25519 secret."""
    return crypto_scalarmult_base(x25519_secret)
