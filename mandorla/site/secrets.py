"""The server's own secrets: made once, kept in the data folder, never in the database or a backup's body.

None of them opens what people wrote: they sign cookies and turn sign-in names into digests.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Secrets:
    """`django` signs cookies and forms; `names` (hex, 32 bytes) keys the digests of sign-in names."""

    django: str
    names: str


def read(data: Path) -> Secrets:
    """The secrets in this data folder; made at the first start, readable by the owner alone."""
    file = data / "secrets.json"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        made = Secrets(django=secrets.token_urlsafe(48), names=secrets.token_hex(32))
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(asdict(made), out)
    return Secrets(**json.loads(file.read_text()))
