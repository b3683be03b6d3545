"""What somebody chose about the coach: whether it reads along, and which of its whispers were of no help."""

from dataclasses import dataclass
from typing import Any, Final

DANGER: Final = "danger"  # an offer of help: it can be put away for the moment, and never silenced


@dataclass(frozen=True, slots=True)
class Choices:
    """On unless switched off; `quiet` are the codes that are not whispered any more."""

    on: bool = True
    quiet: frozenset[str] = frozenset()

    def packed(self) -> dict[str, Any]:
        """As plain values, to be sealed."""
        return {"on": self.on, "quiet": sorted(self.quiet)}

    @classmethod
    def unpacked(cls, plain: dict[str, Any]) -> "Choices":
        """As they were packed."""
        return cls(plain.get("on") is not False, frozenset(map(str, plain.get("quiet", ()))))
