"""How far someone has seen a space come. Keys grow newer and what closed stays closed: what goes back is doubted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest epoch a person holds a key of, whether the space is closed, and after which epoch whose keys ended."""

    epoch: int = 1
    closed: bool = False
    ended: Mapping[UUID, int] = field(default_factory=dict)

    def goes_back_on(self, seen: "Standing") -> bool:
        """Whether the space can only look like this if somebody put it back after it was seen otherwise."""
        restored = any(self.ended.get(person) != epoch for person, epoch in seen.ended.items())
        return self.epoch < seen.epoch or (seen.closed and not self.closed) or restored
