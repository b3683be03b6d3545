"""Which languages an installation speaks: English, and each that somebody has put a folder of translations for."""

from collections.abc import Iterable
from pathlib import Path

FIRST = ("en-gb", "English")


def spoken(folders: Iterable[Path]) -> list[tuple[str, str]]:
    """The languages of `<folder>/<locale>/LC_MESSAGES/django.po`, each as Django names it, after English."""
    found = {file.parts[-3] for folder in folders for file in folder.glob("*/LC_MESSAGES/django.po")}
    codes = sorted(name.lower().replace("_", "-") for name in found)
    return [FIRST, *((code, code) for code in codes if code != FIRST[0])]
