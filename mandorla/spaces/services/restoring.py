"""An older body was joined with newer keys: the spaces follow what the keys know of them.

Who holds no key of a space any more has left it since, and a newer key shows that an older one was replaced. Who came
since is not listed, so they hold nothing either, and come again by a new code.
"""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from mandorla.spaces.core import GUIDE, LEAST
from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services.answers import ANSWER
from mandorla.vault.services import Given, given_in, keep_grants


def follow_keys(database: str) -> None:
    """Ends the places of who has left, raises epochs, and has every space make a new key before its next word.

    So nobody reads what is written next whom the others had parted from, be it as a member or as a guest.
    """
    with transaction.atomic(using=database):
        for space in Space.objects.using(database):
            _follow(space, given_in(space.id, database=database), database)


def _follow(space: Space, given: Collection[Given], database: str) -> None:
    places = Member.objects.using(database).filter(space=space, until=None)
    here = {one.person_id: one.role for one in places}
    left = {person for person, role in here.items() if not _holds(person, role, given)}
    waiting = Item.objects.using(database).filter(space=space.id, type=ANSWER, author__in=left)
    left -= {person for person in waiting.values_list("author", flat=True) if here[person] == GUIDE}
    members = {person for person, role in here.items() if role != GUIDE} - left
    today = timezone.now().date()
    places.filter(person__in=left).update(until=today, ended=space.epoch)
    space.closed = space.closed or (len(members) < LEAST and any(here[person] != GUIDE for person in left))
    space.epoch = _newest(space, members, given)
    space.rotate_due = today
    space.save(update_fields=["closed", "epoch", "rotate_due"])
    keep_grants(space.id, members, here.keys() - left - members, until=space.epoch, database=database)


def _holds(person: UUID, role: str, given: Collection[Given]) -> bool:
    """A guest is given keys of words, a member those of the space."""
    return any(one.grantee == person and one.whole is (role != GUIDE) for one in given)


def _newest(space: Space, members: Collection[UUID], given: Collection[Given]) -> int:
    """The newest key that all members have from each other: to what others gave, nobody here listens."""
    holders = defaultdict[int, set[UUID]](set)
    for one in given:
        if one.whole and one.grantor in members:
            holders[one.epoch].add(one.grantee)
    return max([space.epoch, *(epoch for epoch, whose in holders.items() if members and whose.issuperset(members))])
