"""`mandorla coach --jsonl` as another program uses it: a line in, a line out, in order, whatever stands in it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
    lines = [json.dumps({"kind": kind} | fields) for kind, (fields, _) in LINES.items()]
    lines += [
        "not json",
        "[]",
        '{"kind": "mirror", "sender": "Hello"}',
        '{"kind": "grade", "text": "x"}',
        '{"kind": "send", "text": ""}',
    ]
    lines.append(
        json.dumps(
            {"kind": "mirror", "sender": SENDER, "response": "You want to leave me, and it is your mother who says so."}
        )
    )
    return asked(tmp_path_factory.mktemp("coach"), lines)


def asked(folder: Path, lines: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mandorla", "coach", "--jsonl", "--data", str(folder / "data")],
        env=CALM,
        input="\n".join(lines),
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


def test_it_starts_no_site(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-X", "importtime", "-m", "mandorla", "coach", "--jsonl"]
    done = subprocess.run(command, env=CALM, cwd=tmp_path, input="[]", capture_output=True, text=True, check=True)
    assert "mandorla.spaces" not in done.stderr
    assert list(tmp_path.iterdir()) == []
