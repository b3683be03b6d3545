"""The server's own secrets: made once, kept in the data folder, never in the database or a backup's body.

None of them opens what people wrote: they sign cookies and turn sign-in names into digests.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """`django` signs cookies and forms; `names` (hex, 32 bytes) keys the digests of sign-in names."""

    django: str
    names: str


def read(data: Path) -> Secrets:
    """The secrets in this data folder; made at the first start, readable by the owner alone."""
    file = data / FILE
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        write(data, Secrets(django=secrets.token_urlsafe(48), names=secrets.token_hex(32)))
    try:
        return Secrets(**json.loads(file.read_text()))
    except (ValueError, TypeError) as problem:
        raise ValueError(f"{file} is damaged; the keys file of a backup has a copy") from problem


def write(data: Path, made: Secrets) -> None:
    """Keep these as the secrets of this data folder; the file is there whole or not at all."""
    draft = data / f".{FILE}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(asdict(made), out)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(data / FILE)
