"""What the coach listens to in a room, and how: data, in content/coach/listens.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

LISTENS: Final = Path(__file__).parents[2] / "content" / "coach" / "listens.toml"


@cache
def listens() -> dict[str, Any]:
    """The kinds of words that are listened to, guesses and their answers, and which whispers come first."""
    return tomllib.loads(LISTENS.read_text("utf-8"))
