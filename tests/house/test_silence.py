"""The log never carries what people write, who they are, or where they come from."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from mandorla.site import logs
from mandorla.site.middleware import Answer
from tests.cast import Cast

CANARY = "heliotrope umbrella 5f21"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that every logger writes, as the server would write it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.OneLine())
    root = logging.getLogger()
    before, level = root.handlers, root.level
    root.handlers = [handler]
    root.setLevel(logging.DEBUG)
    yield written
    root.handlers = before
    root.setLevel(level)


def test_what_is_typed_stays_out(cast: Cast, log: io.StringIO) -> None:
    browser = cast.ana.browser()

    browser.get("/", {"q": CANARY}, headers={"referer": f"https://elsewhere.example/{CANARY}", "user-agent": CANARY})
    browser.get(f"/{CANARY}/")
    browser.post("/me/sign-in/", {"name": CANARY, "passphrase": CANARY})
    browser.post(f"/spaces/{cast.space}/leave/", {"anything": CANARY})
    browser.post(f"/dialogues/ask/{cast.space}/", {"topic": CANARY * 30})
    Client(headers={"host": f"{CANARY}.example"}).get("/")
    Client(enforce_csrf_checks=True).post("/me/sign-in/", {"name": CANARY}, headers={"origin": f"https://{CANARY}"})
    for stale in (Client(), Client(enforce_csrf_checks=True)):
        stale.post(f"/dialogues/ask/{cast.space}/", {"topic": CANARY}, headers={"sec-fetch-site": "same-origin"})

    assert "page=/me/sign-in/ method=POST" in log.getvalue()
    assert CANARY.split(maxsplit=1)[0] not in log.getvalue()


def test_names_and_ids_stay_out(cast: Cast, log: io.StringIO) -> None:
    browser = cast.ana.browser()

    browser.get("/me/")
    browser.get(f"/spaces/{cast.space}/")

    ids = [str(one) for one in (cast.ana.id, cast.ana.personal, cast.space)]
    secrets = [*ids, *(id.replace("-", "") for id in ids), "127.0.0.1", browser.cookies["s"].value]
    assert [secret for secret in secrets if secret in log.getvalue()] == []


def _broken(request: HttpRequest) -> HttpResponse:
    words = request.GET["q"]
    raise ValueError(words)


urlpatterns = [path("broken/", _broken)]
handler500 = "mandorla.site.answers.broken"


@pytest.mark.urls(__name__)
def test_an_error_is_told_by_kind_place_and_number(log: io.StringIO) -> None:
    browser = Client(raise_request_exception=False)

    reply = browser.get("/broken/", {"q": CANARY})

    line = next(line for line in log.getvalue().splitlines() if "error=ValueError" in line)
    assert "at=" in line
    assert "tests/house/test_silence.py" in line
    assert CANARY.split(maxsplit=1)[0] not in log.getvalue()
    number = line.split("number=")[1].split()[0]
    assert number in reply.content.decode()
    assert CANARY.split(maxsplit=1)[0] not in reply.content.decode()


def test_a_method_nobody_knows_is_not_written(log: io.StringIO) -> None:
    request = RequestFactory().generic("UMBRELLA", "/")

    Answer(lambda request: HttpResponse())(request)

    assert "UMBRELLA" not in log.getvalue()
    assert "method=- " in log.getvalue()
