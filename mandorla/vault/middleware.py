"""Opens a person's keys for one request and overwrites them after the response."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponseBase

from mandorla.vault.services.ring import KeyRing, current
from mandorla.vault.services.sessions import KeyedRequest, finish_request, open_request


class Unlock:
    """Sets `request.ring` (None if locked) and the context's `current` ring."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        open_request(request)
        keyed = cast("KeyedRequest", request)
        opened = keyed.ring
        token = current.set(opened)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
        finish_request(request, response)
        for ring in (opened, keyed.ring):
            _close_after(response, ring)
        return response


def _close_after(response: HttpResponseBase, ring: KeyRing | None) -> None:
    """A streamed response still needs its keys until its last byte."""
    if ring is None:
        return
    if response.streaming:
        response._resource_closers.append(ring.close)  # type: ignore[attr-defined]  # Django has no public way
    else:
        ring.close()
