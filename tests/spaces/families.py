"""Spaces of more than two, made the way people make them."""

from uuid import UUID

from mandorla.spaces.core import GUIDE
from mandorla.spaces.services import invite, join, make, spaces_of
from tests.cast import Cast, Someone


def comes(inviter: Someone, space: UUID, joiner: Someone, *, looks: bool = True) -> None:
    """One more person, by a code of their own; `looks`: the one who invited has looked in since."""
    join(joiner.ring(), invite(inviter.ring(), space=space).code)
    if looks:
        spaces_of(inviter.ring())


def family(cast: Cast, *, kind: str = "family") -> UUID:
    """Ana made it; Ben came by her code, Eve by Ben's, or in a group by Ana's. All have looked in."""
    space = make(cast.ana.ring(), kind, "The ones by the river")
    comes(cast.ana, space, cast.ben)
    comes(cast.ben if kind == "family" else cast.ana, space, cast.eve)
    for someone in (cast.ana, cast.ben, cast.eve):
        spaces_of(someone.ring())
    return space


def guided(cast: Cast, inviter: Someone, space: UUID, *, looks: bool = True) -> None:
    """Cleo comes as a guide."""
    join(cast.cleo.ring(), invite(inviter.ring(), space=space, role=GUIDE).code, as_guide=True)
    if looks:
        spaces_of(inviter.ring())
