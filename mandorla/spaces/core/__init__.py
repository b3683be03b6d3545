"""What a space is and what may be done in it. Knows no keys, no tables and no clock."""

from mandorla.spaces.core.kinds import FACILITATOR, GUIDE, KINDS, LEAST, ROLES, Kind
from mandorla.spaces.core.standing import Standing
from mandorla.spaces.core.views import OPEN_FOR, Invitation, ItemView, MemberView, SpaceView

__all__ = [
    "FACILITATOR",
    "GUIDE",
    "KINDS",
    "LEAST",
    "OPEN_FOR",
    "ROLES",
    "Invitation",
    "ItemView",
    "Kind",
    "MemberView",
    "SpaceView",
    "Standing",
]
