"""The repository knows no machine it was written on, and no registry it was installed from."""

import re

from tests.house.files import ROOT, texts

NOT_OURS = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/"
    r"|pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|crates\.io|\bindex-url\b",
)
THIS = "tests/house/test_repository.py"
PIN = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)


def test_no_machine_path_and_no_registry() -> None:
    found = [f"{name}: {match.group()}" for name, text in texts() if name != THIS for match in NOT_OURS.finditer(text)]

    assert found == []


def test_what_runs_is_what_was_checked() -> None:
    app = dict(PIN.findall((ROOT / "requirements/app.lock").read_text()))
    dev = dict(PIN.findall((ROOT / "requirements/dev.lock").read_text()))

    assert app.items() <= dev.items()


def test_the_package_asks_for_what_is_locked() -> None:
    asked = set(re.findall(r'^  "([\w.-]+(?:\[\w+\])?==[\w.]+)",', _dependencies(), re.MULTILINE))

    assert asked == set((ROOT / "requirements/app.in").read_text().split())


def test_every_dependency_says_what_for() -> None:
    lines = [line for line in _dependencies().splitlines() if line.strip()]

    assert [line for line in lines if "  # " not in line] == []


def _dependencies() -> str:
    text = (ROOT / "pyproject.toml").read_text()
    return text.split("\ndependencies = [\n")[1].split("\n]\n")[0]
