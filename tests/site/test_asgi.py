"""Requests reach the pages whole or not at all."""

import asyncio
from typing import Any

from django.conf import settings

from mandorla.site.asgi import replay, whole_body


def _body_of(*messages: dict[str, Any]) -> bytes | None:
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    return asyncio.run(whole_body(receive))


def test_pieces_are_put_together() -> None:
    body = _body_of(
        {"type": "http.request", "body": b"words=", "more_body": True},
        {"type": "http.request", "body": b"hello", "more_body": False},
    )

    assert body == b"words=hello"


def test_half_a_form_is_no_form() -> None:
    body = _body_of({"type": "http.request", "body": b"words=hel", "more_body": True}, {"type": "http.disconnect"})

    assert body is None


def test_nobody_can_fill_the_memory() -> None:
    piece = {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    body = _body_of(*[piece] * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 65_536 + 1))

    assert body == b""


def test_a_page_reads_what_came() -> None:
    message = asyncio.run(replay(b"words=hello")())

    assert message == {"type": "http.request", "body": b"words=hello", "more_body": False}
