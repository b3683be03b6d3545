"""The people of the tests are real ones."""

from tests.cast import Cast


def test_ana_can_be_signed_in_at_once(cast: Cast) -> None:
    page = cast.ana.browser().get("/me/")

    assert page.status_code == 200
    assert page.wsgi_request.ring.person == cast.ana.id


def test_ana_can_be_locked(cast: Cast) -> None:
    page = cast.ana.locked_browser().get("/me/")

    assert page.wsgi_request.user.is_authenticated
    assert page.wsgi_request.ring is None
