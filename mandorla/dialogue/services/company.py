"""Who else is there: bringing a guest, welcoming one, letting one go. The keys of a guest follow what was agreed.

A move of this kind is an entry like any other; what it gives or takes of keys needs a person's own ring beside it.
"""

from dataclasses import dataclass
from uuid import UUID

from mandorla.dialogue.core import Command
from mandorla.dialogue.core.state import GUEST_ROLES
from mandorla.dialogue.services import rooms
from mandorla.dialogue.services.moves import move
from mandorla.dialogue.services.rooms import Seat
from mandorla.spaces import services as spaces
from mandorla.spaces.core import GUIDE
from mandorla.vault.services import KeyRing


@dataclass(frozen=True, slots=True)
class GuestView:
    """Somebody who may be let in: `role` once they are brought, `mine` if I welcomed them, `there` once all have."""

    person: UUID
    name: str
    role: str
    mine: bool
    there: bool


@dataclass(frozen=True, slots=True)
class Company:
    """Who talks, whom they brought, and whom they might bring. `i_am_guest`: what I can do is to go."""

    v: int
    people: tuple[str, ...]
    brought: tuple[GuestView, ...]
    others: tuple[GuestView, ...]
    over: bool
    i_am_guest: bool


def company_of(ring: KeyRing, seat: Seat) -> Company:
    """Who is there in this dialogue. NotYours for whoever is not."""
    state = rooms.room_of(seat, checked=True).shown.state
    view = spaces.place_in(ring, seat.space, seat.thread)
    brought = tuple(
        GuestView(one, seat.names.get(one, ""), role, seat.person in by, state.is_welcome(one))
        for one, (role, by) in state.guests.items()
    )
    others = (one for one in (*view.others, *view.guests) if not (state.knows(one.person) or one.arriving))
    return Company(
        v=state.seq,
        people=tuple(seat.names.get(one, "") for one in state.people),
        brought=brought,
        others=tuple(GuestView(one.person, one.name, _as(one.role), mine=False, there=False) for one in others),
        over=bool(state.over),
        i_am_guest=seat.person not in state.people,
    )


def act_on_company(ring: KeyRing, seat: Seat, command: Command) -> None:
    """Brings, welcomes or lets go a guest. Once a dialogue is over, letting go takes what the guest could still read.

    Raises what `move` and `spaces.consent_to` do.
    """
    state = rooms.room_of(seat, checked=True).shown.state
    if state.over and command.do in ("dismiss", "leave"):
        spaces.withdraw_consent(ring, seat.space, seat.thread, command.person or seat.person)
        return
    move(seat, command)
    if seat.person in state.people:
        keep_company(ring, seat)


def keep_company(ring: KeyRing, seat: Seat) -> None:
    """Gives the guests I welcomed the keys of my words here, and takes back from others what I gave.

    Does nothing where nobody is a guest. Over means over: then nothing more is given.
    """
    state = rooms.room_of(seat, checked=True).shown.state
    if not seat.guests or seat.person not in state.people or state.over or seat.closed:
        return
    welcomed = {one for one, (_, by) in state.guests.items() if seat.person in by} & seat.guests
    noted = spaces.noted(ring, seat.space, seat.thread)
    for guest in noted - welcomed:
        spaces.withdraw_consent(ring, seat.space, seat.thread, guest)
    for guest in welcomed:
        if guest not in noted or state.is_welcome(guest) is not spaces.is_let_in(seat.space, seat.thread, guest):
            spaces.consent_to(ring, seat.space, seat.thread, guest, people=state.people)


def _as(role: str) -> str:
    """As what somebody would be brought: who came as a guide guides, everybody else looks on."""
    return role if role == GUIDE else GUEST_ROLES[0]
