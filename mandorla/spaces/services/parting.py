"""Leaving: one step, for good, and nobody else's leave is asked."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services.answers import ANSWER
from mandorla.spaces.services.inviting import remove
from mandorla.spaces.services.signals import leaving
from mandorla.spaces.services.standings import note_down
from mandorla.vault.core import NotYours
from mandorla.vault.services import KeyRing, drop_grants


def leave(ring: KeyRing, space: UUID, *, withdraw: bool) -> None:
    """Leaves at once and for good: my grants go, the space closes, my words stay or are withdrawn as I choose."""
    with transaction.atomic():
        row = Space.objects.select_for_update().filter(pk=space).first()
        people = Member.objects.filter(space=space)
        mine = people.filter(person=ring.person, until=None)
        if row is None or not mine.exists():
            raise NotYours
        leaving.send(Space, ring=ring, space=space, person=ring.person, withdraw=withdraw)
        if not people.exclude(person=ring.person).exists():
            remove(ring, row)
            return
        mine.update(until=timezone.now().date())
        row.closed = True
        row.save(update_fields=["closed"])
        if ring.epochs(space):  # whoever has no key any more may leave all the same
            note_down(ring, row)
        drop_grants(space, ring.person)
        _gone(ring.person, space, withdraw=withdraw, last=not people.filter(until=None).exists()).delete()


def _gone(person: UUID, space: UUID, *, withdraw: bool, last: bool) -> QuerySet[Item]:
    """What goes with a person who leaves; with the last one everything, since nobody could open it any more."""
    items = Item.objects.filter(space=space)
    if last:
        return items
    return items.filter(Q(type=ANSWER) | Q(author=person) if withdraw else Q(type=ANSWER))
