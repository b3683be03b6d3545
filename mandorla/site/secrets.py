"""The server's own secrets: made once, kept in the data folder, never in the database or a backup's body.

None of them opens what people wrote: they sign cookies and notices, turn sign-in names into digests, and seal where a
notice goes.
"""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "secrets.json"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def new_vapid() -> str:
    """A private key of the curve P-256, as push services know it: base64url of 32 bytes."""
    number = 1 + secrets.randbelow(P256_ORDER - 1)
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Secrets:
    """`django` signs cookies and forms; `names` (hex, 32 bytes) keys the digests of sign-in names; `server` (the same)
    seals where notices go; `vapid` signs them for push services. The last two came later: an older folder gets them."""

    django: str
    names: str
    server: str = field(default_factory=lambda: secrets.token_hex(32))
    vapid: str = field(default_factory=new_vapid)


def read(data: Path) -> Secrets:
    """The secrets in this data folder; made at the first start, readable by the owner alone."""
    file = data / FILE
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        write(data, Secrets(django=secrets.token_urlsafe(48), names=secrets.token_hex(32)))
        _new.add(file)
    try:
        kept = json.loads(file.read_text())
        found = Secrets(**kept)
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{file} is damaged; the keys file of a backup has a copy") from problem
    if asdict(found) != kept:
        write(data, found)
    return found


def forget_new(data: Path) -> None:
    """Take secrets away that this process made just now and nobody used yet."""
    file = data / FILE
    if file in _new:
        _new.remove(file)
        file.unlink()


def write(data: Path, made: Secrets) -> None:
    """Keep these as the secrets of this data folder; the file is there whole or not at all."""
    draft = data / f".{FILE}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(asdict(made), out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(data / FILE)
    folder = os.open(data, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


_new: set[Path] = set()
