"""`mandorla coach --jsonl`: an object a line in, an answer a line out, in order. It starts no site."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Final

from mandorla.coach import services

Asked = dict[str, Any]


def main(options: Sequence[str]) -> None:
    """Answers each line of standard input as it comes, until there are no more. Both are UTF-8, whatever the locale."""
    parser = argparse.ArgumentParser(
        prog="mandorla coach",
        description="Asks the coach: one JSON object a line on standard input, one answer a line on standard output.",
    )
    parser.add_argument("--jsonl", action="store_true", required=True, help="JSON lines in, JSON lines out")
    parser.parse_args(options)
    for line in sys.stdin.buffer:
        told = json.dumps(_answered(line.decode("utf-8-sig", "replace")), ensure_ascii=False)
        sys.stdout.buffer.write(f"{told}\n".encode())
        sys.stdout.buffer.flush()


def _answered(line: str) -> dict[str, Any]:
    try:
        return _answer(line)
    except Exception:  # noqa: BLE001  # the lines after it are answered too, and what was in it is told to nobody
        return {"error": "The coach could not read this line."}


def _answer(line: str) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "This line is not JSON."}
    if not isinstance(asked, dict):
        return {"error": "A line holds one JSON object."}
    kind = asked.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return {"error": f"“kind” is one of: {', '.join(KINDS)}."}
    fields, answer = KINDS[kind]
    missing = [name for name in fields if not isinstance(asked.get(name), str) or not asked[name].strip()]
    if missing:
        return {"error": f"{kind} needs words in: {', '.join(missing)}."}
    return answer(asked)


def _whispers(told: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"code": one["code"], "why": services.says(one["code"]), "span": one["span"]} for one in told]


def _mirror(asked: Asked) -> dict[str, Any]:
    found = asdict(services.mirror(asked["sender"], asked["response"]))
    return found | {"whispers": _whispers(found["whispers"])}


def _send(asked: Asked) -> dict[str, Any]:
    found = asdict(services.send(asked["text"]))
    return found | {"whispers": _whispers(found["whispers"])}


def _request(asked: Asked) -> dict[str, Any]:
    found = asdict(services.request(asked["text"]))
    return found | {"whispers": _whispers(found["whispers"])}


def _counsel(asked: Asked) -> dict[str, Any]:
    behaviour, quality = services.counsel(asked["client"], asked["response"])
    return {"behaviour": behaviour, "quality": quality}


KINDS: Final[dict[str, tuple[tuple[str, ...], Callable[[Asked], dict[str, Any]]]]] = {
    "mirror": (("sender", "response"), _mirror),
    "send": (("text",), _send),
    "request": (("text",), _request),
    "feelings": (("a", "b"), lambda asked: {"similarity": services.feelings(asked["a"], asked["b"])}),
    "traits": (("a", "b"), lambda asked: {"similarity": services.traits(asked["a"], asked["b"])}),
    "topic": (("text",), lambda asked: {"topic": services.topic(asked["text"])}),
    "counsel": (("client", "response"), _counsel),
}
