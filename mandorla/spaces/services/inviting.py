"""People come to share a space: one hands a code over in person, the other enters it. Guests come in the same way.

The server sees neither the code nor the key under it. Both sides learn each other's public keys under the code, so a
server that swaps keys is noticed. A guest gets no key.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from mandorla.accounts.services import my_name, right_try
from mandorla.spaces.core import GUIDE, KINDS, OPEN_FOR, Invitation, SpaceView
from mandorla.spaces.models import Item, Member, PendingGrant, Space
from mandorla.spaces.services.answers import ANSWER, INVITATION, answer_to
from mandorla.spaces.services.gate import current, members_of, memberships, next_rotation
from mandorla.spaces.services.keeping import item_of
from mandorla.spaces.services.seeing import GUEST_OF, TITLE, guest_space_for, say_name, space_for
from mandorla.spaces.services.signals import joined
from mandorla.spaces.services.standings import begin_note
from mandorla.spaces.services.writing import lay, only, opened, write
from mandorla.vault.core import NotYours, Refused, Sealed
from mandorla.vault.services import (
    KeyRing,
    accept_invitation,
    drop_grants,
    invitation_id,
    make_space_key,
    wrap_for_invitation,
)

INVITATIONS_A_DAY = 10  # into a space that is made with it: nobody fills the store with empty ones
GUIDES_AT_ONCE = 3
DAY = timedelta(days=1)


def make(ring: KeyRing, kind: str, title: str = "") -> UUID:
    """Makes a family or a group with nobody else in it yet, and returns its id. Refused: "daily"."""
    with transaction.atomic():
        _count_invitation(ring)
        return _made(ring, kind, title).id


def invite(ring: KeyRing, *, kind: str = "relationship", space: UUID | None = None, role: str = "") -> Invitation:
    """Invites one more person, or a guide, into a space of mine; without one, makes a space of this kind with it.

    A relationship nobody has joined yet is not made twice: its older code dies. Into a space there is, as many of my
    codes are open at once as it has places left. `NotYours` for a role I may not invite to. Refused: "full", "open",
    "daily", and what `current` refuses.
    """
    with transaction.atomic():
        if space is None:
            _count_invitation(ring)
        row = _open_for(ring, space) if space else _waiting(ring, kind) or _made(ring, kind)
        role = role or KINDS[row.kind].joiner
        if space is None:
            _forget_codes(ring, row)
        view = space_for(ring, row.id)
        if role not in view.invites:
            raise Refused("full") if view.me.role in KINDS[view.kind].inviters else NotYours
        if space:
            _room_for_one_more(ring, view, role)
        names = {one.person.hex: one.name for one in (view.me, *view.others)}
        ends_at = (timezone.now() + OPEN_FOR).replace(second=0, microsecond=0)
        wrapped = wrap_for_invitation(ring, row.id, guest=role == GUIDE, told={"names": names})
        PendingGrant.objects.create(id=wrapped.id, space=row, wrapped=wrapped.wrapped, expires=ends_at)
        kept = {"code": wrapped.code, "role": role}
        write(ring, ring.personal, INVITATION, kept, record=wrapped.id)
    return Invitation(wrapped.id, row.id, role, wrapped.code, ends_at)


def invitation_of(ring: KeyRing) -> Invitation | None:
    """My open invitation into a relationship, to hand over again."""
    with transaction.atomic():
        space = _waiting(ring, "relationship")
        return next(iter(invitations_of(ring, space.id)), None) if space else None


def invitations_of(ring: KeyRing, space: UUID) -> list[Invitation]:
    """My open invitations into a space, those that end first before others."""
    pending = list(PendingGrant.objects.filter(space=space, expires__gt=timezone.now()).order_by("expires", "id"))
    rows = Item.objects.filter(pk__in=[one.id for one in pending], space=ring.personal, type=INVITATION)
    kept = {row.id: opened(ring, row) for row in rows}
    return [
        Invitation(one.id, space, str(mine.value.get("role", "partner")), str(mine.value["code"]), one.expires)
        for one in pending
        if (mine := kept.get(one.id)) and not mine.broken
    ]


def are_open(invitations: set[UUID]) -> bool:
    """Whether each of these invitations still opens its space. Anybody may ask who knows their ids."""
    return PendingGrant.objects.filter(pk__in=invitations, expires__gt=timezone.now()).count() == len(invitations)


def withdraw_invitation(ring: KeyRing, space: UUID | None = None, invitation: UUID | None = None) -> None:
    """Takes an invitation of mine back; without a space, the one into a relationship, and the empty space with it.

    If somebody has joined already, nothing changes.
    """
    with transaction.atomic():
        if space is None:
            empty = _waiting(ring, "relationship")
            if empty:
                remove(ring, empty)
            return
        mine = [one.id for one in invitations_of(ring, space) if one.id == invitation]
        forget_codes(ring, PendingGrant.objects.filter(pk__in=mine))


def join(ring: KeyRing, code: str, *, as_guide: bool = False) -> SpaceView:
    """Opens an invitation: its space becomes mine too, and our public keys are pinned to each other.

    Refused: "mistyped", "wrong" (unknown, expired, used or withdrawn: nobody is told which), "own" (I am there
    already), "together", "full", "doubtful" (someone meddled with it), "guide" (it invites a guide, and I have not said
    that I am one: nothing has happened yet), "wait" (after wrong codes; fact `seconds`).
    """
    try:
        invitation = invitation_id(code)
    except Refused:
        raise Refused("mistyped") from None
    with right_try("invitation", account=ring.person.hex):
        if not _open_now(invitation).exists():
            raise Refused("wrong")
    space, role = _joined(ring, invitation, code, as_guide=as_guide)
    return guest_space_for(ring, space) if role == GUIDE else space_for(ring, space)


def remove(ring: KeyRing, space: Space) -> None:
    """Takes a space away that nobody but its maker was ever in."""
    _forget_codes(ring, space)
    drop_grants(space.id, ring.person)
    Item.objects.filter(space=space.id).delete()
    space.delete()


def forget_codes(ring: KeyRing, codes: QuerySet[PendingGrant]) -> None:
    """These codes die, and with them whatever of anyone's has run out."""
    Item.objects.filter(pk__in=list(codes.values_list("pk", flat=True)), space=ring.personal, type=INVITATION).delete()
    codes.delete()
    PendingGrant.objects.filter(expires__lte=timezone.now()).delete()


