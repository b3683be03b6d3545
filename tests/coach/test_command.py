"""`mandorla coach --jsonl` as another program uses it: a line in, a line out, in order, whatever stands in it."""

import json
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from mandorla.coach import services
from mandorla.coach.management import lines
from tests.site.command import CALM

SENDER = "When you came home at nine I was worried, and I had eaten alone."
LINES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "mirror": (
        {
            "sender": SENDER,
            "response": "So when I came home at nine you were worried, and you had already eaten on your own.",
        },
        {"label", "coverage", "missed", "additions", "whispers"},
    ),
    "send": ({"text": "You never listen to me."}, {"blame", "flags", "feelings", "danger", "danger_kind", "whispers"}),
    "request": (
        {"text": "Would you make tea on Sunday at eight, for the next two weeks?"},
        {"positive", "specific", "measurable", "time_limited", "flags", "good"},
    ),
    "feelings": ({"a": "calm", "b": "anxious"}, {"similarity"}),
    "traits": ({"a": "generous", "b": "stingy"}, {"similarity"}),
    "topic": ({"text": "The rent is due and the account is empty."}, {"topic"}),
    "counsel": ({"client": "I drink too much.", "response": "You are worried about it."}, {"behaviour", "quality"}),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the command answered: one line of each kind, and between them lines that are none."""
    given = [json.dumps({"kind": kind} | fields) for kind, (fields, _) in LINES.items()]
    given += [
        "not json",
        "[]",
        '{"kind": "mirror", "sender": "Hello"}',
        '{"kind": "grade", "text": "x"}',
        '{"kind": "send", "text": ""}',
    ]
    given.append(
        json.dumps(
            {"kind": "mirror", "sender": SENDER, "response": "You want to leave me, and it is your mother who says so."}
        )
    )
    return asked(tmp_path_factory.mktemp("coach"), given)


def asked(folder: Path, given: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mandorla", "coach", "--jsonl", "--data", str(folder / "data")],
        env=CALM,
        input="\n".join(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_kind_is_answered_in_its_order(told: list[dict[str, Any]]) -> None:
    assert all(names <= one.keys() for one, (_, names) in zip(told, LINES.values(), strict=False))
    assert len(told) == len(LINES) + 6


def test_a_line_that_is_none_gets_a_sentence_and_the_rest_goes_on(told: list[dict[str, Any]]) -> None:
    wrong = told[len(LINES) : -1]
    assert [set(one) for one in wrong] == [{"error"}] * 5
    assert "response" in wrong[2]["error"]
    assert "label" in told[-1]


def test_the_answers_are_those_a_listener_would_give(told: list[dict[str, Any]]) -> None:
    mirror, send, request, feelings, traits, topic, counsel = told[: len(LINES)]
    assert (mirror["label"], mirror["missed"], mirror["additions"]) == ("faithful", [], [])
    assert (send["blame"], send["danger"]) == (True, False)
    assert {"you_statement", "absolute"} <= set(send["flags"])
    assert {one["span"] for one in send["whispers"]} >= {"never"}
    assert request["good"]
    assert feelings["similarity"] == traits["similarity"] == 0.0
    assert topic["topic"] == "money"
    assert counsel["behaviour"] == "reflection"
    assert told[-1]["label"] == "interpretation"
    assert told[-1]["missed"]


ODD: dict[str, tuple[bytes, bool]] = {  # a line, and whether there is something in it to answer
    "a blank line": (b"", False),
    "blanks": (b"  \t ", False),
    "deep lists": (b"[" * 100_000, False),
    "deep objects": (b'{"kind": "send", "text": ' + b'{"a":' * 100_000, False),
    "no number": (b'{"kind": "send", "text": NaN}', False),
    "a long number": (b"1" * 10_000, False),
    "bytes that are no letters": (b"\xff\xfe", False),
    "the same in words": (b'{"kind": "send", "text": "You never \xff\xfe listen."}', True),
    "half a character": (b'{"kind": "send", "text": "You never \\ud800 listen."}', True),
    "the same in two": (b'{"kind": "mirror", "sender": "I \\udc00 wait.", "response": "You \\ud800 wait."}', True),
    "the same in few": (b'{"kind": "feelings", "a": "\\ud800", "b": "sad"}', True),
    "the same as a kind": (b'{"kind": "\\ud800"}', False),
    "nothing but NUL": (b'{"kind": "topic", "text": "\\u0000"}', True),
    "NUL": (b"\x00", False),
    "no words": (b'{"kind": "mirror", "sender": "?!", "response": "..."}', True),
    "no letters": ('{"kind": "request", "text": "💔"}'.encode(), True),
    "very long": (json.dumps({"kind": "send", "text": "not now, " * 100_000}).encode(), True),
    "very long blanks": (json.dumps({"kind": "send", "text": f"a{' ' * 100_000}b"}).encode(), True),
    "other letters": ('{"kind": "mirror", "sender": "Şule’s café", "response": "نامه"}'.encode(), True),
    "a mark of order": (b'\xef\xbb\xbf{"kind": "topic", "text": "The rent is due."}', True),
}


@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}])
def test_whatever_a_line_holds_it_has_an_answer_and_so_has_the_next(locale: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mandorla", "coach", "--jsonl"],
        env=CALM | locale,
        input=b"\n".join(line for line, _ in ODD.values()),
        capture_output=True,
        timeout=60,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.decode().splitlines()]

    assert {name: "error" not in one for name, one in zip(ODD, told, strict=True)} == {
        name: is_answered for name, (_, is_answered) in ODD.items()
    }
    assert done.stderr == b""


def test_a_line_at_which_the_coach_fails_is_told_without_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(said: str) -> str:
        raise RuntimeError(said)

    words = b'{"kind": "topic", "text": "cinnamon"}\n'
    monkeypatch.setattr(services, "topic", fails)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(words * 2)))
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(told := BytesIO()))
    lines.main(["--jsonl"])

    assert [set(json.loads(line)) for line in told.getvalue().splitlines()] == [{"error"}] * 2
    assert b"cinnamon" not in told.getvalue()


def test_it_starts_no_site(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-X", "importtime", "-m", "mandorla", "coach", "--jsonl"]
    done = subprocess.run(command, env=CALM, cwd=tmp_path, input="[]", capture_output=True, text=True, check=True)
    assert "mandorla.spaces" not in done.stderr
    assert list(tmp_path.iterdir()) == []
