"""Every reply carries the headers that keep words in: pages, refusals, errors, static files, signed in or not."""

import re
from uuid import UUID

import pytest
from django.test import Client

from tests.cast import Cast

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types mandorla",
}
ADDRESSES = {
    "/": 200,
    "/how/": 200,
    "/me/sign-in/": 200,
    "/safety/help/": 200,
    "/robots.txt": 200,
    "/static/site/css/base.css": 200,
    "/nowhere/": 404,
    "/dialogues/": 302,
    f"/spaces/{UUID(int=7)}/": 302,
}


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), ADDRESSES.items())
def test_a_visitor_gets_them(address: str, status: int) -> None:
    reply = Client().get(address)
    reply.close()

    assert reply.status_code == status
    assert {name: reply.headers.get(name) for name in ALWAYS} == ALWAYS
    assert set(reply.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("address", ["/", "/dialogues/", "/nowhere/", f"/spaces/{UUID(int=7)}/", "/safety/help/"])
def test_nothing_that_a_signed_in_person_saw_is_stored(cast: Cast, address: str, method: str) -> None:
    reply = cast.ana.browser().generic(method, address)

    assert {name: reply.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "no-store" in reply.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_foreign_host_learns_nothing() -> None:
    reply = Client(headers={"host": "elsewhere.example"}).get("/")

    assert reply.status_code == 400
    assert reply.content == b"This request could not be understood.\n"
    assert set(reply.headers["Content-Security-Policy"].split("; ")) == POLICY


def test_a_foreign_form_does_nothing(cast: Cast) -> None:
    browser = cast.ana.browser(csrf=True)

    reply = browser.post("/me/sign-out/", headers={"origin": "https://elsewhere.example"})

    assert reply.status_code == 403
    assert browser.get("/me/").status_code == 200


@pytest.mark.parametrize(("site", "status"), [("same-origin", 302), ("cross-site", 403)])
def test_own_forms_work_without_a_referrer(cast: Cast, site: str, status: int) -> None:
    browser = cast.ana.browser(csrf=True)
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/me/").content.decode())[0]

    reply = browser.post(
        "/me/lock/", {"csrfmiddlewaretoken": token}, headers={"origin": "null", "sec-fetch-site": site}
    )

    assert reply.status_code == status
