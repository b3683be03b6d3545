"""What a push service passes on: a sentence only one browser can open, signed by the server it comes from."""

import base64
import binascii
import os

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

from mandorla.vault.core.errors import Refused

POINT_BYTES = 65
AUTH_BYTES = 16
SALT_BYTES = 16


def for_browser(words: bytes, p256dh: str, auth: str) -> bytes:
    """The words as RFC 8291 has them travel, for the browser with these keys; Refused("keys") if they are none."""
    point, secret = _read(p256dh, POINT_BYTES), _read(auth, AUTH_BYTES)
    try:
        sealed: bytes = http_ece.encrypt(
            words,
            salt=os.urandom(SALT_BYTES),
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=point,
            auth_secret=secret,
            version="aes128gcm",
        )
    except ValueError:  # no point of the curve
        raise Refused("keys") from None
    return sealed


def passport(key: str, *, audience: str, contact: str, until: int) -> str:
    """The `Authorization` a push service asks for (RFC 8292): who sends, good at one service until a Unix second."""
    claims = {"aud": audience, "sub": contact, "exp": until}
    return str(Vapid.from_raw(key.encode()).sign(claims)["Authorization"])


def public_half(key: str) -> str:
    """What a browser needs to know of the server's key, so that nobody else can send it notices."""
    point = Vapid.from_raw(key.encode()).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _read(written: str, length: int) -> bytes:
    try:
        found = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused("keys") from None
    if len(found) != length:
        raise Refused("keys")
    return found
