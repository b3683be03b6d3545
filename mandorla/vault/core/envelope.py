"""Envelope v1: how anything written is sealed, padded and bound to its place. Every failure to open is one error."""

import hashlib
import os
from dataclasses import dataclass
from typing import Any, Final

import orjson
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from mandorla.vault.core.errors import Sealed
from mandorla.vault.core.keys import label

# "M", version 1, XChaCha20-Poly1305, padded. Anything else is refused.
HEAD: Final = b"M\x01\x01\x01"
HEAD_BYTES: Final = 8
NONCE_BYTES: Final = 24
TAG_BYTES: Final = 16
BUCKET_MIN: Final = 64
BUCKET_MAX: Final = 4096
SHAPE_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where an envelope belongs. Opened anywhere else it stays sealed. All ids are 16 bytes."""

    space: bytes
    type: str
    record: bytes
    field: str
    author: bytes
    revision: int

    def bound(self, head: bytes) -> bytes:
        """The associated data: the header, the place, the revision."""
        parts = (self.space, self.type.encode(), self.record, self.field.encode(), self.author)
        return head + label("env", *parts) + self.revision.to_bytes(8, "big")


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """Something sealed. It never prints itself."""

    raw: bytes

    def __repr__(self) -> str:
        return "sealed"

    @property
    def epoch(self) -> int:
        """Which of the space's keys closed it."""
        return int.from_bytes(self.raw[4:8], "big")

    @property
    def digest(self) -> bytes:
        """SHA-256 of the whole envelope, for the chain of a dialogue."""
        return hashlib.sha256(self.raw).digest()

    def is_whole(self) -> bool:
        """Whether it has the shape of an envelope of version 1."""
        return self.raw.startswith(HEAD) and len(self.raw) >= HEAD_BYTES + NONCE_BYTES + BUCKET_MIN + TAG_BYTES


def seal(key: bytes, plaintext: bytes, *, epoch: int, at: Place) -> Envelope:
    """Close these bytes under a key, for this place only."""
    return seal_with(os.urandom(NONCE_BYTES), key, plaintext, epoch=epoch, at=at)


def seal_with(nonce: bytes, key: bytes, plaintext: bytes, *, epoch: int, at: Place) -> Envelope:
    """As `seal`, with a given nonce: for test vectors alone. A nonce used twice gives words away."""
    head = HEAD + epoch.to_bytes(4, "big")
    closed = crypto_aead_xchacha20poly1305_ietf_encrypt(pad(plaintext), at.bound(head), nonce, key)
    return Envelope(head + nonce + closed)


def open(key: bytes, envelope: Envelope, *, at: Place) -> bytes:
    """The bytes that were sealed; `Sealed` for a wrong key, another place, a changed or unknown envelope."""
    if not envelope.is_whole():
        raise Sealed
    head, rest = envelope.raw[:HEAD_BYTES], envelope.raw[HEAD_BYTES:]
    try:
        padded = crypto_aead_xchacha20poly1305_ietf_decrypt(rest[NONCE_BYTES:], at.bound(head), rest[:NONCE_BYTES], key)
    except CryptoError:
        raise Sealed from None
    return unpad(padded)


def pad(plaintext: bytes) -> bytes:
    """Hide the length: a mark, then zeros up to 64, 128, … 4096, then to multiples of 4096."""
    return (plaintext + b"\x80").ljust(bucket(len(plaintext) + 1), b"\x00")


def bucket(length: int) -> int:
    """The padded size of so many bytes."""
    if length > BUCKET_MAX:
        return -(-length // BUCKET_MAX) * BUCKET_MAX
    return max(BUCKET_MIN, 1 << (length - 1).bit_length())


def unpad(padded: bytes) -> bytes:
    """Take the padding off again; `Sealed` if it carries no mark."""
    body = padded.rstrip(b"\x00")
    if not body.endswith(b"\x80"):
        raise Sealed
    return body[:-1]


def pack(value: dict[str, Any]) -> bytes:
    """A value as the bytes that are sealed: UTF-8 JSON with its shape's version."""
    return orjson.dumps({**value, "v": SHAPE_VERSION})


def unpack(opened: bytes) -> dict[str, Any]:
    """The value that was packed, without its version; `Sealed` if it is not one we can read."""
    try:
        value = orjson.loads(opened)
    except orjson.JSONDecodeError:
        raise Sealed from None
    if not isinstance(value, dict) or value.pop("v", None) != SHAPE_VERSION:
        raise Sealed
    return value
