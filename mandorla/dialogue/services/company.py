"""Who else is there: bringing a guest, welcoming one, letting one go. The keys of a guest follow what was agreed.

A move of this kind is an entry like any other; what it gives or takes of keys needs a person's own ring beside it.
"""

from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID, uuid5

from django.utils import timezone

from mandorla.dialogue.core import Command, change, decide, fold, wire
from mandorla.dialogue.core.state import GUEST_ROLES
from mandorla.dialogue.models import Event, Thread
from mandorla.dialogue.services import presence, rooms, scripts
from mandorla.dialogue.services.moves import move
from mandorla.dialogue.services.rests import rests_until
from mandorla.dialogue.services.rooms import Seat
from mandorla.notices import services as notices
from mandorla.spaces import services as spaces
from mandorla.spaces.core import GUIDE, LEAST
from mandorla.vault.core import NotYours, Refused, Sealed, new_id
from mandorla.vault.services import KeyRing, ThreadKeys


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
    """Who talks, whom they brought, and whom they might bring. `i_am_guest`: what I can do is to go; `at_door`: I am
    not let in yet.
    """

    v: int
    people: tuple[str, ...]
    brought: tuple[GuestView, ...]
    others: tuple[GuestView, ...]
    over: bool
    i_am_guest: bool
    at_door: bool


def company_of(ring: KeyRing, seat: Seat) -> Company:
    """Who is there in this dialogue. NotYours for whoever is not."""
    room = rooms.room_of(seat, checked=True)
    state = room.shown.state
    if state.is_at_door(seat.person):
        state = state.from_door(room.script.start, seat.person, timezone.now())
    view = spaces.place_in(ring, seat.space, seat.thread)
    brought = tuple(
        GuestView(one, seat.names.get(one, ""), role, seat.person in by, state.is_welcome(one))
        for one, (role, by) in state.guests.items()
    )
    could = view.guests if state.gone else (*view.others, *view.guests)  # who left cannot say yes to who looks on
    others = (one for one in could if not (state.knows(one.person) or one.arriving))
    return Company(
        v=state.seq,
        people=tuple(seat.names.get(one, "") for one in state.people),
        brought=brought,
        others=tuple(GuestView(one.person, one.name, _as(one.role), mine=False, there=False) for one in others),
        over=bool(state.over),
        i_am_guest=seat.person not in state.people,
        at_door=state.is_at_door(seat.person),
    )


def act_on_company(ring: KeyRing, seat: Seat, command: Command, *, answer: str = "") -> None:
    """Brings, welcomes or lets go a guest. Once a dialogue is over, letting go takes what the guest could still read.

    `answer`: the move by which the same press also says yes to the dialogue. Raises what `move` and `spaces.consent_to`
    do.
    """
    state = rooms.room_of(seat, checked=True).shown.state
    if state.over and command.do in ("dismiss", "leave"):
        spaces.withdraw_consent(ring, seat.space, seat.thread, command.person or seat.person)
        return
    move(seat, command)
    if seat.person in state.people:
        keep_company(ring, seat)
    if answer:
        here = rooms.room_of(seat).shown.state.seq
        move(seat, Command(uuid5(command.key, answer), here, answer))  # pressed twice it has the same key too


def keep_company(ring: KeyRing, seat: Seat) -> None:
    """Gives the guests I welcomed the keys of my words here, and takes back from others what I gave.

    Does nothing where nobody is a guest. Over means over: then nothing more is given.
    """
    if not seat.guests or seat.closed:
        return
    state = rooms.room_of(seat, checked=True).shown.state
    if seat.person not in state.people or state.over:
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


def leave_all(ring: KeyRing, space: UUID, person: UUID) -> None:
    """Someone leaves a space that goes on, or is taken out: they go from its open dialogues, and those of two end.

    Call inside the transaction in which they leave, with a ring that still has keys: of whoever does it.
    """
    members = spaces.members_of(space)
    if person in members and len(members) <= LEAST:  # the space closes, and all of them with it
        return
    resting = rests_until(ring, space) is not None
    for row in Thread.objects.select_for_update().filter(space=space):
        with suppress(NotYours, Refused, Sealed), closing(ring.thread_keys(space, row.id, [person, space])) as keys:
            _go(row, keys, person, by=ring.person, resting=resting)


def _go(row: Thread, keys: ThreadKeys, person: UUID, *, by: UUID, resting: bool) -> None:
    state = rooms.state_of(row, keys.open)
    two = len(state.people) == 2 and person in state.people
    command, script = Command(new_id(), state.seq, "end" if two else "leave"), scripts.script(state.script)
    entry = decide(script, state, person, command, now=timezone.now(), room=row.space, resting=resting)
    if by != person and not two:  # nothing is written in the name of somebody who did not do it
        told = {"person": person.hex, "by": by.hex}
        entry = replace(entry, author=row.space, body={**entry.body, **told})
    envelope = keys.seal(wire.packed(entry), type="event", record=command.key, author=entry.author, revision=entry.seq)
    after = fold(script, state, entry, envelope.digest.hex())
    facts = {"seq": entry.seq, "command": command.key, "author": entry.author, "epoch": keys.epoch}
    Event.objects.create(thread=row, digest=envelope.digest, envelope=envelope, **facts)
    row.next_seq, row.epoch = entry.seq + 1, keys.epoch
    row.state = rooms.sealed_state(keys, row.id, row.space, after)
    row.save(update_fields=["next_seq", "epoch", "state"])
    notices.write(change(script, state, after, entry.at, partial(presence.is_here, row.id, by)), entry.at)
