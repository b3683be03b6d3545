"""Giving keys and taking them back: a space's first key, invitations, pins, consent, rotation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from mandorla.vault import core
from mandorla.vault.core import Envelope, NotYours, Place, Refused, Terms
from mandorla.vault.models import Grant, Pin, Vouch
from mandorla.vault.services.ring import PIN, KeyRing, Pinned, PublicKeys

INVITATION = "invitation"
GRANTED_SQL = (
    "EXISTS (SELECT 1 FROM vault_grant g WHERE g.space = %s AND g.grantee = %s AND g.thread = %s AND g.subject = %s)"
)
"""Whether somebody was given a key of one dialogue. Parameters: the space, the person, the thread, whose words."""

DROP_GRANTED_SQL = "DELETE FROM vault_grant WHERE space = %s AND grantee = %s AND thread = %s"
"""Takes every key of one dialogue away. Parameters: the space, the person, the thread."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """An invitation: `wrapped` is stored under `id`; `code` is handed over, and stored only sealed for its maker."""

    id: UUID
    code: str
    wrapped: Envelope


@dataclass(frozen=True, slots=True)
class Answer:
    """An invitation that was accepted: who invited, whether as a `guest`, and what they `told` beside the keys.

    `mac` confirms both parties' public keys; `sealed`, under the code, is all that the inviter verifies.
    """

    inviter: UUID
    mac: bytes
    guest: bool
    told: dict[str, Any]
    sealed: Envelope


@dataclass(frozen=True, slots=True)
class Given:
    """That somebody was given a key of a space, `whole` or of some of its words, by the row: it is not tried."""

    grantee: UUID
    grantor: UUID
    epoch: int
    whole: bool


def make_space_key(ring: KeyRing, space: UUID) -> None:
    """Give oneself the first key of a new space: epoch 1."""
    _give_space(ring, space, 1, core.new_key(), [ring.public])


def invitation_id(code: str) -> UUID:
    """The address of the invitation this code belongs to; `Refused` as code_wrong for a slip of the pen."""
    return core.invitation_id(core.read(code))


def wrap_for_invitation(
    ring: KeyRing, space: UUID, *, guest: bool = False, told: dict[str, Any] | None = None
) -> Wrapped:
    """Make an invitation code and wrap a space under it: every key of it, or none for a guest; whom one has pinned.

    The inviter keeps the code in their personal space until the answer is confirmed.
    """
    secret = core.new_code()
    invitation = core.invitation_id(secret)
    known = [pinned for (where, _), pinned in ring.pins().items() if where == space and not pinned.until]
    epochs = [] if guest else ring.epochs(space)
    offer = {
        "person": ring.person.hex,
        "x25519": ring.public.x25519.hex(),
        "ed25519": ring.public.ed25519.hex(),
        "guest": guest,
        "people": [_written(pinned.keys, guest=pinned.guest) for pinned in known],
        "keys": {str(epoch): ring.space_key(space, epoch).hex() for epoch in epochs},
        "told": told or {},
    }
    wrapped = core.seal(core.invite_kek(secret, space.bytes), core.pack(offer), epoch=1, at=_place(space, invitation))
    return Wrapped(invitation, core.written(secret), wrapped)


def accept_invitation(
    ring: KeyRing, space: UUID, code: str, wrapped: Envelope, *, told: dict[str, Any] | None = None
) -> Answer:
    """Open an invitation, give its keys to oneself, pin the inviter and whom they pinned. `Sealed` for a wrong code.

    `Refused` as own_invitation when the inviter accepts it. Delete the wrapped key in the same transaction; keep the
    sealed answer for the inviter's `confirm_answer`.
    """
    secret = core.read(code)
    kek, invitation = core.invite_kek(secret, space.bytes), core.invitation_id(secret)
    offer = core.unpack(core.open(kek, wrapped, at=_place(space, invitation)))
    inviter, _ = _read(offer)
    if inviter.person == ring.person:
        raise Refused("own_invitation")
    for epoch, key in offer["keys"].items():
        _give_space(ring, space, int(epoch), bytes.fromhex(key), [ring.public])
    pin(ring, space, inviter)
    for each, guest in map(_read, offer.get("people", [])):
        if each.person != ring.person:
            pin(ring, space, each, guest=guest)
    guest = offer.get("guest", False)
    mac = core.confirmation(core.invite_mac(secret, space.bytes), space.bytes, inviter.both, ring.public.both)
    answer = _written(ring.public, guest=guest) | {"mac": mac.hex(), "told": told or {}}
    sealed = core.seal(kek, core.pack(answer), epoch=1, at=_place(space, invitation, "answer"))
    return Answer(inviter.person, mac, guest, offer.get("told", {}), sealed)


def confirm_answer(  # noqa: PLR0913  # where, by which code, whose, what, as what
    ring: KeyRing, space: UUID, code: str, person: UUID, sealed: Envelope, *, guest: bool
) -> dict[str, Any]:
    """Pin who answered an invitation of mine and vouch for them; what they told. `Sealed`, or `Refused` as below."""
    secret = core.read(code)
    at = _place(space, core.invitation_id(secret), "answer")
    answer = core.unpack(core.open(core.invite_kek(secret, space.bytes), sealed, at=at))
    invitee, as_guest = _read(answer)
    if (invitee.person, as_guest) != (person, guest):
        raise Refused("answer_wrong")
    confirm_invitation(ring, space, code, invitee, bytes.fromhex(answer["mac"]), guest=guest)
    vouch(ring, space, person)
    told: dict[str, Any] = answer["told"]
    return told


def confirm_invitation(  # noqa: PLR0913  # as `confirm_answer`
    ring: KeyRing, space: UUID, code: str, invitee: PublicKeys, mac: bytes, *, guest: bool = False
) -> None:
    """Pin the invitee on a verified answer; `Refused` as answer_wrong if the keys are not those the code confirmed."""
    mac_key = core.invite_mac(core.read(code), space.bytes)
    if not core.confirms(mac, mac_key, space.bytes, ring.public.both, invitee.both):
        raise Refused("answer_wrong")
    pin(ring, space, invitee, guest=guest)


def pin(ring: KeyRing, space: UUID, keys: PublicKeys, *, guest: bool = False) -> None:
    """Remember someone's public keys in a space; earlier ones for the same person there are replaced.

    In the same transaction the caller notes, in the personal space, how the space stands: see `is_noted`.
    """
    known = ring.pins().get((space, keys.person))
    _write_pin(ring, Pinned(known.row if known else core.new_id(), space, keys, noted=True, guest=guest))


def vouch(ring: KeyRing, space: UUID, person: UUID) -> None:
    """Say, signed, to those who pinned me that these are the keys of someone I pinned."""
    pinned = ring.pins()[space, person]
    said = Vouch(
        space=space,
        author=ring.person,
        epoch=ring.epoch(space),
        guest=pinned.guest,
        person=person,
        x25519=pinned.keys.x25519,
        ed25519=pinned.keys.ed25519,
    )
    said.sig = core.sign(_vouching(said).meta(), bytes(ring.bundle().seed))
    Vouch.objects.filter(space=space, author=ring.person, person=person).delete()
    said.save(force_insert=True)


def pin_vouched(ring: KeyRing, space: UUID, unknown: Mapping[UUID, bool]) -> tuple[set[UUID], set[UUID]]:
    """Pin those of `unknown` (and whether each is a guest) for whom somebody I pinned vouches.

    Who is pinned now, and for whom a vouch was changed. Someone whose keys counted for the past only needs one that is
    younger than that.
    """
    found = list(Vouch.objects.filter(space=space, person__in=unknown).order_by("-epoch", "id"))
    pinned: set[UUID] = set()
    while said := next((one for one in found if one.person not in pinned and _convinces(ring, one, unknown)), None):
        pin(ring, space, _vouched(said), guest=said.guest)
        pinned.add(said.person)
    return pinned, {said.person for said in found if said.person not in pinned and _is_changed(ring, said, unknown)}


def is_pinned(ring: KeyRing, space: UUID, person: UUID, *, guest: bool = False) -> bool:
    """Whether this person's keys are known in the space, count there still, and as a member's or a guest's."""
    pinned = ring.pins().get((space, person))
    return pinned is not None and not pinned.until and pinned.guest is guest


