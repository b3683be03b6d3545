"""Giving keys and taking them back: a space's first key, invitations, pins, consent, rotation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from mandorla.vault import core
from mandorla.vault.core import Envelope, Place, Refused, Terms
from mandorla.vault.models import Grant, Pin
from mandorla.vault.services.ring import PIN, KeyRing, Pinned, PublicKeys

INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """An invitation: `wrapped` is stored under `id`; `code` is handed over, and stored only sealed for its maker."""

    id: UUID
    code: str
    wrapped: Envelope


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invitee leaves for the inviter: who invited, and a confirmation of both parties' public keys."""

    inviter: UUID
    mac: bytes


def make_space_key(ring: KeyRing, space: UUID) -> None:
    """Give oneself the first key of a new space: epoch 1."""
    _give_space(ring, space, 1, core.new_key(), [ring.public])


def invitation_id(code: str) -> UUID:
    """The address of the invitation this code belongs to; `Refused` as code_wrong for a slip of the pen."""
    return core.invitation_id(core.read(code))


def wrap_for_invitation(ring: KeyRing, space: UUID) -> Wrapped:
    """Make an invitation code and wrap every key of a space under it, with one's own public keys.

    The inviter keeps the code in their personal space until the answer is confirmed.
    """
    secret = core.new_code()
    invitation = core.invitation_id(secret)
    offer = {
        "person": ring.person.hex,
        "x25519": ring.public.x25519.hex(),
        "ed25519": ring.public.ed25519.hex(),
        "keys": {str(epoch): ring.space_key(space, epoch).hex() for epoch in ring.epochs(space)},
    }
    wrapped = core.seal(
        core.invite_kek(secret, space.bytes), core.pack(offer), epoch=1, at=_offer_place(space, invitation)
    )
    return Wrapped(invitation, core.written(secret), wrapped)


def accept_invitation(ring: KeyRing, space: UUID, code: str, wrapped: Envelope) -> Answer:
    """Open an invitation, give its keys to oneself and pin the inviter. `Sealed` if the code does not open it.

    `Refused` as own_invitation when the inviter accepts it. Delete the wrapped key in the same transaction; keep the
    answer and the invitee's public keys for the inviter's `confirm_invitation`.
    """
    secret = core.read(code)
    at = _offer_place(space, core.invitation_id(secret))
    offer = core.unpack(core.open(core.invite_kek(secret, space.bytes), wrapped, at=at))
    inviter = PublicKeys(UUID(offer["person"]), bytes.fromhex(offer["x25519"]), bytes.fromhex(offer["ed25519"]))
    if inviter.person == ring.person:
        raise Refused("own_invitation")
    for epoch, key in offer["keys"].items():
        _give_space(ring, space, int(epoch), bytes.fromhex(key), [ring.public])
    pin(ring, space, inviter)
    mac_key = core.invite_mac(secret, space.bytes)
    return Answer(inviter.person, core.confirmation(mac_key, space.bytes, inviter.both, ring.public.both))


def confirm_invitation(ring: KeyRing, space: UUID, code: str, invitee: PublicKeys, mac: bytes) -> None:
    """Pin the invitee on a verified answer; `Refused` as answer_wrong if the keys are not those the code confirmed."""
    mac_key = core.invite_mac(core.read(code), space.bytes)
    if not core.confirms(mac, mac_key, space.bytes, ring.public.both, invitee.both):
        raise Refused("answer_wrong")
    pin(ring, space, invitee)


def pin(ring: KeyRing, space: UUID, keys: PublicKeys) -> None:
    """Remember someone's public keys in a space; earlier ones for the same person there are replaced.

    In the same transaction the caller notes, in the personal space, how the space stands: see `is_noted`.
    """
    known = ring.pins().get((space, keys.person))
    _write_pin(ring, Pinned(known.row if known else core.new_id(), space, keys, noted=True))


def is_pinned(ring: KeyRing, space: UUID, person: UUID) -> bool:
    """Whether this person's keys are known in the space."""
    return (space, person) in ring.pins()


def is_noted(ring: KeyRing, space: UUID) -> bool:
    """Whether there has been a note of how the space stands since somebody's keys were pinned there."""
    return any(pinned.noted for (where, _), pinned in ring.pins().items() if where == space)


def ended(ring: KeyRing, space: UUID) -> dict[UUID, int]:
    """Whose grants count for the past of a space only, and up to which epoch."""
    return {person: pin.until for (where, person), pin in ring.pins().items() if where == space and pin.until}


