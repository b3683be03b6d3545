"""Two people come to share a space: one hands a code over in person, the other enters it.

The server sees neither the code nor the key under it. Both sides learn each other's public keys under the code, so a
server that swaps keys is noticed.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from mandorla.accounts.core import Rule, wait_after
from mandorla.accounts.services import my_name
from mandorla.spaces.core import Invitation, SpaceView
from mandorla.spaces.models import Item, Member, PendingGrant, Space
from mandorla.spaces.services import answers
from mandorla.spaces.services.answers import ANSWER, INVITATION
from mandorla.spaces.services.gate import members_of, next_rotation
from mandorla.spaces.services.keeping import item_of, only, write
from mandorla.spaces.services.seeing import NAME, space_for
from mandorla.spaces.services.signals import joined
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
WRONG_CODES = Rule(free=5, seconds=15, forgotten=3600)


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
    "doubtful" (someone meddled with it), "often" (`seconds` to wait).
    """
    _not_too_often(ring)
    try:
        invitation = invitation_id(code)
    except Refused:
        raise Refused("mistyped") from None
    with transaction.atomic():
        pending = PendingGrant.objects.select_for_update().filter(pk=invitation, expires__gt=timezone.now()).first()
        if pending:
            space = pending.space_id
            _come_in(ring, pending, code)
    if not pending:
        _count_wrong(ring)
        raise Refused("wrong")
    return space_for(ring, space)


def remove(ring: KeyRing, space: Space) -> None:
    """Takes a space away that nobody but its maker was ever in."""
    _forget_codes(ring, space)
    drop_grants(space.id, ring.person)
    Item.objects.filter(space=space.id).delete()
    space.delete()
    ring.refresh()


def _waiting(ring: KeyRing) -> Space | None:
    """My space that nobody has joined; there is never more than one."""
    others = Member.objects.filter(space=OuterRef("pk")).exclude(person=ring.person)
    mine = Space.objects.filter(~Exists(others), member__person=ring.person, closed=False)
    rows = mine.select_for_update(of=("self",)) if transaction.get_connection().in_atomic_block else mine
    return rows.first()


def _made(ring: KeyRing) -> Space:
    space = Space.objects.create(kind="relationship", rotate_due=next_rotation())
    Member.objects.create(space=space, person_id=ring.person)
    make_space_key(ring, space.id)
    _say_name(ring, space.id)
    return space


def _come_in(ring: KeyRing, pending: PendingGrant, code: str) -> None:
    space = pending.space_id
    people = members_of(space)
    if ring.person in people:
        raise Refused("own")
    try:
        answer = accept_invitation(ring, space, code, pending.wrapped)
    except Sealed:
        raise Refused("doubtful") from None
    try:
        if people != [answer.inviter]:
            raise Refused("doubtful")
        if _share_already(ring.person, answer.inviter):
            raise Refused("together")
    except Refused:
        ring.refresh()  # the keys just given are taken back with the transaction
        raise
    pending.delete()
    Member.objects.create(space_id=space, person_id=ring.person)
    Space.objects.filter(pk=space).update(rotate_due=next_rotation())
    _say_name(ring, space)
    said = answers.written(ring, invitation_id(code), answer)
    write(ring, space, ANSWER, said, record=only(space, ANSWER, ring.person))
    joined.send(Space, ring=ring, space=space)


def _share_already(one: UUID, other: UUID) -> bool:
    theirs = Member.objects.filter(space=OuterRef("space"), person=other, until=None)
    return Member.objects.filter(Exists(theirs), person=one, until=None, space__closed=False).exists()


def _forget_codes(ring: KeyRing, space: Space) -> None:
    """Every code of this space dies, and with it whatever of anyone's has run out."""
    mine = PendingGrant.objects.filter(space=space)
    Item.objects.filter(pk__in=list(mine.values_list("pk", flat=True)), space=ring.personal, type=INVITATION).delete()
    mine.delete()
    PendingGrant.objects.filter(expires__lte=timezone.now()).delete()


def _say_name(ring: KeyRing, space: UUID) -> None:
    write(ring, space, NAME, {"name": my_name(ring)}, record=only(space, NAME, ring.person))


# What is counted lies sealed in the person's own space: nobody else learns who tried to invite or to come in.


def _count_invitation(ring: KeyRing) -> None:
    now = timezone.now()
    made = [at for at in _noted(ring, "invitations").get("made", []) if datetime.fromisoformat(at) > now - DAY]
    if len(made) >= INVITATIONS_A_DAY:
        raise Refused("daily")
    _note(ring, "invitations", {"made": [*made, now.isoformat()]})


def _not_too_often(ring: KeyRing) -> None:
    until = _noted(ring, "wrong-codes").get("until")
    left = datetime.fromisoformat(until) - timezone.now() if until else timedelta(0)
    if left > timedelta(0):
        raise Refused("often", seconds=left.seconds + 1)


@transaction.atomic
def _count_wrong(ring: KeyRing) -> None:
    now, before = timezone.now(), _noted(ring, "wrong-codes")
    until = datetime.fromisoformat(before["until"]) if before else now
    forgotten = now >= until + timedelta(seconds=WRONG_CODES.forgotten)
    tries = 1 if forgotten else before.get("tries", 0) + 1
    waits = now + wait_after(tries, WRONG_CODES)
    _note(ring, "wrong-codes", {"tries": tries, "until": waits.isoformat()})


def _noted(ring: KeyRing, what: str) -> dict[str, object]:
    item = item_of(ring, ring.personal, what, record=only(ring.personal, what, ring.person))
    return item.value if item else {}


def _note(ring: KeyRing, what: str, value: dict[str, object]) -> None:
    write(ring, ring.personal, what, value, record=only(ring.personal, what, ring.person))