def keys_of(ring: KeyRing, space: UUID, person: UUID) -> PublicKeys:
    """The public keys I pinned for someone in a space; `NotYours` if none count."""
    pinned = ring.pins().get((space, person))
    if pinned is None or pinned.until:
        raise NotYours
    return pinned.keys


def count_no_further(ring: KeyRing, space: UUID, ended: Mapping[UUID, int]) -> None:
    """These people left under these epochs: nothing newer counts that they sign. What was known of that stays."""
    for person, epoch in ended.items():
        pinned = ring.pins().get((space, person))
        if pinned and not pinned.until:
            _write_pin(ring, replace(pinned, until=max(1, epoch)))


def is_noted(ring: KeyRing, space: UUID) -> bool:
    """Whether there has been a note of how the space stands since somebody's keys were pinned there."""
    return any(pinned.noted for (where, _), pinned in ring.pins().items() if where == space)


def ended(ring: KeyRing, space: UUID) -> dict[UUID, int]:
    """Whose grants count for the past of a space only, and up to which epoch."""
    return {person: pin.until for (where, person), pin in ring.pins().items() if where == space and pin.until}


def rotate(ring: KeyRing, space: UUID, members: Iterable[UUID], guests: Iterable[UUID] = ()) -> int:
    """Make the next epoch's key and give it to all members, and to guests that of their own words; the new epoch.

    Runs in the caller's transaction. `Refused` as not_pinned while someone's keys are not known. Pins of people who
    are there no longer count for the past only.
    """
    remaining, visiting = set(members) - {ring.person}, set(guests)
    if not all(is_pinned(ring, space, person) for person in remaining):
        raise Refused("not_pinned")
    epoch = ring.epoch(space)
    others = [keys_of(ring, space, person) for person in sorted(remaining)]
    _give_space(ring, space, epoch + 1, core.new_key(), [ring.public, *others])
    for guest in sorted(visiting):
        if is_pinned(ring, space, guest, guest=True):
            consent(ring, space, keys_of(ring, space, guest), whose=guest)
    gone = {person for where, person in ring.pins() if where == space} - remaining - visiting
    count_no_further(ring, space, dict.fromkeys(gone, epoch))
    return epoch + 1


