"""Two people come to share a space: one hands a code over in person, the other enters it.

The server sees neither the code nor the key under it. Both sides learn each other's public keys under the code, so a
server that swaps keys is noticed.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from mandorla.accounts.services import my_name, right_try
from mandorla.spaces.core import Invitation, SpaceView
from mandorla.spaces.models import Item, Member, PendingGrant, Space
from mandorla.spaces.services import answers
from mandorla.spaces.services.answers import ANSWER, INVITATION
from mandorla.spaces.services.gate import members_of, next_rotation
from mandorla.spaces.services.keeping import item_of
from mandorla.spaces.services.seeing import say_name, space_for
from mandorla.spaces.services.signals import joined
from mandorla.spaces.services.standings import note_down
from mandorla.spaces.services.writing import only, write
from mandorla.vault.core import Refused, Sealed
from mandorla.vault.services import (
    KeyRing,
    accept_invitation,
    drop_grants,
    invitation_id,
    make_space_key,
    wrap_for_invitation,
)

OPEN_FOR = timedelta(days=7)
INVITATIONS_A_DAY = 10
DAY = timedelta(days=1)


def invite(ring: KeyRing) -> Invitation:
    """Makes a relationship space with an invitation to it, or renews the open invitation; an older code dies.

    Refused: "daily".
    """
    with transaction.atomic():
        _count_invitation(ring)
        space = _waiting(ring) or _made(ring)
        _forget_codes(ring, space)
        ends_at = (timezone.now() + OPEN_FOR).replace(second=0, microsecond=0)
        wrapped = wrap_for_invitation(ring, space.id)
        PendingGrant.objects.create(id=wrapped.id, space=space, wrapped=wrapped.wrapped, expires=ends_at)
        write(ring, ring.personal, INVITATION, {"code": wrapped.code}, record=wrapped.id)
    return Invitation(space.id, wrapped.code, ends_at)


def invitation_of(ring: KeyRing) -> Invitation | None:
    """My open invitation, to hand over again."""
    with transaction.atomic():
        space = _waiting(ring)
        pending = PendingGrant.objects.filter(space=space, expires__gt=timezone.now()).first() if space else None
        kept = item_of(ring, ring.personal, INVITATION, record=pending.id) if pending else None
    if pending is None or kept is None or kept.broken:
        return None
    return Invitation(pending.space_id, kept.value["code"], pending.expires)


def withdraw_invitation(ring: KeyRing) -> None:
    """Takes the open invitation back; the empty space goes with it. If somebody has joined already, nothing changes."""
    with transaction.atomic():
        space = _waiting(ring)
        if space:
            remove(ring, space)


def join(ring: KeyRing, code: str) -> SpaceView:
    """Opens an invitation: its space becomes mine too, and our public keys are pinned to each other.

    Refused: "mistyped", "wrong" (unknown, expired, used or withdrawn: nobody is told which), "own", "together",
    "doubtful" (someone meddled with it), "wait" (after wrong codes; fact `seconds`).
    """
    try:
        invitation = invitation_id(code)
    except Refused:
        raise Refused("mistyped") from None
    with right_try("invitation", account=ring.person.hex):
        if not _open_now(invitation).exists():
            raise Refused("wrong")
    return space_for(ring, _joined(ring, invitation, code))


def remove(ring: KeyRing, space: Space) -> None:
    """Takes a space away that nobody but its maker was ever in."""
    _forget_codes(ring, space)
    drop_grants(space.id, ring.person)
    Item.objects.filter(space=space.id).delete()
    space.delete()


def _waiting(ring: KeyRing) -> Space | None:
    """My space that nobody has joined, locked; there is never more than one."""
    others = Member.objects.filter(space=OuterRef("pk")).exclude(person=ring.person)
    mine = Space.objects.filter(~Exists(others), member__person=ring.person, closed=False)
    found = mine.select_for_update(of=("self",)).first()
    if found and len(members_of(found.id)) > 1:  # somebody came in while we waited for the lock
        return None
    return found


def _made(ring: KeyRing) -> Space:
    space = Space.objects.create(kind="relationship", rotate_due=next_rotation())
    Member.objects.create(space=space, person_id=ring.person)
    make_space_key(ring, space.id)
    say_name(ring, space.id, my_name(ring))
    return space


def _open_now(invitation: UUID) -> QuerySet[PendingGrant]:
    return PendingGrant.objects.filter(pk=invitation, expires__gt=timezone.now())


@transaction.atomic
def _joined(ring: KeyRing, invitation: UUID, code: str) -> UUID:
    """The space is locked before the invitation is read, so that it cannot be renewed meanwhile."""
    Space.objects.select_for_update(of=("self",)).filter(pendinggrant=invitation).first()
    pending = _open_now(invitation).first()
    if pending is None:
        raise Refused("wrong")
    _come_in(ring, pending, code)
    return pending.space_id


def _come_in(ring: KeyRing, pending: PendingGrant, code: str) -> None:
    space = pending.space_id
    inviter = _inviter(ring, space)
    try:
        answer = accept_invitation(ring, space, code, pending.wrapped)
    except Sealed:
        raise Refused("doubtful") from None
    if answer.inviter != inviter:
        raise Refused("doubtful")
    said = answers.written(ring, pending.id, answer)
    note_down(ring, pending.space, first=True)
    pending.delete()
    Member.objects.create(space_id=space, person_id=ring.person)
    Space.objects.filter(pk=space).update(rotate_due=next_rotation())
    say_name(ring, space, my_name(ring))
    write(ring, space, ANSWER, said, record=only(space, ANSWER, ring.person))
    joined.send(Space, ring=ring, space=space_for(ring, space))


def _inviter(ring: KeyRing, space: UUID) -> UUID:
    """Who is in the space, if it is somebody I do not share one with already."""
    people = members_of(space)
    if ring.person in people:
        raise Refused("own")
    theirs = Member.objects.filter(space=OuterRef("space"), person__in=people, until=None)
    if Member.objects.filter(Exists(theirs), person=ring.person, until=None, space__closed=False).exists():
        raise Refused("together")
    if len(people) != 1:
        raise Refused("doubtful")
    return people[0]


def _forget_codes(ring: KeyRing, space: Space) -> None:
    """Every code of this space dies, and with it whatever of anyone's has run out."""
    mine = PendingGrant.objects.filter(space=space)
    Item.objects.filter(pk__in=list(mine.values_list("pk", flat=True)), space=ring.personal, type=INVITATION).delete()
    mine.delete()
    PendingGrant.objects.filter(expires__lte=timezone.now()).delete()


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
