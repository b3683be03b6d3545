"""The coach's page: on or off, and what was of no help; sealed for oneself, and offered nowhere else."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from mandorla.coach import services
from mandorla.coach.core import Choices
from mandorla.coach.services import choices
from mandorla.spaces.models import Item
from tests.cast import Cast

pytestmark = pytest.mark.django_db

REASON = services.says("validation_without_because")


def test_it_is_on_until_somebody_switches_it_off_and_on_again(cast: Cast) -> None:
    browser, page = cast.ana.browser(), reverse("coach:page")

    at_first = browser.get(page).content.decode()
    off = browser.post(page, {"act": "off"}, follow=True).content.decode()
    on = browser.post(page, {"act": "on"}, follow=True).content.decode()

    assert ["It is on." in told for told in (at_first, off, on)] == [True, False, True]


def test_a_whisper_of_no_help_is_listed_for_who_said_so_and_can_be_taken_back(cast: Cast) -> None:
    browser, page = cast.ana.browser(), reverse("coach:page")

    silenced = browser.post(page, {"act": "silence", "code": "validation_without_because"}, follow=True)
    of_ben = choices.choices_of(cast.ben.ring())
    again = browser.post(page, {"act": "hear_again", "code": "validation_without_because"}, follow=True)

    assert REASON in silenced.content.decode()
    assert of_ben == Choices()
    assert REASON not in again.content.decode()
    assert choices.choices_of(cast.ana.ring()) == Choices()


@pytest.mark.parametrize(
    "posted",
    [{}, {"act": "shout"}, {"act": "silence", "code": "nothing_of_ours"}, {"act": "silence", "code": "danger"}],
)
def test_what_no_page_of_ours_sends_changes_nothing(posted: dict[str, str], cast: Cast) -> None:
    answer = cast.ana.browser().post(reverse("coach:page"), posted)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert choices.choices_of(cast.ana.ring()) == Choices()


def test_what_was_chosen_cannot_be_read_in_the_store(cast: Cast) -> None:
    choices.silence(cast.ana.ring(), "validation_without_because")

    row = Item.objects.get(type="coach")

    assert row.space == cast.ana.personal
    assert b"validation" not in row.envelope.raw
