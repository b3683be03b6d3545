"""Every setting and every command is told of in the documents, and nothing that is not there."""

import re
from importlib import resources

import pytest

from mandorla.site.cli import HELP
from tests.house.files import ROOT

SETTINGS = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "mandorla/site/settings.py").read_text()))
HOSTS = "\n".join(file.read_text() for file in sorted((ROOT / "docs/hosts").glob("*.md")))
EVERYTHING = HOSTS + "\n".join(file.read_text() for file in (ROOT / "docs").rglob("*.md"))


def commands() -> list[str]:
    """Every command of ours."""
    found = []
    for floor in resources.files("mandorla").iterdir():
        folder = floor / "management" / "commands"
        if folder.is_dir():
            found += [
                file.name.removesuffix(".py").replace("_", "-")
                for file in folder.iterdir()
                if file.name.endswith(".py")
            ]
    return sorted(set(found) - {"--init--"})


def test_every_setting_is_told_of() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/hosts/settings.md").read_text(), re.MULTILINE))

    assert told == SETTINGS


@pytest.mark.parametrize("command", commands())
def test_every_command_is_told_of(command: str) -> None:
    assert re.search(rf"mandorla {command}\b|\./run {command}\b", EVERYTHING + HELP)


@pytest.mark.parametrize("part", ["lint", "unit", "postgres", "journeys", "bench", "fix"])
def test_every_part_of_check_is_told_of(part: str) -> None:
    assert f"./check {part}" in EVERYTHING


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", file.read_text()):
            if not (file.parent / target).exists():
                broken.append(f"{file.relative_to(ROOT)}: {target}")

    assert broken == []
