"""A dialogue in somebody's own language: over the socket as on the page, with times as that language writes them."""

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings

from mandorla.dialogue import live, services
from mandorla.dialogue.services import Asked, scripts
from mandorla.vault.core import new_id
from tests.cast import Cast

OFFERED = [one.code.split("-")[0] for one in settings.SPOKEN]
AT = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "written"),
    [("en-gb", "Tue 24 Nov, 20:30"), ("de", "Di., 24. Nov., 20:30"), ("xx", "Tue 24 Nov, 20:30")],
)
def test_a_moment_is_written_as_its_language_does(language: str, written: str) -> None:
    assert services.moment(AT, language, "Europe/Berlin") == written


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "chosen", "spoken"),
    [("de-CH, en;q=0.5", "", "de"), ("eo, de;q=0.8", "", "de"), ("eo", "", "en-gb"), ("en-GB", "de", "de")],
)
def test_the_socket_speaks_as_the_page_does(asked: str, chosen: str, spoken: str, cast: Cast) -> None:
    browser = cast.ana.browser()
    thread = services.ask(cast.ana.ring(), cast.space, Asked(new_id(), "appreciation", "Sunday", "written", 10))
    if chosen:
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = chosen
    cookies = "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())

    page = browser.get(f"/dialogues/{thread}/", headers={"accept-language": asked}).content.decode()
    seat, _choices = live._seat({"cookie": cookies, "accept-language": asked}, thread)

    assert (seat.language, _spoken(page)) == (spoken, spoken)


def _spoken(page: str) -> str:
    found = re.search(r'<html lang="([\w-]+)"', page)
    return found[1] if found else ""


@pytest.mark.parametrize("language", OFFERED)
def test_sentences_to_begin_with_are_beginnings(language: str) -> None:
    stems = [text for at, text in scripts.told(language).items() if at.endswith(".stems")]

    assert stems
    assert [line for text in stems for line in text.splitlines() if not line.endswith(" …")] == []
