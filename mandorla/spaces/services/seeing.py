"""The spaces of a person as they see them, and those they are a guest of."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils.translation import gettext

from mandorla.accounts.services.people import renamed
from mandorla.spaces.core import GUIDE, KINDS, MemberView, SpaceView
from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services.answers import Arrivals, arrivals
from mandorla.spaces.services.gate import is_due, memberships
from mandorla.spaces.services.standings import goes_back, keep_up, notes_of
from mandorla.spaces.services.writing import NAME, only, opened, write
from mandorla.vault.core import NotYours
from mandorla.vault.services import KeyRing, is_pinned

TITLE = "title"
KNOWN = "known"
"""What a member is called, for one guest: sealed as the guest's own, so that they can open it and no other guest."""

GUEST_OF = "guest_of"
"""A guest's own note of a space: who was there when they were invited."""


def spaces_of(ring: KeyRing) -> list[SpaceView]:
    """Every space I share, open ones first, then by id; verifies answers to my invitations if some wait."""
    views = _views(ring, Space.objects.filter(pk__in=memberships(ring.person).values("space")))
    return sorted(views, key=lambda view: (view.closed, view.waiting, view.id))


def space_for(ring: KeyRing, space: UUID) -> SpaceView:
    """One of the spaces I share; `NotYours` for any other."""
    return _one(_views(ring, Space.objects.filter(pk=space, pk__in=memberships(ring.person).values("space"))))


def guest_spaces_of(ring: KeyRing) -> list[SpaceView]:
    """Every space I am a guest of."""
    return _views(ring, _visited(ring), guest=True)


def guest_space_for(ring: KeyRing, space: UUID) -> SpaceView:
    """One of the spaces I am a guest of; `NotYours` for any other."""
    return _one(_views(ring, _visited(ring).filter(pk=space), guest=True))


@receiver(renamed)
def call_me(sender: object, ring: KeyRing, called: str, **_: object) -> None:
    """Tells every open space of mine what I am called from now on, and those I am a guest of."""
    mine = Space.objects.filter(member__person=ring.person, member__until=None, closed=False)
    spaces = list(mine.select_for_update(of=("self",)))
    notes = notes_of(ring, [space.id for space in spaces])
    for space in spaces:
        if ring.epochs(space.id) and not goes_back(ring, space, notes):
            say_name(ring, space.id, called)
            for guest in Member.objects.filter(space=space, role=GUIDE, until=None).exclude(person=ring.person):
                if is_pinned(ring, space.id, guest.person_id, guest=True):
                    introduce(ring, space.id, guest.person_id, called)


def say_name(ring: KeyRing, space: UUID, name: str) -> None:
    """Writes what I am called into a space, for its members."""
    write(ring, space, NAME, {"name": name}, record=only(space, NAME, ring.person))


def introduce(ring: KeyRing, space: UUID, guest: UUID, name: str) -> None:
    """Tells one guest what I am called."""
    record = only(guest, f"{KNOWN}-{space.hex}", ring.person)
    write(ring, space, KNOWN, {"person": ring.person.hex, "name": name}, author=guest, record=record)


def _visited(ring: KeyRing) -> QuerySet[Space]:
    places = Member.objects.filter(person=ring.person, role=GUIDE, until=None)
    return Space.objects.filter(pk__in=places.values("space"))


def _one(views: list[SpaceView]) -> SpaceView:
    if not views:
        raise NotYours
    return views[0]


