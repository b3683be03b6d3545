"""The people of the tests are real ones."""

from typing import Any

from tests.cast import Cast


def _ring(page: Any) -> Any:
    return page.wsgi_request.ring


def test_ana_can_be_signed_in_at_once(cast: Cast) -> None:
    page = cast.ana.browser().get("/me/")

    assert page.status_code == 200
    assert _ring(page).person == cast.ana.id


def test_ana_can_be_locked(cast: Cast) -> None:
    page = cast.ana.locked_browser().get("/me/")

    assert page.wsgi_request.user.is_authenticated
    assert _ring(page) is None
