"""How entries are written down: names of stored things are for ever, old shapes are understood here on reading."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from mandorla.dialogue.core.state import Entry


def packed(entry: Entry) -> dict[str, Any]:
    """An entry as the plain JSON that gets sealed; author and number are bound to the envelope instead."""
    return {
        "at": entry.at.isoformat(),
        "do": entry.do,
        "step": entry.step,
        "body": dict(entry.body),
        "prev": entry.prev,
    }


def entry(plain: Mapping[str, Any], seq: int, author: UUID) -> Entry:
    """The entry that was written down so."""
    return Entry(
        seq, author, datetime.fromisoformat(plain["at"]), plain["do"], plain["step"], plain["body"], plain["prev"]
    )
