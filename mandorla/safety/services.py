"""Where help is found: the list that comes with the product, or the operator's own in the data folder."""

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings

from mandorla.safety.core import Country, countries, texts, told

HELP = Path(__file__).resolve().parent.parent / "content" / "help"


def help_lines(language: str) -> tuple[Country, ...]:
    """The numbers to call, told in this language. An operator's file that cannot be read is passed over without a word:
    that somebody looked for help is written down nowhere.

    Help is always shown; what has no words in this language is shown as it was written.
    """
    return tuple(told(country, words(language)) for country in _lines())


def shipped_texts() -> set[str]:
    """What is to be told of the list that comes with the product."""
    return {text for country in _read(HELP / "lines.toml") for text in texts(country)}


@cache
def words(language: str) -> Mapping[str, str]:
    """What the list's words are in this language, or in the one without its country."""
    files = (HELP / f"{code}.toml" for code in (language, language.partition("-")[0]))
    found = next((file for file in files if file.exists()), None)
    return tomllib.loads(found.read_text("utf-8"))["words"] if found else {}


def own_list() -> tuple[Country, ...] | None:
    """What the operator put in the place of our list. OSError or ValueError for what cannot be read."""
    own = settings.DATA / "help.toml"
    return _read(own) if own.exists() else None


def _lines() -> tuple[Country, ...]:
    with suppress(OSError, ValueError):
        if own := own_list():
            return own
    return _read(HELP / "lines.toml")


def _read(file: Path) -> tuple[Country, ...]:
    return countries(tomllib.loads(file.read_text(encoding="utf-8")))
