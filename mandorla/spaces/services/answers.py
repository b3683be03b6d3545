"""An invitee's answer: their public keys, confirmed by the code. The inviter verifies it once and pins them."""

from uuid import UUID

from django.db import transaction

from mandorla.spaces.models import Item, Space
from mandorla.spaces.services.standings import note_down
from mandorla.vault.core import NotYours, Refused, Sealed
from mandorla.vault.services import Answer, KeyRing, PublicKeys, confirm_invitation, is_pinned

ANSWER = "answer"
INVITATION = "invitation"


def written(ring: KeyRing, invitation: UUID, answer: Answer) -> dict[str, str]:
    """An answer as the invitee leaves it in the space, for the inviter alone to verify."""
    keys = ring.public
    return {
        "invitation": invitation.hex,
        "mac": answer.mac.hex(),
        "x25519": keys.x25519.hex(),
        "ed25519": keys.ed25519.hex(),
    }


def is_sure(ring: KeyRing, space: UUID, person: UUID) -> bool:
    """Whether this person's keys are known to me from an invitation; verifies their answer if one waits."""
    return is_pinned(ring, space, person) or _verified(ring, space, person)


@transaction.atomic
def _verified(ring: KeyRing, space: UUID, person: UUID) -> bool:
    row = Space.objects.select_for_update().filter(pk=space).first()
    answer = Item.objects.filter(space=space, type=ANSWER, author=person).first()
    if row is None or answer is None:
        return is_pinned(ring, space, person)
    try:
        value = ring.open(
            answer.envelope, space=space, type=ANSWER, record=answer.id, author=person, revision=answer.revision
        )
        invitation = UUID(value["invitation"])
        keys = PublicKeys(person, bytes.fromhex(value["x25519"]), bytes.fromhex(value["ed25519"]))
        confirm_invitation(ring, space, _code(ring, invitation), keys, bytes.fromhex(value["mac"]))
    except (NotYours, Refused, Sealed):
        return False
    note_down(ring, row, first=True)
    Item.objects.filter(pk__in=[answer.id, invitation]).delete()
    return True


def _code(ring: KeyRing, invitation: UUID) -> str:
    """The code as its maker kept it; their own session alone can read it."""
    row = Item.objects.filter(pk=invitation, space=ring.personal, type=INVITATION).first()
    if row is None:
        raise NotYours
    kept = ring.open(
        row.envelope, space=ring.personal, type=INVITATION, record=row.id, author=ring.person, revision=row.revision
    )
    return str(kept["code"])
