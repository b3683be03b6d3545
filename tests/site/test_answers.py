"""Every outcome that a view may raise becomes a page with the right status and kind words."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from mandorla.site.urls import urlpatterns as real
from mandorla.vault.core.errors import Busy, Locked, Moved, NotYours, Refused, Sealed, StepUp
from tests.cast import Cast

OUTCOMES: dict[str, Exception] = {
    "locked": Locked(),
    "step-up": StepUp(),
    "not-yours": NotYours(),
    "busy": Busy(),
    "moved": Moved(7),
    "refused": Refused("topic", most=120),
    "sealed": Sealed(),
}


def _ends(request: HttpRequest, how: str) -> HttpResponse:
    raise OUTCOMES[how]


urlpatterns = [path("ends/<how>/", _ends), path("", include(real))]
handler400 = "mandorla.site.answers.unclear"
handler404 = "mandorla.site.answers.missing"

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def _page(how: str, **extra: Any) -> Any:
    return Client().get(f"/ends/{how}/", **extra)


def _shown(page: Any) -> bytes:
    """The page without what a form of it carries along: a token, new each time, and where to come back to."""
    return re.sub(rb'<input type="hidden"[^>]*>', b"", page.content)


@pytest.mark.parametrize(("how", "to"), [("locked", "/me/unlock/"), ("step-up", "/me/step-up/")])
def test_the_passphrase_is_asked_and_the_way_back_kept(how: str, to: str) -> None:
    page = _page(how, query_params={"words": "heliotrope"})

    assert (page.status_code, page.headers["Location"]) == (302, f"{to}?next=%2Fends%2F{how}%2F")


def test_not_yours_is_the_page_of_what_is_not_there() -> None:
    not_yours, not_there = _page("not-yours"), Client().get("/ends/")

    assert (not_yours.status_code, _shown(not_yours)) == (404, _shown(not_there))
    assert dict(not_yours.headers) == dict(not_there.headers)


def test_busy_says_when_to_try_again() -> None:
    page = _page("busy")

    assert (page.status_code, page.headers["Retry-After"]) == (503, "3")


@pytest.mark.parametrize(
    ("how", "title"),
    [
        ("moved", "Something happened meanwhile"),
        ("refused", "Not possible just now"),
        ("sealed", "This cannot be opened"),
    ],
)
def test_an_ordinary_no_is_a_page(how: str, title: str) -> None:
    page = _page(how)

    assert page.status_code == 409
    assert f"<h1>{title}</h1>" in page.content.decode()


def test_a_form_from_elsewhere_is_told_so() -> None:
    page = Client(enforce_csrf_checks=True).post("/me/sign-in/")

    assert page.status_code == 403
    assert "<h1>This came from another page</h1>" in page.content.decode()


def test_too_much_at_once_is_told_so() -> None:
    page = Client().post("/me/sign-in/", "name=" + "x" * 1_100_000, content_type="application/x-www-form-urlencoded")

    assert page.status_code == 413
    assert "<h1>Too long to take at once</h1>" in page.content.decode()


def test_too_much_at_once_is_told_to_who_is_signed_in_too(cast: Cast) -> None:
    words = {"free": "heliotrope " * 110_000}
    page = cast.ana.browser().post(f"/dialogues/rest/{cast.space}/", words)

    assert page.status_code == 413
    assert "<h1>Too long to take at once</h1>" in page.content.decode()
    assert "heliotrope" not in page.content.decode()
