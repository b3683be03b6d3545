"""Sign-in names: what makes one, and the digest under which it is found. The name itself is stored nowhere."""

import hmac
import unicodedata

NAME_MIN, NAME_MAX = 3, 64
CALLED_MAX = 60


def plain_name(name: str) -> str:
    """The one spelling of a sign-in name: NFKC, case folded, without spaces around it."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def name_digest(name: str, key: bytes) -> bytes:
    """HMAC-SHA-256 of the plain name under the installation's key; 32 bytes."""
    return hmac.digest(key, plain_name(name).encode(), "sha256")
