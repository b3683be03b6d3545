"""Who is who in a space: an invitee answers under the code, the inviter verifies that, pins them and vouches for them.

Everybody else pins whom somebody they pinned vouches for. Keys of people who left count for the past alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from mandorla.spaces.core import GUIDE, ItemView
from mandorla.spaces.models import Item, Member, Space
from mandorla.spaces.services.standings import note_down
from mandorla.spaces.services.writing import NAME, only, opened, write
from mandorla.vault import services as vault
from mandorla.vault.core import Refused, Sealed
from mandorla.vault.services import KeyRing

ANSWER = "answer"
INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who is in a space without being known to me yet, and whether something about them does not agree."""

    people: frozenset[UUID] = frozenset()
    doubtful: bool = False


def arrivals(ring: KeyRing, space: UUID, members: Iterable[Member]) -> Arrivals:
    """Who is not known yet, after verifying answers to my invitations and taking the word of those I know.

    Somebody another member invited is awaited until that member looks in. With nobody else who could have invited
    them, or with an answer that is not what the code confirms, there is doubt.
    """
    found = list(members)
    here = [one for one in found if one.until is None and one.person_id != ring.person]
    unknown = {one.person_id: one.role == GUIDE for one in here if not _is_known(ring, space, one)}
    meddled = _learn(ring, space, unknown) if unknown else set()
    vault.count_no_further(ring, space, {one.person_id: one.ended for one in found if one.until})
    awaited = [one for one in here if not _is_known(ring, space, one)]
    members_awaited = {one.person_id for one in awaited if one.role != GUIDE}
    nobody_else = not any(one.role != GUIDE and one not in awaited for one in here)
    doubtful = bool(members_awaited & meddled) or bool(members_awaited and nobody_else)
    return Arrivals(frozenset(one.person_id for one in awaited), doubtful)


def _is_known(ring: KeyRing, space: UUID, member: Member) -> bool:
    return vault.is_pinned(ring, space, member.person_id, guest=member.role == GUIDE)


@transaction.atomic
def _learn(ring: KeyRing, space: UUID, unknown: dict[UUID, bool]) -> set[UUID]:
    """Pins whom it can, and says about whom something was changed on the way."""
    row = Space.objects.select_for_update().get(pk=space)
    codes = {answer_to(space, kept.id): kept for kept in _kept(ring)}
    meddled = {person for person in unknown if _is_known_otherwise(ring, space, person)}
    learnt: set[UUID] = set()
    for answer in Item.objects.filter(space=space, type=ANSWER, author__in=unknown, pk__in=codes):
        sure = _verified(ring, answer, codes[answer.id], guest=unknown[answer.author])
        (learnt if sure else meddled).add(answer.author)
    vouched, changed = vault.pin_vouched(ring, space, {one: unknown[one] for one in unknown if one not in learnt})
    if learnt | vouched:
        note_down(ring, row, first=True, again=learnt | vouched)
    return meddled | changed


def answer_to(space: UUID, invitation: UUID) -> UUID:
    """The id under which the answer to an invitation lies: its maker finds it there."""
    return only(space, ANSWER, invitation)


def _kept(ring: KeyRing) -> list[ItemView]:
    """The codes of my invitations; my own sessions alone can read them."""
    return [opened(ring, row) for row in Item.objects.filter(space=ring.personal, type=INVITATION)]


def _is_known_otherwise(ring: KeyRing, space: UUID, person: UUID) -> bool:
    """Whether I pinned someone as a member who is listed as a guest, or the other way round."""
    pinned = ring.pins().get((space, person))
    return pinned is not None and not pinned.until


def _verified(ring: KeyRing, answer: Item, kept: ItemView, *, guest: bool) -> bool:
    space, person = answer.space, answer.author
    try:
        told = vault.confirm_answer(ring, space, str(kept.value.get("code")), person, answer.envelope, guest=guest)
    except (Refused, Sealed):
        return False
    if guest:  # who has no key of the space is given one of their own words in it
        vault.consent(ring, space, vault.keys_of(ring, space, person), whose=person)
        write(ring, space, NAME, {"name": told["name"]}, author=person, record=only(space, NAME, person))
    Item.objects.filter(pk__in=[answer.id, kept.id]).delete()
    return True
