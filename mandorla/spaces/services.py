"""What people do with spaces: invite, join, leave, and keep sealed things there.

Whoever writes into a space comes through `current`; whoever reads comes through `space_for` or `spaces_of`.
Refused reasons: "wrong" (this code does not open anything, or not any more), "own" (an invitation of mine),
"together" (we share a space already), "often" (too many tries: fact `minutes`), "closed", "waiting" (nobody has
joined yet), "doubtful" (keys and invitation disagree), "epoch" (sealed under an old key), "joined" (too late to
withdraw).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.dispatch import Signal

from mandorla.spaces.core import Invitation, ItemView, SpaceView
from mandorla.vault.services import KeyRing

joined = Signal()
"""Someone joined: sent inside the transaction with `ring` (who joined) and `space` (SpaceView, as they see it)."""
leaving = Signal()
"""Someone leaves: sent inside the transaction with `ring`, `space` (UUID), `person` (UUID) and `withdraw` (bool)."""


def invite(ring: KeyRing) -> Invitation:
    """Makes a relationship space with an invitation to it, or renews the open invitation; an older code dies."""
    raise NotImplementedError


def invitation_of(ring: KeyRing) -> Invitation | None:
    """My open invitation, to hand over again."""
    raise NotImplementedError


def withdraw_invitation(ring: KeyRing) -> None:
    """Takes the open invitation back; the empty space goes with it."""
    raise NotImplementedError


def join(ring: KeyRing, code: str) -> SpaceView:
    """Opens an invitation: its space becomes mine too, and our public keys are pinned to each other."""
    raise NotImplementedError


def leave(ring: KeyRing, space: UUID, *, withdraw: bool) -> None:
    """Leaves at once and for good: my grants go, the space closes, my words stay or are withdrawn as I choose."""
    raise NotImplementedError


def spaces_of(ring: KeyRing) -> list[SpaceView]:
    """Every space I am in, open ones first; verifies an answer to my invitation if one waits."""
    raise NotImplementedError


def space_for(ring: KeyRing, space: UUID) -> SpaceView:
    """One of my spaces; `NotYours` for any other."""
    raise NotImplementedError


def members_of(space: UUID) -> list[UUID]:
    """The people who are in a space now."""
    raise NotImplementedError


def current(ring: KeyRing, space: UUID) -> int:
    """The epoch to write under, rotated first when due. Call inside the transaction that writes: it locks the space.

    `NotYours`; Refused: "closed", "waiting", "doubtful". A personal space is always open to its owner.
    """
    raise NotImplementedError


def put(
    ring: KeyRing,
    space: UUID,
    type: str,
    value: dict[str, Any],
    *,
    author: UUID | None = None,
    record: UUID | None = None,
) -> UUID:
    """Seals a value into a space and returns its id; with `record`, that item is written anew or made under that id.

    `space` may be `ring.personal`. `author` is I, or the space's own id for what nobody in particular did.
    """
    raise NotImplementedError


def items(ring: KeyRing, space: UUID, type: str, *, author: UUID | None = None) -> list[ItemView]:
    """What is kept of one type in a space of mine, of everyone or of one author, in the order of ids."""
    raise NotImplementedError


def item_of(ring: KeyRing, space: UUID, type: str, *, record: UUID) -> ItemView | None:
    """One item by its id."""
    raise NotImplementedError


def drop(ring: KeyRing, space: UUID, type: str, *, records: Iterable[UUID] | None = None) -> int:
    """Deletes my own items of a type (or those named) and says how many went; those of the space itself count as mine."""
    raise NotImplementedError


def only(space: UUID, type: str, author: UUID) -> UUID:
    """The id of the one item of its type an author has in a space: for things there is one of, like a name."""
    raise NotImplementedError