def _room_for_one_more(ring: KeyRing, view: SpaceView, role: str) -> None:
    places = GUIDES_AT_ONCE if role == GUIDE else KINDS[view.kind].most - 1 - len(view.others)
    if sum(one.role == role for one in invitations_of(ring, view.id)) >= places:
        raise Refused("open")


def _forget_codes(ring: KeyRing, space: Space) -> None:
    forget_codes(ring, PendingGrant.objects.filter(space=space))


def _waiting(ring: KeyRing, kind: str) -> Space | None:
    """My space of this kind that nobody has joined, locked; there is never more than one relationship."""
    others = Member.objects.filter(space=OuterRef("pk")).exclude(person=ring.person)
    mine = Space.objects.filter(~Exists(others), member__person=ring.person, closed=False, kind=kind)
    found = mine.select_for_update(of=("self",)).first()
    if found and len(members_of(found.id)) > 1:  # somebody came in while we waited for the lock
        return None
    return found


def _open_for(ring: KeyRing, space: UUID) -> Space:
    """A space of mine, with its key renewed if that is due: what is offered opens what is written from now on."""
    current(ring, space, alone=True)
    return Space.objects.get(pk=space)


def _made(ring: KeyRing, kind: str, title: str = "") -> Space:
    space = Space.objects.create(kind=kind, rotate_due=next_rotation())
    Member.objects.create(space=space, person_id=ring.person, role=KINDS[kind].maker)
    make_space_key(ring, space.id)
    say_name(ring, space.id, my_name(ring))
    if title:
        write(ring, space.id, TITLE, {"title": title}, author=space.id, record=only(space.id, TITLE, space.id))
    return space


def _open_now(invitation: UUID) -> QuerySet[PendingGrant]:
    return PendingGrant.objects.filter(pk=invitation, expires__gt=timezone.now())


@transaction.atomic
def _joined(ring: KeyRing, invitation: UUID, code: str, *, as_guide: bool) -> tuple[UUID, str]:
    """The space is locked before the invitation is read, so that it cannot be renewed meanwhile."""
    Space.objects.select_for_update(of=("self",)).filter(pendinggrant=invitation).first()
    pending = _open_now(invitation).first()
    if pending is None:
        raise Refused("wrong")
    return pending.space_id, _come_in(ring, pending, code, as_guide=as_guide)


def _come_in(ring: KeyRing, pending: PendingGrant, code: str, *, as_guide: bool) -> str:
    space, people = pending.space, members_of(pending.space_id)
    if Member.objects.filter(space=space, person=ring.person, until=None).exists():
        raise Refused("own")
    called = my_name(ring)
    try:
        answer = accept_invitation(ring, space.id, code, pending.wrapped, told={"name": called})
    except Sealed:
        raise Refused("doubtful") from None
    kind, role = KINDS[space.kind], GUIDE if answer.guest else KINDS[space.kind].joiner
    _may_come(ring, space, people, answer.inviter, guest=answer.guest)
    if answer.guest and not as_guide:
        raise Refused("guide")
    if not answer.guest and len(people) >= kind.most:
        raise Refused("full")
    answer_id = answer_to(space.id, pending.id)
    pending.delete()
    here = {"role": role, "until": None, "ended": 0}
    Member.objects.update_or_create(space=space, person_id=ring.person, defaults=here)
    lay(space.id, ANSWER, ring.person, answer_id, answer.sealed)
    begin_note(ring, space)
    if answer.guest:
        record = only(space.id, GUEST_OF, ring.person)
        write(ring, ring.personal, GUEST_OF, {"names": answer.told.get("names", {})}, record=record)
        return role
    if len(people) == 1:
        Space.objects.filter(pk=space.id).update(rotate_due=next_rotation())
    say_name(ring, space.id, called)
    joined.send(Space, ring=ring, space=space_for(ring, space.id))
    return role


def _may_come(ring: KeyRing, space: Space, people: list[UUID], inviter: UUID, *, guest: bool) -> None:
    """Refuses what two who share a space already need not have twice, and an inviter who is not there."""
    two = KINDS[space.kind].most == 2 and not guest
    theirs = Member.objects.filter(space=OuterRef("space"), person__in=people, until=None)
    shared = memberships(ring.person).filter(Exists(theirs), space__closed=False, space__kind=space.kind)
    if two and shared.exists():
        raise Refused("together")
    if inviter not in people or space.closed or (two and len(people) != 1):
        raise Refused("doubtful")


def _count_invitation(ring: KeyRing) -> None:
    """What is counted lies sealed in the person's own space: nobody else learns who tried to invite."""
    now = timezone.now()
    record = only(ring.personal, "invitations", ring.person)
    item = item_of(ring, ring.personal, "invitations", record=record)
    before = item.value.get("made", []) if item else []
    made = [at for at in before if datetime.fromisoformat(at) > now - DAY]
    if len(made) >= INVITATIONS_A_DAY:
        raise Refused("daily")
    write(ring, ring.personal, "invitations", {"made": [*made, now.isoformat()]}, record=record)