def _views(ring: KeyRing, rows: Iterable[Space], *, guest: bool = False) -> list[SpaceView]:
    spaces = {row.id: row for row in rows if _is_mine(ring, row.id, guest=guest)}
    members = defaultdict(list)
    for member in Member.objects.filter(space__in=spaces).order_by("person"):
        members[member.space_id].append(member)
    found = {id: Arrivals() if space.closed else arrivals(ring, id, members[id]) for id, space in spaces.items()}
    notes = notes_of(ring, spaces)  # only now: whoever is verified just above is noted with it
    if any(goes_back(ring, space, notes) for space in spaces.values()):  # or it closed just now
        spaces |= Space.objects.in_bulk(list(spaces))
    gone_back = {id for id, space in spaces.items() if goes_back(ring, space, notes)}
    for id, space in spaces.items():
        if id not in gone_back:
            keep_up(ring, space, notes)
        stopped = found[id].doubtful or id in gone_back
        ring.hold_back(id, "closed" if space.closed else "doubtful" if stopped else "")
    words = _words(ring, spaces, guest=guest)
    return [
        _view(ring, space, members[id], words[id], found[id], gone_back=id in gone_back) for id, space in spaces.items()
    ]


def _is_mine(ring: KeyRing, space: UUID, *, guest: bool) -> bool:
    """Being listed is not enough: a key makes it mine. A guest has pinned who invited them, and waits for a key."""
    return bool(ring.epochs(space)) or (guest and any(where == space for where, _ in ring.pins()))


@dataclass(slots=True)
class Words:
    """What people are called in a space, and what it is called."""

    names: dict[UUID, str] = field(default_factory=dict)
    title: str = ""


def _words(ring: KeyRing, spaces: Iterable[UUID], *, guest: bool) -> dict[UUID, Words]:
    """A guest has no key to what members write for each other, but to what they wrote for this guest."""
    wanted = Q(space__in=spaces, type__in=[NAME, TITLE])
    if guest:
        notes = {only(space, GUEST_OF, ring.person): space for space in spaces}
        wanted |= Q(space=ring.personal, type=GUEST_OF, pk__in=notes)
        wanted |= Q(space__in=spaces, type=KNOWN, author=ring.person)
    read = defaultdict[UUID, Words](Words)
    for row in sorted(Item.objects.filter(wanted), key=lambda row: row.type == KNOWN):  # they were written later
        value = opened(ring, row).value if ring.epochs(row.space) else {}
        match row.type:
            case "title":
                read[row.space].title = str(value.get("title", ""))
            case "guest_of":
                read[notes[row.id]].names |= {UUID(person): name for person, name in value.get("names", {}).items()}
            case "known" if value:
                read[row.space].names[UUID(value["person"])] = value["name"]
            case _ if value:
                read[row.space].names[row.author] = value["name"]
    return read


def _view(  # noqa: PLR0913  # what was found of one space
    ring: KeyRing, space: Space, members: list[Member], words: Words, found: Arrivals, *, gone_back: bool
) -> SpaceView:
    seen = {
        one.person_id: MemberView(
            one.person_id,
            words.names.get(one.person_id) or _unnamed(space, one, found),
            one.role,
            one.person_id in found.people,
        )
        for one in members
    }
    here = {one.person_id for one in members if one.until is None or (space.closed and one.role != GUIDE)}
    others = [one for one in seen.values() if one.person != ring.person]
    return SpaceView(
        id=space.id,
        kind=space.kind,
        epoch=space.epoch,
        closed=space.closed,
        me=replace(
            seen[ring.person],
            name=words.names.get(ring.person) or gettext("me"),
            arriving=not ring.epochs(space.id),
        ),
        others=tuple(one for one in others if one.role != GUIDE and one.person in here),
        doubtful=found.doubtful or gone_back,
        gone_back=gone_back,
        title=words.title,
        guests=tuple(one for one in others if one.role == GUIDE and one.person in here),
        former=tuple(one for one in others if one.person not in here),
        due=is_due(space),
    )


def _unnamed(space: Space, member: Member, found: Arrivals) -> str:
    """What somebody is called whose name is not there, or not yet."""
    if member.role == GUIDE and member.person_id in found.people:
        return gettext("somebody new")
    return gettext("your partner") if KINDS[space.kind].most == 2 else gettext("someone")
