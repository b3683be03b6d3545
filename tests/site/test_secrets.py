"""The server's own secrets: made once, whole, and completed where a folder is older than one of them."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from mandorla.site import secrets
from mandorla.vault.core import public_half


def test_they_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    made = secrets.read(tmp_path)

    assert secrets.read(tmp_path) == made
    assert len(set(asdict(made).values())) == 4
    assert (tmp_path / secrets.FILE).stat().st_mode & 0o777 == 0o600


def test_an_older_folder_gets_what_came_later_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / secrets.FILE).write_text(json.dumps({"django": "a", "names": "b"}))

    found = secrets.read(tmp_path)

    assert (found.django, found.names) == ("a", "b")
    assert len(public_half(found.vapid)) == 87
    assert secrets.read(tmp_path) == found


@pytest.mark.parametrize("odd", ["", "{}", "[]", '{"django": "a"}', '{"django": "a", "names": "b", "more": "c"}'])
def test_a_damaged_file_says_where_a_copy_is(tmp_path: Path, odd: str) -> None:
    (tmp_path / secrets.FILE).write_text(odd)

    with pytest.raises(ValueError, match="the keys file of a backup has a copy"):
        secrets.read(tmp_path)
