"""What people do with spaces: invite, join, leave, and keep sealed things there.

Whoever writes into a space comes through `current`; whoever reads comes through `space_for` or `spaces_of`.
Reasons of `Refused`: "mistyped" and "wrong" (this code does not open anything, or not any more), "own" (I am there
already), "together" (we share a space already), "full", "guide" (say first that you are one), "doubtful" (keys and
invitation disagree, or the space went back to how it was before), "daily" (too many invitations today), "open" (as
many codes are open as there are places), "wait" (too many wrong codes: fact `seconds`), "closed", "waiting" (nobody has
joined yet), "arriving" (a new key is due, and somebody who came in is not confirmed yet), "epoch" (sealed under an old
key).
"""

from mandorla.spaces.services.gate import current, may_write, members_of, shut_out_of
from mandorla.spaces.services.guests import consent_to, is_let_in, noted, place_in, withdraw_consent
from mandorla.spaces.services.inviting import (
    are_open,
    invitation_of,
    invitations_of,
    invite,
    join,
    make,
    withdraw_invitation,
)
from mandorla.spaces.services.keeping import drop, item_of, items, items_by_id, put
from mandorla.spaces.services.parting import leave, take_out
from mandorla.spaces.services.restoring import follow_keys
from mandorla.spaces.services.seeing import guest_space_for, guest_spaces_of, space_for, spaces_of
from mandorla.spaces.services.signals import joined, leaving, shut_out
from mandorla.spaces.services.writing import only

__all__ = [
    "are_open",
    "consent_to",
    "current",
    "drop",
    "follow_keys",
    "guest_space_for",
    "guest_spaces_of",
    "invitation_of",
    "invitations_of",
    "invite",
    "is_let_in",
    "item_of",
    "items",
    "items_by_id",
    "join",
    "joined",
    "leave",
    "leaving",
    "make",
    "may_write",
    "members_of",
    "noted",
    "only",
    "place_in",
    "put",
    "shut_out",
    "shut_out_of",
    "space_for",
    "spaces_of",
    "take_out",
    "withdraw_consent",
    "withdraw_invitation",
]
