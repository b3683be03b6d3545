"""One process serves all: sockets go straight to the live rooms, everything else to Django's pages in threads.

A page's thread is taken only when the whole request is here, and given back before a slow reader has read the answer:
so nobody can hold the threads, and half a form never looks like a whole one.
"""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.conf import settings

from mandorla.site.wsgi import application as pages  # isort: skip  # sets Django up: must come first
from mandorla.dialogue import live  # isort: skip
from mandorla.notices import services as notices  # isort: skip

PAGE_THREADS = 8
pages_in_threads = WSGIMiddleware(cast(WSGIApp, pages), workers=PAGE_THREADS, send_queue_size=0)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI entry."""
    match scope["type"]:
        case "lifespan":
            sender = notices.Sender()
            if settings.SENDER:
                sender.start()
            await live.lifespan(receive, send)
            sender.stop()
        case "websocket":
            await live.socket(scope, receive, send)
        case _:
            body = await whole_body(receive)
            if body is not None:
                await pages_in_threads(scope, replay(body), send)


async def whole_body(receive: Any) -> bytes | None:
    """What was sent; empty if it is too long for Django to take; nothing if the sender went away in the middle."""
    body = bytearray()
    while len(body) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)
    return b""


def replay(body: bytes) -> Any:
    """A `receive` that gives this body, once."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
