"""The outermost layer of every page: turns outcomes into pages, sets the headers all share, writes one line of log.

The line has the address's pattern, the status and the milliseconds; never the address itself, a query or a word.
"""

import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone

from mandorla.notices.core import zone_of
from mandorla.site import answers, logs


class Answer:
    """Turns what a view raised into a page, and sets the headers every reply carries."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request.number = secrets.token_hex(4)  # type: ignore[attr-defined]  # names this request in page and log
        method = request.method or "-"
        if method == "HEAD":  # the server sends no body, so no view needs to know
            request.method = "GET"
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        logs.access(request, method, response.status_code, time.perf_counter() - began)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        answer: answers.Answer | None = next(filter(None, map(answers.ANSWERS.get, type(exception).__mro__)), None)
        return answer(request, exception) if answer else None


class SameOrigin(CsrfViewMiddleware):
    """Django's check of foreign forms; under our no-referrer policy a browser's own forms say `Origin: null`."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        own = request.headers.get("Origin") == "null" and request.headers.get("Sec-Fetch-Site") == "same-origin"
        return own or bool(super()._origin_verified(request))  # type: ignore[misc]  # not in the stubs


class Zone:
    """Shows times where the person is: their browser says its time zone in a cookie, unless they chose one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request.COOKIES)):
            return self.get_response(request)
