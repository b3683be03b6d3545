"""Signatures: who said this. Knows nothing of what is said."""

from nacl.bindings import (
    crypto_sign,
    crypto_sign_BYTES,
    crypto_sign_open,
    crypto_sign_PUBLICKEYBYTES,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError


def sign(message: bytes, seed: bytes) -> bytes:
    """The Ed25519 signature of these bytes."""
    return crypto_sign(message, crypto_sign_seed_keypair(seed)[1])[:crypto_sign_BYTES]


def is_signed(message: bytes, signature: bytes, ed25519: bytes) -> bool:
    """Whether the holder of this public key signed these very bytes."""
    if (len(signature), len(ed25519)) != (crypto_sign_BYTES, crypto_sign_PUBLICKEYBYTES):
        return False
    try:
        crypto_sign_open(signature + message, ed25519)
    except CryptoError:
        return False
    return True
