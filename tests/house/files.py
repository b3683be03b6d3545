"""The files of the repository, as git knows them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is part of the repository and still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(file for name in listed.split("\0") if name and (file := ROOT / name).is_file())


def texts() -> list[tuple[str, str]]:
    """Name and text of every file that is text."""
    found = []
    for file in tracked():
        try:
            found.append((str(file.relative_to(ROOT)), file.read_text()))
        except UnicodeDecodeError:
            continue
    return found


def templates() -> list[tuple[str, str]]:
    """Name and source of every template."""
    folder = ROOT / "mandorla"
    return [(str(file.relative_to(ROOT)), file.read_text()) for file in sorted(folder.glob("*/templates/**/*.html"))]
