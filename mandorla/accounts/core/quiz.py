"""The recovery code asked back: three of its groups, so that we both know it was written down."""

from collections.abc import Sequence

ASKED = 3
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def groups_to_ask(order: Sequence[int]) -> list[int]:
    """Which groups are asked, by their place, given all places in a random order."""
    return sorted(order[:ASKED])


def groups_right(code: str, asked: Sequence[int], typed: Sequence[str]) -> bool:
    """Do the typed groups stand at the asked places of the code?"""
    groups = code.split("-")
    return len(typed) == len(asked) == ASKED and all(_plain(typed[i]) == groups[place] for i, place in enumerate(asked))


def _plain(group: str) -> str:
    return "".join(group.split()).upper().translate(LOOKALIKES)
