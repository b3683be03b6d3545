"""A wish for a change of behaviour: small, positive, specific, measurable, with an end, and free to give or not."""

from typing import Final

from mandorla.coach.core import heads
from mandorla.coach.core.answers import Ask, Asked, Whisper
from mandorla.coach.core.marks import Marks

SO_MIN: Final = 0.5
CERTAIN: Final = 0.15


def asked(wish: str, ask: Ask, marks: Marks) -> Asked:
    """How `wish` is worded; `ask` is the model."""
    (row,) = ask([(wish, "")])
    criteria, shares = heads.read(row, "criterion"), heads.read(row, "request")
    met = {name: share >= SO_MIN for name, share in criteria.items()}
    found = {name: marks.found(name, wish) for name in heads.REQUEST_FLAGS}
    flags = tuple(name for name, share in shares.items() if share >= (CERTAIN if found[name] else SO_MIN))
    whispers = [Whisper(f"not_{name}") for name, is_met in met.items() if not is_met]
    whispers += [Whisper(f"request_{name}", found[name]) for name in flags]
    return Asked(**met, flags=flags, good=all(met.values()) and not flags, whispers=tuple(whispers))
