"""A list of help lines says what it must, or is refused."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mandorla.safety.core import countries, texts, told

LINES = Path(__file__).parents[2] / "mandorla" / "content" / "help" / "lines.toml"
DOCUMENT: dict[str, Any] = tomllib.loads(
    """
    [[countries]]
    name = "Utopia"
    lines = [
      { number = "7 7", name = "Ear", for = "talk", stated_by = "the Ear", checked = 2026-11-21 },
      { number = "+1-2", name = "Rescue", for = "danger", note = "Free.", stated_by = "Utopia", checked = 2026-11-21 },
    ]
    """
)


def test_danger_comes_first() -> None:
    (utopia,) = countries(DOCUMENT)

    assert [line.name for line in utopia.lines] == ["Rescue", "Ear"]


def test_a_number_is_dialled_without_what_makes_it_readable() -> None:
    (utopia,) = countries(DOCUMENT)

    assert [line.dial for line in utopia.lines] == ["+12", "77"]


@pytest.mark.parametrize("missing", ["number", "name", "for", "stated_by", "checked"])
def test_a_line_without_one_of_its_facts_is_refused(missing: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["countries"][0]["lines"][1][missing]

    with pytest.raises(ValueError, match="Utopia"):
        countries(document)


def test_an_unknown_kind_of_help_is_refused() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["countries"][0]["lines"][0]["for"] = "gossip"

    with pytest.raises(ValueError, match="Utopia"):
        countries(document)


@pytest.mark.parametrize("document", [{}, {"countries": []}, {"countries": [{"name": "Utopia", "lines": []}]}])
def test_an_empty_list_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no countries|Utopia"):
        countries(document)


def test_the_list_that_comes_with_us_knows_the_numbers_nobody_may_miss() -> None:
    shipped = countries(tomllib.loads(LINES.read_text()))

    numbers = {(country.name, line.number) for country in shipped for line in country.lines}
    assert numbers >= {
        ("European Union, and most of Europe", "112"),
        ("United States", "911"),
        ("United States", "988"),
        ("United Kingdom", "999"),
        ("Australia", "000"),
        ("New Zealand", "111"),
    }


def test_another_language_tells_what_it_has_words_for() -> None:
    (utopia,) = countries(DOCUMENT)

    rescue, ear = told(utopia, {"Utopia": "Utopien", "Rescue": "Rettung"}).lines

    assert (rescue.name, rescue.note, rescue.stated_by) == ("Rettung", "Free.", "Utopien")
    assert ear == utopia.lines[1]


@pytest.mark.parametrize("language", ["de", "fa"])
def test_the_list_that_comes_with_us_is_told_in_the_languages_that_come_along(language: str) -> None:
    words = tomllib.loads((LINES.parent / f"{language}.toml").read_text("utf-8"))["words"]
    shipped = countries(tomllib.loads(LINES.read_text("utf-8")))

    assert set().union(*map(texts, shipped)) <= set(words)


@pytest.mark.parametrize(
    ("country", "numbers"), [("Austria", ["133", "0800 222 555", "142"]), ("Iran", ["110", "123", "1480"])]
)
def test_whoever_reads_one_of_them_finds_numbers_of_home(country: str, numbers: list[str]) -> None:
    shipped = countries(tomllib.loads(LINES.read_text("utf-8")))

    assert {one.name: [line.number for line in one.lines] for one in shipped}[country] == numbers
