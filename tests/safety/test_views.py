"""Help is there for everybody alike, and leaving always works."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from mandorla.site.checks import own_help_lines
from mandorla.vault.models import UnlockRow
from tests.cast import Cast

LEAVE, HELP = reverse("safety:leave"), reverse("safety:help")
JOIN, LOCK = reverse("spaces:join"), reverse("accounts:lock")
AT_ONCE_SECONDS = 1.5
PAGES = [HELP, reverse("safety:page"), reverse("safety:grounding")]
OURS = {"Sec-Fetch-Site": "same-origin"}
OWN_LIST = """
[[countries]]
name = "Utopia"
lines = [{ number = "7", name = "Ear", for = "talk", stated_by = "the Ear", checked = 2026-11-21 }]
"""


@pytest.mark.parametrize("address", PAGES)
def test_everybody_gets_the_same_bytes(cast: Cast, address: str) -> None:
    pages = [
        someone.get(address)
        for someone in (Client(), cast.ana.browser(), cast.ben.browser(), cast.eve.locked_browser())
    ]

    assert {page.status_code for page in pages} == {200}
    assert len({page.content for page in pages}) == 1


@pytest.mark.parametrize("address", PAGES)
def test_reading_it_leaves_no_line_in_the_log(cast: Cast, address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "mandorla")
    browser = cast.ana.browser()

    browser.get(address)
    browser.get(JOIN)

    pages = [line for line in caplog.messages if line.startswith("page=")]
    assert ["page=/spaces/join/ " in line for line in pages] == [True]


def test_help_names_the_numbers_with_the_day_they_were_looked_over(db: None) -> None:
    page = Client().get(HELP).content.decode()

    for number in ("112", "911", "988", "999", "000", "111"):
        assert f'href="tel:{number}"' in page
    assert "Looked over on 2026-11-21." in page


def test_help_is_told_in_the_language_that_is_asked_for(db: None) -> None:
    page = Client().get(HELP, headers={"Accept-Language": "de-CH"}).content.decode()

    assert "Schweiz" in page
    assert "Polizei" in page
    assert "Switzerland" not in page


def test_an_operators_list_takes_the_place_of_ours(db: None, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "help.toml").write_text(OWN_LIST)
    settings.DATA = tmp_path

    page = Client().get(HELP).content.decode()

    assert "Utopia" in page
    assert "tel:112" not in page


@pytest.mark.parametrize("broken", ["countries = [", "countries = []", "[[countries]]\nname = 'Utopia'\nlines = [{}]"])
def test_help_is_shown_even_if_the_operators_list_is_broken(
    db: None, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    (tmp_path / "help.toml").write_text(broken)
    settings.DATA = tmp_path

    page = Client().get(HELP).content.decode()

    assert 'href="tel:112"' in page
    assert caplog.messages == []  # who looked for help, and when, is nobody's business
    assert ["help.toml in the data folder is not used" in told.msg for told in own_help_lines()] == [True]


def test_a_beacon_locks_at_once_and_has_the_browser_forget(cast: Cast) -> None:
    browser = cast.ana.browser()

    answer = browser.post(LEAVE, headers=OURS)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not UnlockRow.objects.filter(person=cast.ana.id).exists()
    assert browser.get(JOIN).status_code == 302


def test_leaving_by_link_locks_and_leads_away(cast: Cast) -> None:
    browser = cast.ana.browser()

    answer = browser.get(LEAVE, headers=OURS)

    assert (answer.status_code, answer["Location"]) == (302, configured.EXIT_TO)
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not UnlockRow.objects.filter(person=cast.ana.id).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.sqlite  # PostgreSQL has more than one writer
@pytest.mark.parametrize(("way", "method", "status"), [(LEAVE, "get", 302), (LEAVE, "post", 204), (LOCK, "post", 302)])
def test_leaving_and_locking_wait_for_no_busy_store(cast: Cast, way: str, method: str, status: int) -> None:
    browser, began = cast.ana.browser(), monotonic()

    with ThreadPoolExecutor(1) as elsewhere, writing_elsewhere(elsewhere):
        answer = getattr(browser, method)(way, headers=OURS)
        took = monotonic() - began
        assert browser.get(JOIN).status_code == 302

    assert (answer.status_code, "Clear-Site-Data" in answer) == (status, True)
    assert took < AT_ONCE_SECONDS
    assert soon(lambda: not UnlockRow.objects.filter(person=cast.ana.id).exists())


@contextmanager
def writing_elsewhere(thread: ThreadPoolExecutor) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    begun, done = Event(), Event()

    def write() -> None:
        with closing(connection), transaction.atomic():  # on SQLite the beginning alone takes the lock
            begun.set()
            done.wait()

    writing = thread.submit(write)
    begun.wait()
    try:
        yield
    finally:
        done.set()
        writing.result()


def soon(happened: Callable[[], bool]) -> bool:
    """Whether it happens within some seconds."""
    until = monotonic() + 5
    while not happened() and monotonic() < until:
        sleep(0.05)
    return happened()


def test_leaving_asks_for_no_token(cast: Cast) -> None:
    browser = cast.ana.browser(csrf=True)

    assert browser.post(LEAVE, headers=OURS).status_code == 204


def test_a_bookmark_works_too(cast: Cast) -> None:
    cast.ana.browser().get(LEAVE, headers={"Sec-Fetch-Site": "none"})

    assert not UnlockRow.objects.filter(person=cast.ana.id).exists()


def test_a_browser_that_says_only_its_origin_is_believed(cast: Cast) -> None:
    browser = cast.ana.browser()

    assert browser.post(LEAVE, headers={"Origin": "http://testserver"}).status_code == 204
    assert not UnlockRow.objects.filter(person=cast.ana.id).exists()


@pytest.mark.parametrize(
    "foreign",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_a_foreign_page_locks_nobody_out(cast: Cast, foreign: dict[str, str]) -> None:
    browser = cast.ana.browser()

    by_post, by_link = browser.post(LEAVE, headers=foreign), browser.get(LEAVE, headers=foreign)

    assert (by_post.status_code, by_link.status_code) == (403, 302)
    assert "Clear-Site-Data" not in by_post
    assert "Clear-Site-Data" not in by_link
    assert browser.get(JOIN).status_code == 200


def test_leaving_works_for_who_is_not_even_signed_in(db: None) -> None:
    assert Client().post(LEAVE, headers=OURS).status_code == 204
    assert Client().get(LEAVE, headers=OURS)["Location"] == configured.EXIT_TO
