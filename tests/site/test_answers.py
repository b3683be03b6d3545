"""Every outcome that a view may raise becomes a page with the right status and kind words."""

import html
import re
from typing import Any
from uuid import UUID

import pytest
from django.forms import Form, Textarea
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from mandorla.dialogue.forms import Afterwards, Sheet
from mandorla.learn.forms import Try
from mandorla.site.answers import WORDS
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


LONG = 'A stone in my chest, </textarea><script>alert("5f21")</script>\n\nand "then".'
FIELDS = {
    "felt": LONG,
    "did": "left",
    "fear": " ",
    "csrfmiddlewaretoken": "t0ken",
    "do": "say5f21",
    "v": "77",
    "key": "b" * 32,
}


def _given_back(page: Any) -> list[str]:
    """What stands in the page's fields, as its reader sees it; they are to be copied and nothing else."""
    fields = re.findall(r"<textarea([^>]*)>\n(.*?)</textarea>", page.content.decode(), re.DOTALL)
    assert all("readonly" in told and "name=" not in told for told, _ in fields)
    return [html.unescape(words) for _, words in fields]


def test_words_sent_by_who_was_signed_out_elsewhere_come_back_to_be_copied(cast: Cast) -> None:
    browser, address = cast.ana.browser(), f"/dialogues/{UUID(int=1)}/prepare/"
    cast.ana.browser().post("/me/sessions/", {"act": "end-others"})

    page = browser.post(address, FIELDS)

    assert (page.status_code, page.headers["Cache-Control"]) == (403, "no-store")
    assert _given_back(page) == [LONG, "left"]
    assert f'href="/me/sign-in/?next={address}"' in page.content.decode()
    assert [one for one in ("<script>alert", "say5f21", "b" * 32, "t0ken") if one in page.content.decode()] == []


@pytest.mark.parametrize(
    "fields",
    [{"words": "A Passphrase of Seven", "today": "old"}, {"own": "x", "code": "ABCD"}, {"words": "  "}, {"do": "end"}],
)
def test_who_is_signed_out_and_sent_no_words_or_a_secret_is_led_to_sign_in(fields: dict[str, str]) -> None:
    page = Client().post("/me/passphrase/", fields)

    assert (page.status_code, page.headers["Location"]) == (302, "/me/sign-in/?next=/me/passphrase/")


def test_how_somebody_wished_to_leave_is_no_word_of_theirs(cast: Cast) -> None:
    assert Client().post(f"/spaces/{cast.space}/leave/", {"words": "stay"}).status_code == 302


def test_a_script_whose_person_is_signed_out_is_led_to_sign_in_and_keeps_its_words() -> None:
    page = Client().post(f"/dialogues/{UUID(int=1)}/", {"words": LONG}, headers={"accept": "application/json"})

    assert (page.status_code, page.content) == (302, b"")


def test_every_field_to_write_in_is_given_back() -> None:
    forms: list[Form] = [Sheet(), Afterwards(), Try(of_feelings=True)]
    written = {name for form in forms for name, field in form.fields.items() if isinstance(field.widget, Textarea)}

    assert written <= WORDS


OURS = [{"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "http://testserver"}]
THEIRS = [
    {},
    {"origin": "null"},
    {"origin": "https://elsewhere.example"},
    {"origin": "http://testserver.elsewhere.example"},
    *({"sec-fetch-site": site, "origin": "http://testserver"} for site in ("cross-site", "same-site", "none")),
]


@pytest.mark.parametrize("headers", OURS)
def test_words_from_a_page_older_than_the_sign_in_come_back_to_be_copied(cast: Cast, headers: dict[str, str]) -> None:
    address = f"/dialogues/{UUID(int=1)}/prepare/"

    page = cast.ana.browser(csrf=True).post(address, FIELDS, headers=headers)

    assert (page.status_code, page.headers["Cache-Control"]) == (403, "no-store")
    assert "<h1>This page was too old to be taken</h1>" in page.content.decode()
    assert _given_back(page) == [LONG, "left"]
    assert f'href="{address}"' in page.content.decode()
    assert [one for one in ("<script>alert", "say5f21", "b" * 32, "t0ken") if one in page.content.decode()] == []


def test_words_that_lost_token_and_sign_in_come_back_with_the_way_to_sign_in() -> None:
    page = Client(enforce_csrf_checks=True).post(
        f"/dialogues/rest/{UUID(int=1)}/", FIELDS | {"topic": "us"}, headers=OURS[0]
    )

    assert "<h1>You are signed out</h1>" in page.content.decode()
    assert _given_back(page) == [LONG, "left", "us"]


@pytest.mark.parametrize("headers", THEIRS)
def test_of_what_came_from_elsewhere_nothing_is_shown(cast: Cast, headers: dict[str, str]) -> None:
    page = cast.ana.browser(csrf=True).post(f"/dialogues/{UUID(int=1)}/prepare/", FIELDS, headers=headers)

    assert "<h1>This came from another page</h1>" in page.content.decode()
    assert (page.status_code, _given_back(page)) == (403, [])
    assert "stone" not in page.content.decode()


def test_a_passphrase_with_an_old_token_is_never_shown() -> None:
    fields = {"name": "ana", "passphrase": "seven old lindens", "words": "and more"}

    page = Client(enforce_csrf_checks=True).post("/me/sign-in/", fields, headers=OURS[0]).content.decode()

    assert "<h1>This came from another page</h1>" in page
    assert [one for one in ("lindens", "and more") if one in page] == []


def test_too_much_at_once_with_an_old_token_is_told_so() -> None:
    body, kind = "words=" + "x" * 1_100_000, "application/x-www-form-urlencoded"

    page = Client(enforce_csrf_checks=True).post("/me/sign-in/", body, content_type=kind, headers=OURS[0])

    assert (page.status_code, b"xxx" in page.content) == (413, False)
