"""Vouching: a member says, signed, whose keys they verified. Whoever has pinned the member may pin those too."""

from dataclasses import dataclass

from mandorla.vault.core.keys import label


@dataclass(frozen=True, slots=True)
class Vouching:
    """Whose keys `author` verified in a space, under which epoch, and whether as a guest. Ids are 16 bytes."""

    space: bytes
    author: bytes
    epoch: int
    guest: bool
    person: bytes
    x25519: bytes
    ed25519: bytes

    def meta(self) -> bytes:
        """What is signed."""
        facts = self.epoch.to_bytes(4, "big"), b"guest" if self.guest else b"member"
        return label("vouch", self.space, self.author, *facts, self.person, self.x25519, self.ed25519)