def rotate(ring: KeyRing, space: UUID, members: Iterable[UUID]) -> int:
    """Make the next epoch's key and give it to all members; the new epoch.

    Runs in the caller's transaction. `Refused` as not_pinned while someone's keys are not known. Pins of people who
    are no longer members count for the past only.
    """
    pins, remaining = ring.pins(), set(members) - {ring.person}
    unknown = [person for person in remaining if (space, person) not in pins]
    if unknown:
        raise Refused("not_pinned")
    epoch = ring.epoch(space)
    others = [pins[space, person].keys for person in sorted(remaining)]
    _give_space(ring, space, epoch + 1, core.new_key(), [ring.public, *others])
    for (where, person), pinned in pins.items():
        if where == space and person not in remaining and not pinned.until:
            _write_pin(ring, replace(pinned, until=epoch))
    return epoch + 1


def drop_grants(space: UUID, person: UUID) -> None:
    """Take every key of a space away from a person. The space must rotate before its next word."""
    Grant.objects.filter(space=space, grantee=person).delete()


def consent(
    ring: KeyRing, space: UUID, reader: PublicKeys, *, thread: UUID | None = None, not_after: int = core.FOR_EVER
) -> None:
    """Let someone read one's own words in a space, or in one dialogue of it, in every epoch so far.

    `not_after` in Unix seconds. The reader counts the grants only after pinning the one who consents.
    """
    grants = []
    for epoch in ring.epochs(space):
        whole, own = _whole_space(ring, space, epoch, reader), ring.author_key(space, epoch, ring.person)
        mine = replace(whole, scope="author", subject=ring.person.bytes, not_after=not_after)
        if thread is None:
            grants.append(_grant(ring, mine, own))
        else:
            one = replace(mine, scope="thread", thread=thread.bytes)
            grants.append(_grant(ring, one, core.thread_key(own, thread.bytes)))
    Grant.objects.bulk_create(grants)


def revoke(ring: KeyRing, space: UUID, reader: UUID) -> None:
    """Take back what one let someone read. The space must rotate before its next word."""
    Grant.objects.filter(space=space, grantee=reader, grantor=ring.person, subject=ring.person).delete()


def _give_space(ring: KeyRing, space: UUID, epoch: int, key: bytes, members: Iterable[PublicKeys]) -> None:
    terms = [_whole_space(ring, space, epoch, member) for member in members]
    grants = [_grant(ring, each, key) for each in terms]
    ring.hold(grants)
    Grant.objects.bulk_create(grants)


def _whole_space(ring: KeyRing, space: UUID, epoch: int, grantee: PublicKeys) -> Terms:
    return Terms(
        space=space.bytes,
        epoch=epoch,
        scope="space",
        subject=core.NOBODY,
        thread=core.NOBODY,
        grantee=grantee.person.bytes,
        grantee_x25519=grantee.x25519,
        grantor=ring.person.bytes,
        not_after=core.FOR_EVER,
    )


def own_grant(ring: KeyRing, space: UUID) -> Grant:
    """The unsaved first grant of a space to oneself."""
    return _grant(ring, _whole_space(ring, space, 1, ring.public), core.new_key())


def _grant(ring: KeyRing, terms: Terms, key: bytes) -> Grant:
    box, sig = core.give(terms, key, bytes(ring.bundle().seed))
    return Grant(
        space=UUID(bytes=terms.space),
        epoch=terms.epoch,
        scope=terms.scope,
        subject=UUID(bytes=terms.subject),
        thread=UUID(bytes=terms.thread),
        grantee=UUID(bytes=terms.grantee),
        grantor=UUID(bytes=terms.grantor),
        not_after=terms.not_after,
        box=box,
        sig=sig,
    )


def _write_pin(ring: KeyRing, pinned: Pinned) -> None:
    value = {
        "space": pinned.space.hex,
        "person": pinned.keys.person.hex,
        "x25519": pinned.keys.x25519.hex(),
        "ed25519": pinned.keys.ed25519.hex(),
        "until": pinned.until,
        "noted": pinned.noted,
    }
    envelope = ring.seal(value, space=ring.personal, type=PIN, record=pinned.row)
    ring.remember(pinned)
    Pin.objects.update_or_create(id=pinned.row, person=ring.person, defaults={"envelope": envelope})


def _offer_place(space: UUID, invitation: UUID) -> Place:
    return Place(space.bytes, INVITATION, invitation.bytes, "offer", core.NOBODY, 1)
