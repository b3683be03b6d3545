"""`mandorla close-account`: the operator shuts an account, and opens nothing."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from mandorla.accounts.services import open_ring
from mandorla.site.serving import Sorry
from mandorla.vault.core import Sealed
from mandorla.vault.models import KeySlot, Session, UnlockRow
from mandorla.vault.services import unlocked_from_cookies
from tests.cast import Cast
from tests.site.command import mandorla


def close(*words: str) -> str:
    """What the command said."""
    said = StringIO()
    call_command("close_account", *words, stdout=said)
    return said.getvalue()


def test_closing_an_account_ends_sessions_and_open_keys_and_nobody_elses(cast: Cast) -> None:
    browsers = [cast.ana.browser(), cast.ana.locked_browser()]
    cast.ben.browser()

    said = close(" ANA ")

    assert said == "The account is closed, and signed out everywhere. `--reopen` opens it again.\n"
    for rows in (Session.objects, UnlockRow.objects):
        assert set(rows.values_list("person", flat=True)) == {cast.ben.id}
    assert not any(browser.get("/me/").wsgi_request.user.is_authenticated for browser in browsers)
    with pytest.raises(Sealed):
        open_ring("ana", cast.ana.passphrase)


def test_an_open_room_of_a_closed_account_finds_no_keys(cast: Cast) -> None:
    browser = cast.ana.browser()
    cookies = {
        name: browser.cookies[name].value for name in (settings.SESSION_COOKIE_NAME, settings.UNLOCK_COOKIE_NAME)
    }
    assert unlocked_from_cookies(cookies)

    close("ana")

    assert unlocked_from_cookies(cookies) is None


def test_a_reopened_account_opens_with_its_passphrase_and_asks_for_a_new_code(cast: Cast) -> None:
    slots = set(KeySlot.objects.values_list("id", "revision"))
    close("ana")
    browser = Client()

    close("ana", "--reopen")

    browser.post("/me/sign-in/", {"name": "ana", "passphrase": cast.ana.passphrase})
    assert browser.get("/dialogues/")["Location"] == "/me/code/"
    assert set(KeySlot.objects.values_list("id", "revision")) == slots


def test_reopening_an_open_account_changes_nothing(cast: Cast) -> None:
    close("ana", "--reopen")

    assert cast.ana.browser().get("/dialogues/").status_code == 200


def test_the_name_is_asked_for_if_it_is_not_given(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.ana.browser()
    monkeypatch.setattr("builtins.input", lambda _: "ana")

    close()

    assert not Session.objects.filter(person=cast.ana.id).exists()


def test_a_name_that_nobody_has_closes_nothing(cast: Cast) -> None:
    cast.ana.browser()

    with pytest.raises(Sorry, match=r"^nobody here signs in under this name\.$"):
        close("anna")

    assert Session.objects.filter(person=cast.ana.id).exists()


def test_the_command_is_written_as_it_is_told_of(tmp_path: object) -> None:
    said = mandorla("close-account", "ana", "--data", str(tmp_path))

    assert (said.returncode, said.stderr) == (
        1,
        "Sorry: the database cannot be used (no such table: accounts_person).\n",
    )
