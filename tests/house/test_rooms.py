"""Every file stands in one of the rooms, and imports only from the rooms its own may open.

Floors, and what cores and cryptography may know, are import-linter's (pyproject.toml); here are the rooms.
"""

import ast
from pathlib import Path

import pytest

from tests.house.files import ROOT

FEATURES = ("dialogue", "learn", "notices", "coach", "safety", "spaces", "accounts", "vault")
FLOORS = ("site", *FEATURES, "content")
DOORS = {"views", "live", "middleware", "backends"}
MAY_OPEN = {  # room: (rooms of the own feature, rooms of floors below); a view may answer as the socket would
    "core": ({"core"}, {"core"}),
    "fields": ({"core", "fields"}, {"core", "fields"}),
    "models": ({"core", "fields", "models"}, {"core", "fields", "models"}),
    "services": ({"core", "fields", "models", "services"}, {"core", "services"}),
    "forms": ({"core", "services", "forms"}, {"core", "services", "forms"}),
    "views": ({"core", "services", "forms", "views", "live"}, {"core", "services", "forms", "views"}),
    "live": ({"core", "services", "forms", "live"}, {"core", "services"}),
    "middleware": ({"core", "services"}, {"core", "services"}),
    "backends": ({"core", "services", "models", "backends"}, {"core", "services"}),
    "urls": ({"services", "urls"} | DOORS, {"services"}),
    "management": ({"core", "services", "management"} | DOORS, {"core", "services"}),
    "apps": ({"services"} | DOORS, {"services"}),
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NO_CODE = {"weights", "templates", "static", "locale", "migrations", "__init__", "__pycache__"}


def _modules() -> list[tuple[str, str, Path]]:
    found = []
    for feature in FEATURES:
        for file in sorted((ROOT / "mandorla" / feature).rglob("*.py")):
            room = file.relative_to(ROOT / "mandorla" / feature).parts[0].removesuffix(".py")
            if room not in NO_CODE and file.read_text():
                found.append((feature, room, file))
    return found


MODULES = _modules()
for_every_module = pytest.mark.parametrize(
    ("feature", "room", "file"), MODULES, ids=[str(file.relative_to(ROOT)) for _, _, file in MODULES]
)


@for_every_module
def test_it_stands_in_a_room(feature: str, room: str, file: Path) -> None:
    assert room in MAY_OPEN


@for_every_module
def test_it_opens_only_doors_it_may(feature: str, room: str, file: Path) -> None:
    own, below = MAY_OPEN.get(room, (set(), set()))

    wrong = [
        f"mandorla.{other}.{opened}"
        for other, opened in _imports(ast.parse(file.read_text()))
        if opened not in (own if other == feature else below)
    ]

    assert wrong == []


@for_every_module
def test_it_opens_with_what_it_is_for(feature: str, room: str, file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text())), f"{file.name} should open with one to three sentences"


@pytest.mark.parametrize("feature", FEATURES)
def test_folders_are_rooms(feature: str) -> None:
    folders = {entry.name for entry in (ROOT / "mandorla" / feature).iterdir() if entry.is_dir()}

    assert folders - set(MAY_OPEN) - NO_CODE == set()


@for_every_module
def test_imports_stand_at_the_top(feature: str, room: str, file: Path) -> None:
    tree = ast.parse(file.read_text())

    if room == "apps":
        return  # Django calls `ready` when models may be used: only then can services be imported

    inside = [node for body in ast.walk(tree) if isinstance(body, FUNCTIONS) for node in ast.walk(body)]

    assert [node.lineno for node in inside if isinstance(node, ast.Import | ast.ImportFrom)] == []


def _imports(tree: ast.Module) -> list[tuple[str, str]]:
    """Every import of our own code, as (floor, room)."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    parts = [name.split(".") for name in names if name.startswith("mandorla.")]
    return [(part[1], part[2]) for part in parts if len(part) > 2 and part[1] in FLOORS[1:-1]]
