"""The four doors: who may come in, and what the others meet."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from mandorla.vault import services as vault
from mandorla.vault.core import Locked, StepUp
from mandorla.vault.services import KeyedRequest
from mandorla.vault.views import UnlockedRequest, public, signed_in, step_up, unlocked
from tests.vault.browser import Browser
from tests.vault.people import make

pytestmark = pytest.mark.django_db

View = Callable[..., HttpResponseBase]


@public
def welcome(request: HttpRequest) -> HttpResponse:
    return HttpResponse("welcome")


@signed_in
def lock_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("locked")


@unlocked
def room(request: UnlockedRequest, name: str = "") -> HttpResponse:
    """A room."""
    return HttpResponse(f"{request.ring.epoch(request.ring.personal)} {name}")


@step_up(minutes=5)
def export(request: UnlockedRequest) -> HttpResponse:
    return HttpResponse("all of it")


def test_every_door_says_what_it_is() -> None:
    doors: list[Any] = [welcome, lock_page, room, export]

    assert [view.door for view in doors] == ["public", "signed_in", "unlocked", "step_up"]
    assert (room.__name__, room.__doc__) == ("room", "A room.")


def test_anyone_comes_through_the_public_door() -> None:
    assert welcome(nobody()).status_code == 200


@pytest.mark.parametrize("view", [lock_page, room, export])
def test_whoever_is_not_signed_in_is_asked_to(view: View) -> None:
    response = view(nobody())

    assert (response.status_code, response["Location"]) == (302, "/me/sign-in/?next=/dialogues/")


def nobody() -> HttpRequest:
    request = RequestFactory().get("/dialogues/")
    request.user = AnonymousUser()
    return request


def through(browser: Browser, view: View, **named: str) -> bytes:
    """What a device is shown."""
    shown: list[HttpResponseBase] = []
    browser.visit(lambda request: shown.append(view(request, **named)))
    return bytes(getattr(shown[0], "content", b""))


def test_someone_unlocked_comes_through_every_door() -> None:
    browser = Browser().sign_in(make())

    assert [through(browser, view) for view in (welcome, lock_page, export)] == [b"welcome", b"locked", b"all of it"]
    assert through(browser, room, name="ours") == b"1 ours"


def test_someone_locked_comes_only_to_the_lock() -> None:
    browser = Browser().sign_in(make())
    browser.visit(vault.lock)

    assert through(browser, lock_page) == b"locked"
    for view in (room, export):
        with pytest.raises(Locked):
            through(browser, view)


def test_some_doors_ask_for_the_passphrase_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    browser, later = Browser().sign_in(make()), time.time() + 6 * 60
    monkeypatch.setattr(time, "time", lambda: later)

    assert through(browser, room) == b"1 "
    with pytest.raises(StepUp):
        through(browser, export)


def test_a_page_that_never_met_the_middleware_is_locked() -> None:
    request = RequestFactory().get("/dialogues/")
    request.user = make().person

    with pytest.raises(Locked):
        room(request)


def test_a_locked_request_has_no_ring() -> None:
    seen: list[object] = []

    def look(request: KeyedRequest) -> None:
        seen.append(request.ring)

    Browser().visit(look)

    assert seen == [None]
