"""Where help is found: the list that comes with the product, or the operator's own in the data folder."""

import logging
import tomllib
from pathlib import Path

from django.conf import settings

from mandorla.safety.core import Country, countries

log = logging.getLogger(__name__)


def help_lines() -> tuple[Country, ...]:
    """The numbers to call. An operator's file that cannot be read is logged and passed over: help is always shown."""
    own = settings.DATA / "help.toml"
    if own.exists():
        try:
            return _read(own)
        except (OSError, ValueError) as problem:
            log.error("help.toml in the data folder is not used: %s", problem)
    return _read(settings.ROOT / "content" / "help" / "lines.toml")


def _read(file: Path) -> tuple[Country, ...]:
    return countries(tomllib.loads(file.read_text(encoding="utf-8")))