def drop_grants(space: UUID, person: UUID, *, thread: UUID | None = None) -> None:
    """Take every key of a space, or of one dialogue, away from a person. The space must rotate before its next word."""
    grants = Grant.objects.filter(space=space, grantee=person)
    (grants if thread is None else grants.filter(thread=thread)).delete()


def given_in(space: UUID, *, database: str) -> list[Given]:
    """All keys of a space that were given to anybody, in a database that is being restored."""
    rows = Grant.objects.using(database).filter(space=space)
    return [Given(row.grantee, row.grantor, row.epoch, row.scope == "space") for row in rows]


def keep_grants(space: UUID, members: Iterable[UUID], guests: Iterable[UUID], *, until: int, database: str) -> None:
    """Keeps, in a database that is being restored, these people's keys of a space up to an epoch, and no others.

    Guests keep none of the whole space.
    """
    theirs = Q(grantee__in=list(members)) | (Q(grantee__in=list(guests)) & ~Q(scope="space"))
    Grant.objects.using(database).filter(space=space).exclude(theirs, epoch__lte=until).delete()


def consent(  # noqa: PLR0913  # to whom, what of whom, for how long
    ring: KeyRing,
    space: UUID,
    reader: PublicKeys,
    *,
    thread: UUID | None = None,
    whose: UUID | None = None,
    not_after: int = core.FOR_EVER,
) -> None:
    """Let someone read one's own words in a space, or in one dialogue of it, in every epoch so far that they lack.

    `not_after` in Unix seconds. The reader counts the grants only after pinning the one who consents. A member may also
    give a guest what is nobody's or the guest's own: `whose` is then the space in one dialogue, or the reader.
    """
    subject, scope = whose or ring.person, "thread" if thread else "author"
    where = thread or UUID(bytes=core.NOBODY)
    given = Grant.objects.filter(
        space=space, grantee=reader.person, grantor=ring.person, scope=scope, subject=subject, thread=where
    )
    have, grants = set(given.values_list("epoch", flat=True)), []
    for epoch in ring.epochs(space):
        if epoch not in have:
            terms = replace(
                _whole_space(ring, space, epoch, reader),
                scope=scope,
                subject=subject.bytes,
                thread=where.bytes,
                not_after=not_after,
            )
            key = ring.thread_key(space, epoch, subject, thread) if thread else ring.author_key(space, epoch, subject)
            grants.append(_grant(ring, terms, key))
    Grant.objects.bulk_create(grants)


