"""Numbers are told in the figures a language is read in, and what people wrote keeps its own."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from markupsafe import Markup

from mandorla.dialogue import services
from mandorla.dialogue.core.numerals import numerals
from mandorla.dialogue.live import say
from tests.cast import Cast


@pytest.mark.parametrize(("language", "told"), [("fa", "۱۰ تا ۲۰"), ("en-gb", "10 تا 20"), ("de", "10 تا 20")])
def test_a_number_is_told_in_the_figures_of_the_language(language: str, told: str) -> None:
    assert numerals("10 تا 20", language) == told


def test_what_is_safe_to_show_stays_so() -> None:
    assert numerals(Markup("<b>3</b>"), "fa") == Markup("<b>۳</b>")


def test_a_moment_in_persian_has_its_figures_and_its_comma() -> None:
    at = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)

    assert services.moment(at, "fa", "Europe/Berlin").replace("\u200f", "") == "سه‌شنبه ۲۴ نوامبر، ۲۰:۳۰"


@pytest.mark.django_db(transaction=True)
def test_lengths_to_choose_from_are_in_persian_figures(cast: Cast) -> None:
    services.end_gentle_path(cast.ana.ring(), cast.space)
    for what in ("how", "safety"):
        services.shown(cast.ana.ring(), what)

    page = cast.ana.browser().get(reverse("dialogue:ask", args=[cast.space]), headers={"accept-language": "fa"})

    lengths = re.findall(r'choice__text">([۰-۹0-9]+)', page.content.decode())
    assert lengths
    assert not [one for one in lengths if one.isascii()]


def test_a_refusal_counts_in_persian_figures() -> None:
    assert "۲۵۰۰" in say("too_long", "fa", {"length": 2500, "most": 2000})
    assert "2500" in say("too_long", "en-gb", {"length": 2500, "most": 2000})
