"""A data folder is made ready once, and again only for what changed."""

import gettext
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from mandorla.site import ready
from tests.site.command import mandorla

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Send"
msgstr "Senden"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with one translation."""
    file = tmp_path / "source" / "de" / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True)
    file.write_text(PO)
    return tmp_path / "source"


def _said(target: Path) -> str:
    return gettext.translation("django", target, ["de"]).gettext("Send")


def test_translations_are_compiled(source: Path, tmp_path: Path) -> None:
    ready.compile_translations(source, tmp_path / "target")

    assert _said(tmp_path / "target") == "Senden"


def test_a_changed_translation_is_compiled_again(source: Path, tmp_path: Path) -> None:
    ready.compile_translations(source, tmp_path / "target")
    po = next(source.rglob("*.po"))
    po.write_text(PO.replace("Senden", "Sagen"))
    os.utime(po, (po.stat().st_atime, po.stat().st_mtime + 5))
    gettext._translations.clear()  # type: ignore[attr-defined]  # gettext keeps what it read

    ready.compile_translations(source, tmp_path / "target")

    assert _said(tmp_path / "target") == "Sagen"


def test_data_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    mandorla("migrate", "--data", tmp_path)
    with sqlite3.connect(tmp_path / "mandorla.sqlite3") as database:
        database.execute("INSERT INTO django_migrations VALUES (NULL, 'dialogue', '9999_later', '2999-01-01')")
    database.close()

    told = mandorla("run", "--port", "0", "--data", tmp_path)

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("Sorry: the data was last used by a newer Mandorla")


def test_static_files_are_collected_once(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    calls: list[str] = []

    def noted(name: str, **how: Any) -> None:
        calls.append(name)
        call_command(name, **how)

    monkeypatch.setattr(ready, "call_command", noted)

    ready.collect_static()
    ready.collect_static()

    assert calls == ["collectstatic"]
    assert (tmp_path / "static" / "site" / "css" / "base.css").exists()


@pytest.mark.django_db
def test_nothing_is_migrated_that_was(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(ready, "call_command", lambda name, **_: calls.append(name))

    ready.migrate()

    assert calls == []
