"""Which languages an installation speaks: English, and each that somebody has put a folder of translations for.

Beside its texts a language may say in `about.toml` how it calls itself, and whether somebody who practises in it has
read them. One that does not say counts as not read.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Language:
    """One as Django names it; `folder` holds what is told in it, and nothing for English, in which all is written."""

    code: str
    name: str
    reviewed: bool = True
    folder: Path | None = None


FIRST = Language("en-gb", "English")


def spoken(folders: Iterable[Path]) -> list[Language]:
    """The languages of `<folder>/<locale>/LC_MESSAGES/django.po` after English; of two folders the later counts."""
    found = {file.parts[-3]: file.parents[1] for folder in folders for file in folder.glob("*/LC_MESSAGES/django.po")}
    told = [_told(name.lower().replace("_", "-"), folder) for name, folder in sorted(found.items())]
    return [FIRST, *(one for one in told if one.code != FIRST.code)]


def _told(code: str, folder: Path) -> Language:
    about = folder / "about.toml"
    told = tomllib.loads(about.read_text("utf-8")) if about.exists() else {}
    return Language(code, str(told.get("name", code)), told.get("reviewed") is True, folder)
