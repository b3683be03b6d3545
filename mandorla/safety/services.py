"""Where help is found: the list that comes with the product, or the operator's own in the data folder."""

import logging
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from mandorla.safety.core import Country, countries, texts, told

HELP = Path(__file__).resolve().parent.parent / "content" / "help"

log = logging.getLogger(__name__)


def help_lines(language: str) -> tuple[Country, ...]:
    """The numbers to call, told in this language. An operator's file that cannot be read is logged and passed over.

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


def _lines() -> tuple[Country, ...]:
    own = settings.DATA / "help.toml"
    if own.exists():
        try:
            return _read(own)
        except (OSError, ValueError) as problem:
            log.error("help.toml in the data folder is not used: %s", problem)
    return _read(HELP / "lines.toml")


def _read(file: Path) -> tuple[Country, ...]:
    return countries(tomllib.loads(file.read_text(encoding="utf-8")))
