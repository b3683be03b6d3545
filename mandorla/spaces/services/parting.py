"""Leaving: one step, for good, and nobody else's leave is asked. And ending a place that is not a member's own."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mandorla.spaces.core import LEAST
from mandorla.spaces.models import Item, Member, PendingGrant, Space
from mandorla.spaces.services.answers import ANSWER, arrivals
from mandorla.spaces.services.gate import members_of
from mandorla.spaces.services.inviting import remove
from mandorla.spaces.services.seeing import space_for
from mandorla.spaces.services.signals import leaving
from mandorla.spaces.services.standings import note_down
from mandorla.vault.core import NotYours
from mandorla.vault.services import KeyRing, drop_grants


def leave(ring: KeyRing, space: UUID, *, withdraw: bool) -> None:
    """Leaves at once and for good: my grants go, my words stay or are withdrawn as I choose.

    Where too few are left, the space closes; otherwise the others go on, under a new key.
    """
    with transaction.atomic():
        row, member = _place(space, ring.person)
        leaving.send(Space, ring=ring, space=space, person=ring.person, withdraw=withdraw)
        people = Member.objects.filter(space=space)
        if not people.exclude(person=ring.person).exists():
            remove(ring, row)
            return
        if ring.epochs(space) and not row.closed:  # whoever came with a code of mine would be waited for in vain
            arrivals(ring, space, people)
        _end(row, member)
        if ring.epochs(space):  # whoever has no key any more may leave all the same
            note_down(ring, row)
        drop_grants(space, ring.person)
        _gone(ring.person, space, withdraw=withdraw, last=not members_of(space)).delete()


def take_out(ring: KeyRing, space: UUID, person: UUID) -> None:
    """Ends somebody's place, where `SpaceView.may_take_out` says so; what they said stays. `NotYours` otherwise."""
    with transaction.atomic():
        row, member = _place(space, person)
        if not space_for(ring, space).may_take_out(person):
            raise NotYours
        leaving.send(Space, ring=ring, space=space, person=person, withdraw=False)
        _end(row, member)
        note_down(ring, row)
        drop_grants(space, person)
        _gone(person, space, withdraw=False, last=False).delete()


def _place(space: UUID, person: UUID) -> tuple[Space, Member]:
    """The space, locked, and somebody's place in it now."""
    row = Space.objects.select_for_update().filter(pk=space).first()
    member = Member.objects.filter(space=space, person=person, until=None).first()
    if row is None or member is None:
        raise NotYours
    return row, member


def _end(row: Space, member: Member) -> None:
    """The place ends under this epoch; codes handed out before open nothing any more."""
    member.until, member.ended = timezone.now().date(), row.epoch
    member.save(update_fields=["until", "ended"])
    PendingGrant.objects.filter(space=row).delete()
    row.closed = row.closed or len(members_of(row.id)) < LEAST
    row.rotate_due = timezone.now().date()
    row.save(update_fields=["closed", "rotate_due"])


def _gone(person: UUID, space: UUID, *, withdraw: bool, last: bool) -> QuerySet[Item]:
    """What goes with a person who leaves; with the last one everything, since nobody could open it any more."""
    items = Item.objects.filter(space=space)
    if last:
        return items
    return items.filter(Q(author=person) if withdraw else Q(type=ANSWER, author=person))
