"""Letting a guest into one dialogue, and taking that back. By key: each gives what they wrote, and nobody else can."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from mandorla.accounts.services import my_name
from mandorla.spaces.core import SpaceView
from mandorla.spaces.models import Space
from mandorla.spaces.services.consents import consents_in, give, note_consent
from mandorla.spaces.services.gate import current, members_of
from mandorla.spaces.services.seeing import guest_space_for, introduce, space_for
from mandorla.spaces.services.signals import shut_out
from mandorla.vault.core import Busy, NotYours, Refused
from mandorla.vault.services import KeyRing, consented, drop_grants, has_consent, is_pinned


def consent_to(ring: KeyRing, space: UUID, thread: UUID, guest: UUID, *, people: Iterable[UUID] = ()) -> None:
    """Lets a guest read what I said and will say in this dialogue, for as long as I do not take it back.

    What the room itself noted opens for them once all its `people` (everyone of the space if none are named) said so.
    `NotYours` for who is no guest here that I know; Refused: as `current`.
    """
    with transaction.atomic():
        current(ring, space)
        if not is_pinned(ring, space, guest, guest=True):
            raise NotYours
        note_consent(ring, space, thread, guest, given=True)
        introduce(ring, space, guest, my_name(ring))
        before = consented(ring, space, guest, thread) | {ring.person}
        give(ring, space, thread, guest, room=set(people or members_of(space)) <= before)


def withdraw_consent(ring: KeyRing, space: UUID, thread: UUID, guest: UUID) -> None:
    """Takes it back, at once and for everybody: the guest has no key to this dialogue, and none to what comes.

    The next word in the space is sealed under a new key.
    """
    with transaction.atomic():
        row = Space.objects.select_for_update().filter(pk=space).first()
        if row is None or ring.person not in {*members_of(space), guest}:
            raise NotYours
        if ring.person != guest:
            note_consent(ring, space, thread, guest, given=False)
        if has_consent(space, guest, thread):
            drop_grants(space, guest, thread=thread)
            row.rotate_due = timezone.now().date()
            row.save(update_fields=["rotate_due"])
        shut_out.send(Space, space=space, thread=thread, person=guest)


def place_in(ring: KeyRing, space: UUID, thread: UUID) -> SpaceView:
    """The space of a dialogue, for who shares it or is let into the dialogue as a guest; `NotYours` for others.

    If a new key is due it is made now, so that what is written next is written under it.
    """
    try:
        view = space_for(ring, space)
    except NotYours:
        if not is_let_in(space, thread, ring.person):
            raise
        return guest_space_for(ring, space)
    if view.due and view.open:
        with suppress(Busy, Refused), transaction.atomic():
            current(ring, space)
        view = space_for(ring, space)
    return view


def noted(ring: KeyRing, space: UUID, thread: UUID) -> set[UUID]:
    """The guests I let into a dialogue, as I noted it."""
    return {guest for where, guest in consents_in(ring, space) if where == thread}


def is_let_in(space: UUID, thread: UUID, guest: UUID) -> bool:
    """Whether everyone lets this guest into a dialogue; by key it shows whether it is true."""
    return space in has_consent(space, guest, thread)