def consented(ring: KeyRing, space: UUID, reader: UUID, thread: UUID) -> set[UUID]:
    """As `has_consent`, but only what is signed by me or by those I pinned: rows that somebody else laid there tell
    nothing. `NotYours` for a reader I do not know.
    """
    keys = keys_of(ring, space, reader)
    rows = Grant.objects.filter(space=space, grantee=reader, scope="thread", thread=thread)
    return {row.subject for row in rows if row.subject in (row.grantor, space) and ring.is_given(row, keys)}


def has_consent(space: UUID, reader: UUID, thread: UUID) -> set[UUID]:
    """Who let this reader into a dialogue, and, once all did, the space's own id: by the rows, no key is tried."""
    rows = Grant.objects.filter(space=space, grantee=reader, scope="thread", thread=thread)
    return set(rows.values_list("subject", flat=True))


def let_into(ring: KeyRing, spaces: Iterable[UUID]) -> set[UUID]:
    """The dialogues of these spaces that everyone let me into as a guest, by the rows."""
    rows = Grant.objects.filter(grantee=ring.person, space__in=list(spaces), scope="thread", subject=F("space"))
    return set(rows.values_list("thread", flat=True))


def revoke(ring: KeyRing, space: UUID, reader: UUID) -> None:
    """Take back what one let someone read. The space must rotate before its next word."""
    Grant.objects.filter(space=space, grantee=reader, grantor=ring.person, subject=ring.person).delete()


def _convinces(ring: KeyRing, said: Vouch, unknown: Mapping[UUID, bool]) -> bool:
    """Whether somebody I pinned as a member signed this, of someone I do not know yet, or knew until they left."""
    known = ring.pins().get((said.space, said.person))
    is_new = known is None or 0 < known.until < said.epoch
    return is_new and _by_member(ring, said) and not _is_changed(ring, said, unknown)


def _is_changed(ring: KeyRing, said: Vouch, unknown: Mapping[UUID, bool]) -> bool:
    """Whether this is not what the member signed whose word it should be, or of someone in another part."""
    if not _by_member(ring, said):
        return False
    signed_by = ring.pins()[said.space, said.author].keys.ed25519
    return said.guest is not unknown[said.person] or not core.is_signed(
        _vouching(said).meta(), bytes(said.sig), signed_by
    )


def _by_member(ring: KeyRing, said: Vouch) -> bool:
    return is_pinned(ring, said.space, said.author)


def _vouched(said: Vouch) -> PublicKeys:
    return PublicKeys(said.person, bytes(said.x25519), bytes(said.ed25519))


def _vouching(said: Vouch) -> core.Vouching:
    ids = {"space": said.space.bytes, "author": said.author.bytes, "person": said.person.bytes}
    keys = {"x25519": bytes(said.x25519), "ed25519": bytes(said.ed25519)}
    return core.Vouching(epoch=said.epoch, guest=said.guest, **ids, **keys)


def _written(keys: PublicKeys, *, guest: bool) -> dict[str, Any]:
    return {
        "person": keys.person.hex,
        "x25519": keys.x25519.hex(),
        "ed25519": keys.ed25519.hex(),
        "guest": guest,
    }


def _read(value: Mapping[str, Any]) -> tuple[PublicKeys, bool]:
    keys = PublicKeys(UUID(value["person"]), bytes.fromhex(value["x25519"]), bytes.fromhex(value["ed25519"]))
    return keys, value.get("guest", False)


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
        "guest": pinned.guest,
    }
    envelope = ring.seal(value, space=ring.personal, type=PIN, record=pinned.row)
    ring.remember(pinned)
    Pin.objects.update_or_create(id=pinned.row, person=ring.person, defaults={"envelope": envelope})


def _place(space: UUID, invitation: UUID, field: str = "offer") -> Place:
    return Place(space.bytes, INVITATION, invitation.bytes, field, core.NOBODY, 1)
