"""The spaces of a person as they see them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.dispatch import receiver
from django.utils.translation import gettext

from mandorla.accounts.services.people import renamed
from mandorla.spaces.core import MemberView, SpaceView
from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services.answers import is_sure
from mandorla.spaces.services.standings import goes_back, keep_up, notes_of
from mandorla.spaces.services.writing import only, opened, write
from mandorla.vault.core import NotYours
from mandorla.vault.services import KeyRing

NAME = "name"
Names = dict[tuple[UUID, UUID], str]


def spaces_of(ring: KeyRing) -> list[SpaceView]:
    """Every space I am in, open ones first, then by id; verifies an answer to my invitation if one waits."""
    views = _views(ring, Space.objects.filter(member__person=ring.person, member__until=None))
    return sorted(views, key=lambda view: (view.closed, view.waiting, view.id))


def space_for(ring: KeyRing, space: UUID) -> SpaceView:
    """One of my spaces; `NotYours` for any other."""
    found = _views(ring, Space.objects.filter(pk=space, member__person=ring.person, member__until=None))
    if not found:
        raise NotYours
    return found[0]


@receiver(renamed)
def call_me(sender: object, ring: KeyRing, called: str, **_: object) -> None:
    """Tells every open space of mine what I am called from now on."""
    mine = Space.objects.filter(member__person=ring.person, member__until=None, closed=False)
    spaces = list(mine.select_for_update(of=("self",)))
    notes = notes_of(ring, [space.id for space in spaces])
    for space in spaces:
        if ring.epochs(space.id) and not goes_back(ring, space, notes):
            say_name(ring, space.id, called)


def say_name(ring: KeyRing, space: UUID, name: str) -> None:
    """Writes what I am called into a space, for its other members."""
    write(ring, space, NAME, {"name": name}, record=only(space, NAME, ring.person))


def _views(ring: KeyRing, rows: Iterable[Space]) -> list[SpaceView]:
    spaces = {row.id: row for row in rows if ring.epochs(row.id)}  # being listed is not enough: a key makes it mine
    members = defaultdict(list)
    for member in Member.objects.filter(space__in=spaces).order_by("person"):
        members[member.space_id].append(member)
    found = Item.objects.filter(space__in=spaces, type=NAME)
    names = {(item.space, item.author): str(opened(ring, item).value.get("name", "")) for item in found}
    unsure = {id for id, space in spaces.items() if not (space.closed or _is_sure(ring, id, members[id]))}
    notes = notes_of(ring, spaces)  # only now: whoever is verified just above is noted with it
    if any(goes_back(ring, space, notes) for space in spaces.values()):  # or it closed just now
        spaces |= Space.objects.in_bulk(list(spaces))
    gone_back = {id for id, space in spaces.items() if goes_back(ring, space, notes)}
    for id, space in spaces.items():
        if id not in gone_back:
            keep_up(ring, space, notes)
        ring.hold_back(id, "closed" if space.closed else "doubtful" if id in unsure | gone_back else "")
    return [
        replace(_view(ring, space, members[id], names), doubtful=id in unsure | gone_back, gone_back=id in gone_back)
        for id, space in spaces.items()
    ]


def _is_sure(ring: KeyRing, space: UUID, members: list[Member]) -> bool:
    return all(is_sure(ring, space, member.person_id) for member in members if member.person_id != ring.person)


def _view(ring: KeyRing, space: Space, members: list[Member], names: Names) -> SpaceView:
    others = [member for member in members if member.person_id != ring.person]
    return SpaceView(
        id=space.id,
        kind=space.kind,
        epoch=space.epoch,
        closed=space.closed,
        me=MemberView(ring.person, names.get((space.id, ring.person)) or gettext("me")),
        others=tuple(
            MemberView(other.person_id, names.get((space.id, other.person_id)) or gettext("your partner"))
            for other in others
        ),
    )
