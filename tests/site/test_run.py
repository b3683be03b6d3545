"""`mandorla run`: starts fast, listens where it safely may, and says kindly what is in the way."""

import re
import signal
import socket
import ssl
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.site.command import mandorla, start

SECONDS_TO_START = 3
LINE_OF_HOW = r"\S+Z INFO mandorla\.site page=/how/ method=GET status=200 ms=\d+ number=[0-9a-f]{8}\n"


@contextmanager
def served(*words: str | Path, **environment: str) -> Iterator[tuple[str, list[str]]]:
    """The address a running site told, and everything it said until then; afterwards also what it said later."""
    process = start("run", *words, **environment)
    said: list[str] = []
    assert process.stdout
    try:
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"https?://[\w.:\[\]]+/", line):
                yield found.group(), said
                break
        else:
            pytest.fail("".join(said))
    finally:
        process.send_signal(signal.SIGTERM)
        with process.stdout:
            said += process.stdout.readlines()
        process.wait(10)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was served before."""
    folder = tmp_path_factory.mktemp("data")
    with served("--port", "0", "--data", folder):
        pass
    return folder


def test_a_second_start_is_fast_and_shows_the_front_page(data: Path) -> None:
    began = time.monotonic()

    with served("--port", "0", "--data", data) as (address, _), urllib.request.urlopen(address) as page:
        took = time.monotonic() - began

        assert page.status == 200
        assert took < SECONDS_TO_START


def test_the_log_has_the_pattern_and_nothing_else(data: Path) -> None:
    with (
        served("--port", "0", "--data", data) as (address, said),
        urllib.request.urlopen(f"{address}how/?q=heliotrope"),
    ):
        pass

    lines = [line for line in said if "page=" in line]
    assert len(lines) == 1
    assert re.fullmatch(
        r"\S+Z INFO mandorla\.site page=/how/ method=GET status=200 ms=\d+ number=[0-9a-f]{8}\n", lines[0]
    )
    assert "heliotrope" not in "".join(said)


def test_a_taken_port_is_said_in_a_sentence(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        told = mandorla("run", "--port", str(port), "--data", data)

    assert told.returncode == 1
    assert told.stderr.startswith(f"Sorry: port {port} on 127.0.0.1 cannot be used")
    assert "Traceback" not in told.stderr


def test_an_unwritable_folder_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    told = mandorla("run", "--data", tmp_path / "file" / "data")

    assert told.returncode == 1
    assert told.stderr.startswith("Sorry: the data folder ")
    assert "Traceback" not in told.stderr


def test_plain_http_is_for_this_machine_alone(data: Path) -> None:
    told = mandorla("run", "--host", "0.0.0.0", "--port", "0", "--data", data)

    assert told.returncode == 1
    assert told.stderr.startswith("Sorry: 0.0.0.0 can be reached by others")


def test_one_folder_is_served_once(data: Path) -> None:
    with served("--port", "0", "--data", data):
        told = mandorla("run", "--port", "0", "--data", data)

    assert told.returncode == 1
    assert "already being served" in told.stderr


def test_several_processes_on_sqlite_are_refused(data: Path) -> None:
    told = mandorla("run", "--workers", "2", "--port", "0", "--data", data)

    assert told.returncode == 1
    assert told.stderr.startswith("Sorry: SQLite is for one process")


def test_phones_are_served_over_https_with_a_certificate_of_this_machine(data: Path) -> None:
    with served("--lan", "--port", "0", "--data", data) as (address, said):
        port = int(address.split(":")[2].strip("/"))
        trusted = ssl.create_default_context(cafile=str(data / "lan.crt"))
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/", context=trusted) as page:
            headers = page.headers

    assert address.startswith("https://")
    assert "Strict-Transport-Security" not in headers
    assert "The browser will warn" in "".join(said)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"MANDORLA_IDLE_MINUTES": "soon"}, "Sorry: the settings cannot be used (invalid literal"),
        ({"DATABASE_URL": "mysql://someone@localhost/x"}, "Sorry: the settings cannot be used (DATABASE_URL must name"),
        ({"DATABASE_URL": "postgres://someone@127.0.0.1:1/x"}, "Sorry: the database cannot be used (connection"),
    ],
)
def test_settings_that_make_no_sense_are_said_in_a_sentence(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    told = mandorla("run", "--port", "0", "--data", tmp_path, **environment)

    assert told.returncode == 1
    assert told.stderr.startswith(said)
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("name", ["secrets.json", "mandorla.sqlite3"])
def test_a_damaged_data_folder_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{ this is neither" * 100)

    told = mandorla("run", "--port", "0", "--data", tmp_path)

    assert told.returncode == 1
    assert told.stderr.startswith("Sorry: ")
    assert "Traceback" not in told.stderr


def test_a_port_that_is_none_is_said_in_a_sentence(data: Path) -> None:
    told = mandorla("run", "--port", "99999", "--data", data)

    assert (told.returncode, told.stderr) == (1, "Sorry: 99999 is no port; ports go from 1 to 65535.\n")


def test_an_unknown_command_is_no_traceback() -> None:
    told = mandorla("runn")

    assert told.returncode == 1
    assert "Traceback" not in told.stderr


def test_without_a_command_it_says_what_there_is() -> None:
    told = mandorla()

    assert told.returncode == 0
    assert told.stdout.startswith("Mandorla, ")


def test_a_data_folder_named_by_nothing_is_the_usual_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    said = mandorla("check", MANDORLA_DATA="")

    assert said.returncode == 0, said.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["var"]


def test_an_empty_name_for_the_data_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    said = mandorla("check", "--data", "")

    assert (said.returncode, "the name of the data folder is empty" in said.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
