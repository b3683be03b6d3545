"""What people do with spaces: invite, join, leave, and keep sealed things there.

Whoever writes into a space comes through `current`; whoever reads comes through `space_for` or `spaces_of`.
Reasons of `Refused`: "mistyped" and "wrong" (this code does not open anything, or not any more), "own" (an invitation
of mine), "together" (we share a space already), "doubtful" (keys and invitation
disagree, or the space went back to how it was before), "daily" (too many
invitations today), "wait" (too many wrong codes: fact `seconds`), "closed", "waiting" (nobody has joined yet),
"epoch" (sealed under an old key).
"""

from mandorla.spaces.services.gate import current, may_write, members_of
from mandorla.spaces.services.inviting import invitation_of, invite, join, withdraw_invitation
from mandorla.spaces.services.keeping import drop, item_of, items, items_by_id, put
from mandorla.spaces.services.parting import leave
from mandorla.spaces.services.seeing import space_for, spaces_of
from mandorla.spaces.services.signals import joined, leaving
from mandorla.spaces.services.writing import only

__all__ = [
    "current",
    "drop",
    "invitation_of",
    "invite",
    "item_of",
    "items",
    "items_by_id",
    "join",
    "joined",
    "leave",
    "leaving",
    "may_write",
    "members_of",
    "only",
    "put",
    "space_for",
    "spaces_of",
    "withdraw_invitation",
]
