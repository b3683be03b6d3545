"""The kinds of shared spaces: how many people each is for, what they are in it, and who may invite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 2
"""A space with fewer people closes: nobody shares anything there any more."""

GUIDE: Final = "guide"
"""A guest from outside, such as a therapist: known to all, without the space's key."""

FACILITATOR: Final = "facilitator"


@dataclass(frozen=True, slots=True)
class Kind:
    """`maker` and `joiner` are the roles of who made it and who came; `inviters` may invite further people.

    `keepers` may take somebody out.
    """

    most: int
    maker: str
    joiner: str
    inviters: frozenset[str]
    keepers: frozenset[str] = frozenset()


KINDS: Final[Mapping[str, Kind]] = {
    "relationship": Kind(2, "partner", "partner", frozenset({"partner"})),
    "family": Kind(10, "member", "member", frozenset({"member"})),
    "group": Kind(30, FACILITATOR, "member", frozenset({FACILITATOR}), frozenset({FACILITATOR})),
}

ROLES: Final = frozenset(role for kind in KINDS.values() for role in (kind.maker, kind.joiner)) | {GUIDE}
