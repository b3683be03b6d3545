"""The written people, read once; and the words for feelings one can choose from."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from mandorla.learn import core
from mandorla.vault.core import NotYours

CONTENT: Final = Path(__file__).parents[2] / "content"


@cache
def everybody() -> tuple[core.Person, ...]:
    """All of them, the gentlest first."""
    files = (CONTENT / "practice").glob("*.toml")
    return core.in_order([core.person(file.stem, tomllib.loads(file.read_text("utf-8"))) for file in files])


def somebody(key: str) -> core.Person:
    """One of them; `NotYours` if there is nobody of this name."""
    found = next((one for one in everybody() if one.key == key), None)
    if found is None:
        raise NotYours
    return found


@cache
def petals() -> tuple[Mapping[str, object], ...]:
    """The wheel of feelings in English, which is what the coach reads: name, and words by key."""
    groups = tomllib.loads((CONTENT / "feelings" / "en.toml").read_text("utf-8"))["groups"]
    return tuple(
        {"name": group["name"], "words": {word["key"]: word["name"] for word in group["words"]}} for group in groups
    )


@cache
def feelings() -> Mapping[str, str]:
    """The names of all feelings of the wheel, by key."""
    return {key: name for petal in petals() for key, name in dict(petal["words"]).items()}  # type: ignore[call-overload]
