"""One process serves all: sockets go straight to the live rooms, everything else to Django's pages in threads."""

from typing import Any

from a2wsgi import WSGIMiddleware

from mandorla.site.wsgi import application as pages  # isort: skip  # sets Django up: must come first
from mandorla.dialogue import live  # isort: skip

PAGE_THREADS = 8
pages_in_threads = WSGIMiddleware(pages, workers=PAGE_THREADS)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI entry."""
    match scope["type"]:
        case "lifespan":
            await live.lifespan(receive, send)
        case "websocket":
            await live.socket(scope, receive, send)
        case _:
            await pages_in_threads(scope, receive, send)
