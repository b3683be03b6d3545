"""Codes a person writes down: 128 bits as Crockford base32 with two characters that catch a slip of the pen.

Those two follow from the bits and are stored nowhere. Whoever has the rest learns nothing by them; whoever saw them
alone has ten bits, and 118 to guess.
"""

import hmac
import os
from typing import Final
from uuid import UUID

from mandorla.vault.core.errors import Refused
from mandorla.vault.core.keys import hkdf, label

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BYTES: Final = 16
BODY_CHARACTERS: Final = 26
CHECK_CHARACTERS: Final = 2
GROUP: Final = 4
# What a hand or an eye mixes up.
MISREAD: Final = str.maketrans("OIL", "011", "- \t\r\n\u2010\u2011\u2013")


def new_code() -> bytes:
    """The 128 random bits behind a code."""
    return os.urandom(CODE_BYTES)


def written(secret: bytes) -> str:
    """A code in groups of four, as it is shown and written down."""
    body = _characters(int.from_bytes(secret, "big") << 2, BODY_CHARACTERS)
    whole = body + _check(secret)
    return "-".join(whole[start : start + GROUP] for start in range(0, len(whole), GROUP))


def read(code: str) -> bytes:
    """The bits behind a code as typed: case, spaces and dashes do not matter; `Refused` as code_wrong for a slip."""
    characters = code.upper().translate(MISREAD)
    values = [ALPHABET.find(character) for character in characters]
    if len(values) != BODY_CHARACTERS + CHECK_CHARACTERS or -1 in values:
        raise Refused("code_wrong")
    number = sum(value << 5 * place for place, value in enumerate(reversed(values[:BODY_CHARACTERS])))
    secret = (number >> 2).to_bytes(CODE_BYTES, "big")
    if written(secret).replace("-", "") != characters:
        raise Refused("code_wrong")
    return secret


def _check(secret: bytes) -> str:
    """Ten bits of an HMAC-SHA-256: 1,023 of 1,024 slips show at once."""
    digest = hmac.digest(label("check-characters"), secret, "sha256")
    return _characters(int.from_bytes(digest[:2], "big") >> 6, CHECK_CHARACTERS)


def _characters(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def recovery_kek(secret: bytes, person: bytes) -> bytes:
    """The key that closes the recovery slot."""
    return hkdf(secret, label("recovery-kek", person))


def recovery_drawer_kek(secret: bytes, person: bytes) -> bytes:
    """The key that closes the drawer's spare slot, so that a forgotten passphrase does not lose it."""
    return hkdf(secret, label("recovery-drawer-kek", person))


def invite_kek(secret: bytes, space: bytes) -> bytes:
    """The key that wraps a space for whoever holds the invitation code."""
    return hkdf(secret, label("invite-kek", space))


def invite_mac(secret: bytes, space: bytes) -> bytes:
    """The key under which inviter and invitee confirm each other's public keys."""
    return hkdf(secret, label("invite-mac", space))


def invitation_id(secret: bytes) -> UUID:
    """The address of an invitation: whoever has the code finds it, and the address does not give the code away."""
    return UUID(bytes=hkdf(secret, label("invite-id"), CODE_BYTES))


def confirmation(mac_key: bytes, space: bytes, inviter_keys: bytes, invitee_keys: bytes) -> bytes:
    """HMAC-SHA-256 over the space's id and both parties' public keys (each X25519 then Ed25519)."""
    return hmac.digest(mac_key, label("invite", space, inviter_keys, invitee_keys), "sha256")


def confirms(mac: bytes, mac_key: bytes, space: bytes, inviter_keys: bytes, invitee_keys: bytes) -> bool:
    """Whether this confirmation was made by someone who holds the code, for exactly these keys."""
    return hmac.compare_digest(mac, confirmation(mac_key, space, inviter_keys, invitee_keys))
