"""Help lines: what a list of them must say. Knows neither files nor where a reader is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

KINDS = ("danger", "violence", "talk")


@dataclass(frozen=True, slots=True)
class Line:
    """A number to call, what it is for (one of `KINDS`), who says so and the day that was last looked over."""

    number: str
    name: str
    kind: str
    note: str
    stated_by: str
    checked: date

    @property
    def dial(self) -> str:
        """The number as a telephone takes it."""
        return "".join(sign for sign in self.number if sign.isdigit() or sign == "+")


@dataclass(frozen=True, slots=True)
class Country:
    """Where the numbers hold, in the order they are shown: immediate danger first."""

    name: str
    lines: tuple[Line, ...]


def countries(document: Mapping[str, Any]) -> tuple[Country, ...]:
    """The countries of a help document; ValueError says which entry is not as it must be."""
    found = tuple(_country(entry) for entry in document.get("countries", ()))
    if not found:
        raise ValueError("no countries")
    return found


def told(country: Country, words: Mapping[str, str]) -> Country:
    """The same in another language, as far as it has words for it; what it has none for stays as it is."""

    def say(text: str) -> str:
        return words.get(text, text)

    lines = (
        replace(line, name=say(line.name), note=say(line.note), stated_by=say(line.stated_by)) for line in country.lines
    )
    return Country(say(country.name), tuple(lines))


def texts(country: Country) -> set[str]:
    """What a language needs words for; those who answer keep the names they have."""
    general = {line.name for line in country.lines if line.kind == "danger"}
    return {country.name, *general, *(line.note for line in country.lines if line.note)}


def _country(entry: Mapping[str, Any]) -> Country:
    match entry:
        case {"name": str(name), "lines": [_, *_] as lines}:
            return Country(name, tuple(sorted((_line(name, line) for line in lines), key=_urgency)))
    raise ValueError(f"a country needs a name and lines: {entry.get('name', '?')}")


def _line(country: str, entry: Mapping[str, Any]) -> Line:
    match entry:
        case {
            "number": str(number),
            "name": str(name),
            "for": str(kind),
            "stated_by": str(by),
            "checked": date() as day,
        }:
            if kind in KINDS:
                return Line(number, name, kind, entry.get("note", ""), by, day)
    raise ValueError(f"a line needs number, name, for, stated_by and checked: {country}")


def _urgency(line: Line) -> int:
    return KINDS.index(line.kind)
