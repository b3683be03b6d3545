"""What the coach says: plain facts for whoever asks, and whispers for the one who writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Ask = Callable[[Sequence[tuple[str, str]]], Sequence[Sequence[float]]]
"""The model: one row of numbers for each text (its second part empty) or pair of texts; never both kinds at once."""


@dataclass(frozen=True, slots=True)
class Whisper:
    """A code that names one kind sentence, and the words that made the coach think of it ("" if the whole did)."""

    code: str
    span: str = ""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A receiver's words beside the sender's. `coverage` 0 to 1; `missed` are clauses of the sender."""

    label: str
    coverage: float
    missed: tuple[str, ...]
    additions: tuple[str, ...]
    whispers: tuple[Whisper, ...]
    shares: dict[str, float]  # how likely each addition is, 0 to 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A sender's words. `danger_kind` is None unless `danger`."""

    blame: bool
    flags: tuple[str, ...]
    feelings: tuple[str, ...]
    danger: bool
    danger_kind: str | None
    whispers: tuple[Whisper, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish for a change of behaviour, by what makes it easy to give."""

    positive: bool
    specific: bool
    measurable: bool
    time_limited: bool
    flags: tuple[str, ...]
    good: bool
    whispers: tuple[Whisper, ...]
