"""A backup of PostgreSQL restores into SQLite, and the other way round."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.site.command import mandorla
from tests.site.test_backups import MAKE, READ, WORDS, backup, lived_in, play

__all__ = ["backup", "lived_in"]

pytestmark = pytest.mark.database


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a database with nothing in it."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        name = f"restored_{os.getpid()}"  # tests run side by side
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server.rpartition('/')[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_backup_of_postgresql_restores_into_sqlite(empty: str, tmp_path: Path) -> None:
    mandorla("migrate", "--data", tmp_path / "data", DATABASE_URL=empty)
    play(MAKE, tmp_path / "data", DATABASE_URL=empty)

    made = mandorla("backup", tmp_path / "backup", "--data", tmp_path / "data", DATABASE_URL=empty)
    told = mandorla("restore", tmp_path / "backup", "--data", tmp_path / "new")

    assert (made.returncode, told.returncode) == (0, 0), made.stderr + told.stderr
    assert play(READ, tmp_path / "new") == f"Ana {WORDS} 0\n"


def test_a_backup_of_sqlite_restores_into_postgresql(backup: Path, empty: str, tmp_path: Path) -> None:
    told = mandorla("restore", backup, "--data", tmp_path / "new", DATABASE_URL=empty)

    assert told.returncode == 0, told.stderr
    assert play(READ, tmp_path / "new", DATABASE_URL=empty) == f"Ana {WORDS} 0\n"


def test_a_filled_postgresql_is_not_written_over(backup: Path, empty: str, tmp_path: Path) -> None:
    mandorla("migrate", "--data", tmp_path / "data", DATABASE_URL=empty)

    told = mandorla("restore", backup, "--data", tmp_path / "new", DATABASE_URL=empty)

    assert told.returncode == 1
    assert told.stderr == "Sorry: that database is not empty; restore into an empty one.\n"
