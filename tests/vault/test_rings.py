"""Who can open what: by one's own grants, by those of people one pinned, and by nothing else."""

import random
import time
from contextlib import suppress
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from mandorla.vault import core
from mandorla.vault import services as vault
from mandorla.vault.core import Envelope, Locked, NotYours, Refused, Sealed, new_id
from mandorla.vault.models import DrawerSlot, Grant, KeySlot, Pin
from mandorla.vault.services import KeyRing, PublicKeys
from tests.vault.people import Made, make, together

pytestmark = pytest.mark.django_db

RECORD = new_id()
THREAD = new_id()


def say(ring: KeyRing, space: UUID, words: str = "I felt alone") -> Envelope:
    return ring.seal({"said": words}, space=space, type="note", record=RECORD)


def hear(ring: KeyRing, space: UUID, sealed: Envelope, author: UUID) -> str:
    return str(ring.open(sealed, space=space, type="note", record=RECORD, author=author)["said"])


@pytest.fixture
def ana() -> Made:
    return make()


@pytest.fixture
def ben() -> Made:
    return make()


@pytest.fixture
def eve() -> Made:
    return make()


@pytest.fixture
def space(ana: Made, ben: Made) -> UUID:
    return together(ana, ben)


# A person alone


def test_what_a_person_seals_in_their_own_space_they_open_again(ana: Made) -> None:
    sealed = say(ana.ring, ana.ring.personal)

    assert hear(ana.anew(), ana.ring.personal, sealed, ana.person.id) == "I felt alone"


def test_nobody_else_has_a_key_to_it(ana: Made, ben: Made) -> None:
    sealed = say(ana.ring, ana.ring.personal)

    with pytest.raises(NotYours):
        hear(ben.ring, ana.ring.personal, sealed, ana.person.id)


def test_a_closed_ring_opens_nothing_and_keeps_nothing(ana: Made) -> None:
    sealed = say(ana.ring, ana.ring.personal)
    keys = list(ana.ring._keys.values())

    ana.ring.close()

    assert keys
    assert {bytes(key) for key in keys} == {bytes(32)}
    with pytest.raises(Locked):
        hear(ana.ring, ana.ring.personal, sealed, ana.person.id)
    with pytest.raises(Locked):
        ana.ring.bundle()


def test_a_ring_prints_nothing(ana: Made) -> None:
    assert f"{ana.ring}" == "sealed"
    assert f"{ana.ring.thread_keys(ana.ring.personal, THREAD, [ana.person.id])}" == "sealed"


def test_all_grants_are_read_at_once(ana: Made) -> None:
    def queries(spaces: list[UUID]) -> int:
        ring = ana.anew()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            for each in spaces:
                ring.space_key(each)
        return len(seen)

    spaces = [new_id() for _ in range(3)]
    for each in spaces:
        vault.make_space_key(ana.ring, each)

    assert queries(spaces[:1]) == queries(spaces) == 1


# Two people


def test_partners_open_each_others_words(ana: Made, ben: Made, space: UUID) -> None:
    sealed = say(ana.ring, space)

    assert hear(ben.anew(), space, sealed, ana.person.id) == "I felt alone"
    assert ana.ring.space_key(space) == ben.anew().space_key(space)


def test_words_said_as_one_open_as_nobody_else(ana: Made, ben: Made, space: UUID) -> None:
    sealed = say(ana.ring, space)

    with pytest.raises(Sealed):
        hear(ana.ring, space, sealed, ben.person.id)


def test_words_of_an_unknown_epoch_stay_sealed(ana: Made, space: UUID) -> None:
    raw = bytearray(say(ana.ring, space).raw)
    raw[7] = 9

    with pytest.raises(Sealed):
        hear(ana.ring, space, Envelope(bytes(raw)), ana.person.id)


def test_a_stranger_has_no_part_in_it(eve: Made, space: UUID) -> None:
    with pytest.raises(NotYours):
        eve.ring.epoch(space)
    with pytest.raises(NotYours):
        eve.ring.thread_keys(space, THREAD, [eve.person.id])


def test_an_invitation_opens_with_its_own_code_alone(ana: Made, ben: Made) -> None:
    space = new_id()
    vault.make_space_key(ana.ring, space)
    invitation, other = vault.wrap_for_invitation(ana.ring, space), core.written(core.new_code())

    with pytest.raises(Sealed):
        vault.accept_invitation(ben.ring, space, other, invitation.wrapped)
    with pytest.raises(Sealed):
        vault.accept_invitation(ben.ring, new_id(), invitation.code, invitation.wrapped)
    with pytest.raises(NotYours):
        ben.anew().epoch(space)
    assert vault.invitation_id(invitation.code) == invitation.id


def test_nobody_accepts_their_own_invitation(ana: Made) -> None:
    space = new_id()
    vault.make_space_key(ana.ring, space)
    invitation = vault.wrap_for_invitation(ana.ring, space)

    with pytest.raises(Refused) as refused:
        vault.accept_invitation(ana.ring, space, invitation.code, invitation.wrapped)

    assert refused.value.reason == "own_invitation"


def test_the_inviter_pins_only_the_keys_the_code_confirmed(ana: Made, ben: Made, eve: Made) -> None:
    space = new_id()
    vault.make_space_key(ana.ring, space)
    invitation = vault.wrap_for_invitation(ana.ring, space)
    answer = vault.accept_invitation(ben.ring, space, invitation.code, invitation.wrapped)
    exchanged = PublicKeys(ben.person.id, eve.ring.public.x25519, eve.ring.public.ed25519)

    with pytest.raises(Refused) as refused:
        vault.confirm_invitation(ana.ring, space, invitation.code, exchanged, answer.mac)

    assert refused.value.reason == "answer_wrong"
    assert answer.inviter == ana.person.id
    assert not vault.is_pinned(ana.anew(), space, ben.person.id)


def test_pinned_keys_are_found_again_and_replaced(ana: Made, ben: Made, eve: Made, space: UUID) -> None:
    assert vault.is_pinned(ana.anew(), space, ben.person.id)
    assert not vault.is_pinned(ana.anew(), new_id(), ben.person.id)

    new = PublicKeys(ben.person.id, eve.ring.public.x25519, eve.ring.public.ed25519)
    vault.pin(ana.ring, space, new)

    assert ana.anew().pins()[space, ben.person.id].keys == new
    assert Pin.objects.filter(person=ana.person.id).count() == 1


def test_a_pin_somebody_tampered_with_pins_nobody(ana: Made, ben: Made, eve: Made, space: UUID) -> None:
    other = together(ana, eve)
    foreign = Pin.objects.get(person=ben.person.id)
    Pin.objects.filter(id=ana.ring.pins()[space, ben.person.id].row).update(envelope=foreign.envelope)

    assert not vault.is_pinned(ana.anew(), space, ben.person.id)
    assert vault.is_pinned(ana.anew(), other, eve.person.id)


# Rotation


def test_after_a_rotation_both_write_under_the_new_key_and_read_the_old(ana: Made, ben: Made, space: UUID) -> None:
    before = say(ana.ring, space, "before")

    assert vault.rotate(ana.ring, space, [ana.person.id, ben.person.id]) == 2

    after = say(ben.anew(), space, "after")
    assert (before.epoch, after.epoch) == (1, 2)
    assert ana.ring.space_key(space, 1) != ana.ring.space_key(space, 2)
    assert hear(ben.anew(), space, before, ana.person.id) == "before"
    assert hear(ana.anew(), space, after, ben.person.id) == "after"


def test_one_who_left_gets_no_new_key(ana: Made, ben: Made, space: UUID) -> None:
    vault.drop_grants(space, ben.person.id)
    vault.rotate(ana.ring, space, [ana.person.id])
    after = say(ana.ring, space)

    with pytest.raises(NotYours):
        hear(ben.anew(), space, after, ana.person.id)
    assert not Grant.objects.filter(space=space, grantee=ben.person.id).exists()


def test_one_who_left_cannot_slip_in_a_later_key(ana: Made, ben: Made, space: UUID) -> None:
    vault.rotate(ben.ring, space, [ana.person.id, ben.person.id])
    words = say(ben.ring, space)
    ana.ring = ana.anew()
    vault.rotate(ana.ring, space, [ana.person.id])

    forged_by(ben, ana, space, epoch=9)

    assert ana.anew().epoch(space) == 3
    assert hear(ana.anew(), space, words, ben.person.id) == "I felt alone"


def test_a_space_is_not_rotated_for_someone_unknown(ana: Made, eve: Made, space: UUID) -> None:
    with pytest.raises(Refused) as refused:
        vault.rotate(ana.ring, space, [ana.person.id, eve.person.id])

    assert refused.value.reason == "not_pinned"
    assert ana.anew().epoch(space) == 1


def test_a_rotation_that_was_rolled_back_is_forgotten(ana: Made, ben: Made, space: UUID) -> None:
    both, before = [ana.person.id, ben.person.id], ana.ring.space_key(space)
    with suppress(DatabaseError), transaction.atomic():
        vault.rotate(ana.ring, space, both)
        assert say(ana.ring, space).epoch == 2
        raise DatabaseError

    assert say(ana.ring, space).epoch == 1
    assert ana.ring.space_key(space) == before
    with transaction.atomic():
        vault.rotate(ana.ring, space, both)
    assert hear(ben.anew(), space, say(ana.ring, space), ana.person.id) == "I felt alone"


def test_a_pin_that_was_rolled_back_is_forgotten(ana: Made, eve: Made, space: UUID) -> None:
    with suppress(DatabaseError), transaction.atomic():
        vault.pin(ana.ring, space, eve.ring.public)
        raise DatabaseError

    assert not vault.is_pinned(ana.ring, space, eve.person.id)


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_stays(ana: Made, ben: Made) -> None:
    with transaction.atomic():
        space = together(ana, ben)
        ana.ring.space_key(space)

    assert ana.ring.epoch(space) == 1
    assert vault.is_pinned(ana.ring, space, ben.person.id)


# Grants that someone wrote into the table


def forged_by(grantor: Made, grantee: Made, space: UUID, *, epoch: int, not_after: int = 0) -> Grant:
    """A grant of a key the grantor knows, correctly signed by them."""
    terms = core.Terms(
        space.bytes,
        epoch,
        "space",
        core.NOBODY,
        core.NOBODY,
        grantee.person.id.bytes,
        grantee.ring.public.x25519,
        grantor.person.id.bytes,
        not_after,
    )
    box, sig = core.give(terms, core.new_key(), bytes(grantor.ring.bundle().seed))
    nobody = UUID(bytes=core.NOBODY)
    return Grant.objects.create(
        space=space,
        epoch=epoch,
        scope="space",
        subject=nobody,
        thread=nobody,
        grantee=grantee.person.id,
        grantor=grantor.person.id,
        not_after=not_after,
        box=box,
        sig=sig,
    )


def test_a_partners_grant_counts(ana: Made, ben: Made, space: UUID) -> None:
    forged_by(ben, ana, space, epoch=2)

    assert ana.anew().epoch(space) == 2


def test_a_strangers_grant_does_not_count(ana: Made, eve: Made, space: UUID) -> None:
    forged_by(eve, ana, space, epoch=2)

    assert ana.anew().epoch(space) == 1


def test_a_partners_grant_counts_in_their_space_alone(ana: Made, ben: Made, eve: Made, space: UUID) -> None:
    other = together(ana, eve)
    forged_by(ben, ana, other, epoch=2)
    forged_by(ben, ana, ana.ring.personal, epoch=2)
    vault.pin(ana.ring, ana.ring.personal, ben.ring.public)

    assert ana.anew().epoch(other) == 1
    assert ana.anew().epoch(ana.ring.personal) == 1


def test_a_grant_that_ran_out_does_not_count(ana: Made, ben: Made, space: UUID) -> None:
    forged_by(ben, ana, space, epoch=2, not_after=int(time.time()) - 1)
    forged_by(ben, ana, space, epoch=3, not_after=int(time.time()) + 60)

    assert ana.anew().epochs(space) == [3, 1]


@pytest.mark.parametrize(
    "change",
    [{"epoch": 5}, {"not_after": 2**33}, {"sig": bytes(64)}, {"sig": b""}, {"box": bytes(112)}, {"scope": "item"}],
)
def test_a_changed_grant_does_not_count(ana: Made, space: UUID, change: dict[str, object]) -> None:
    Grant.objects.filter(space=space, grantee=ana.person.id).update(**change)

    with pytest.raises(NotYours):
        ana.anew().epoch(space)


def test_a_grant_moved_to_another_does_not_count(ana: Made, eve: Made, space: UUID) -> None:
    Grant.objects.filter(space=space, grantee=ana.person.id).update(grantee=eve.person.id)

    with pytest.raises(NotYours):
        eve.anew().epoch(space)


def test_a_grant_of_another_space_does_not_count(ana: Made, space: UUID) -> None:
    elsewhere = new_id()
    Grant.objects.filter(space=space, grantee=ana.person.id).update(space=elsewhere)

    with pytest.raises(NotYours):
        ana.anew().epoch(elsewhere)


# Consent


def pinned_reader(author: Made, reader: Made, space: UUID) -> None:
    vault.pin(reader.ring, space, author.ring.public)


def test_consent_opens_ones_own_words_alone(ana: Made, ben: Made, eve: Made, space: UUID) -> None:
    mine, his = say(ana.ring, space), say(ben.ring, space)
    pinned_reader(ana, eve, space)

    vault.consent(ana.ring, space, eve.ring.public)

    assert hear(eve.anew(), space, mine, ana.person.id) == "I felt alone"
    with pytest.raises(Sealed):
        hear(eve.anew(), space, his, ben.person.id)
    with pytest.raises(NotYours):
        eve.anew().space_key(space)


def test_consent_to_one_dialogue_opens_that_one_alone(ana: Made, eve: Made, space: UUID) -> None:
    pinned_reader(ana, eve, space)

    vault.consent(ana.ring, space, eve.ring.public, thread=THREAD)

    me = ana.person.id
    assert eve.anew().thread_key(space, 1, me, THREAD) == ana.ring.thread_key(space, 1, me, THREAD)
    with pytest.raises(NotYours):
        eve.anew().thread_key(space, 1, me, new_id())
    with pytest.raises(NotYours):
        eve.anew().author_key(space, 1, me)


def test_consent_taken_back_opens_nothing_new(ana: Made, ben: Made, eve: Made, space: UUID) -> None:
    pinned_reader(ana, eve, space)
    vault.consent(ana.ring, space, eve.ring.public)

    vault.revoke(ana.ring, space, eve.person.id)
    vault.rotate(ana.ring, space, [ana.person.id, ben.person.id])

    with pytest.raises(NotYours):
        hear(eve.anew(), space, say(ana.ring, space), ana.person.id)


def test_consent_reaches_every_epoch_so_far(ana: Made, ben: Made, eve: Made, space: UUID) -> None:
    first = say(ana.ring, space, "first")
    vault.rotate(ana.ring, space, [ana.person.id, ben.person.id])
    second = say(ana.ring, space, "second")
    pinned_reader(ana, eve, space)

    vault.consent(ana.ring, space, eve.ring.public, not_after=int(time.time()) + 60)

    assert [hear(eve.anew(), space, sealed, ana.person.id) for sealed in (first, second)] == ["first", "second"]


@pytest.mark.parametrize("seed", range(12))
def test_after_any_history_of_consent_exactly_the_granted_words_open(
    ana: Made, ben: Made, eve: Made, space: UUID, seed: int
) -> None:
    chance, partners = random.Random(seed), {each.person.id: each for each in (ana, ben)}
    for author in partners.values():
        pinned_reader(author, eve, space)
    granted: set[tuple[UUID, int]] = set()
    said: list[tuple[UUID, Envelope]] = []

    for _ in range(14):
        author, me = (each := chance.choice(list(partners.values()))), each.person.id
        author.ring = author.anew()
        match chance.choice(["say", "say", "consent", "revoke", "rotate"]):
            case "say":
                said.append((me, say(author.ring, space)))
            case "consent":
                vault.revoke(author.ring, space, eve.person.id)
                vault.consent(author.ring, space, eve.ring.public)
                granted |= {(me, epoch) for epoch in author.ring.epochs(space)}
            case "revoke":
                vault.revoke(author.ring, space, eve.person.id)
                granted = {(who, epoch) for who, epoch in granted if who != me}
            case "rotate":
                vault.rotate(author.ring, space, list(partners))

    reader, readable = eve.anew(), []
    for who, sealed in said:
        with suppress(NotYours, Sealed):
            hear(reader, space, sealed, who)
            readable.append((who, sealed))
    assert readable == [(who, sealed) for who, sealed in said if (who, sealed.epoch) in granted]


# Keys of one dialogue


def test_thread_keys_seal_and_open_what_the_ring_does(ana: Made, ben: Made, space: UUID) -> None:
    me = ana.person.id
    keys = ben.ring.thread_keys(space, THREAD, [me, ben.person.id])

    by_ring = ana.ring.seal({"said": "one"}, space=space, thread=THREAD, type="event", record=RECORD, revision=4)
    by_keys = keys.seal({"said": "two"}, type="event", record=RECORD, author=me, revision=4)

    assert keys.open(by_ring, type="event", record=RECORD, author=me, revision=4) == {"said": "one"}
    opened = ana.ring.open(by_keys, space=space, thread=THREAD, type="event", record=RECORD, author=me, revision=4)
    assert opened == {"said": "two"}


def test_thread_keys_reach_back_and_write_under_the_newest(ana: Made, ben: Made, space: UUID) -> None:
    me = ana.person.id
    old = ana.ring.seal({"said": "old"}, space=space, thread=THREAD, type="event", record=RECORD)
    vault.rotate(ana.ring, space, [me, ben.person.id])

    keys = ana.ring.thread_keys(space, THREAD, [me])

    assert keys.epoch == keys.seal({}, type="event", record=RECORD, author=me, revision=2).epoch == 2
    assert keys.open(old, type="event", record=RECORD, author=me, revision=1) == {"said": "old"}


def test_thread_keys_are_for_their_authors_alone_and_can_be_closed(ana: Made, ben: Made, space: UUID) -> None:
    me = ana.person.id
    sealed = ana.ring.seal({}, space=space, thread=THREAD, type="event", record=RECORD)
    keys = ana.ring.thread_keys(space, THREAD, [me])
    held = list(keys.keys.values())

    with pytest.raises(NotYours):
        keys.seal({}, type="event", record=RECORD, author=ben.person.id, revision=1)
    keys.close()

    assert [bytes(key) for key in held] == [bytes(32)]
    with pytest.raises(Sealed):
        keys.open(sealed, type="event", record=RECORD, author=me, revision=1)


def test_where_a_ring_is_held_back_it_opens_and_seals_nothing(ana: Made, space: UUID) -> None:
    record = new_id()
    sealed = ana.ring.seal({"words": "before"}, space=space, type="note", record=record)

    ana.ring.hold_back(space, "doubtful")

    keys = ana.ring.thread_keys(space, new_id(), [ana.person.id])
    with pytest.raises(Refused, match=r"^doubtful$"):
        ana.ring.seal({}, space=space, type="note", record=record)
    with pytest.raises(Refused, match=r"^doubtful$"):
        keys.seal({}, type="event", record=record, author=ana.person.id, revision=1)
    opened = ana.ring.open(sealed, space=space, type="note", record=record, author=ana.person.id)
    assert opened == {"words": "before"}
    assert ana.ring.seal({}, space=ana.ring.personal, type="note", record=record)
    ana.ring.hold_back(space, "")
    assert ana.ring.seal({}, space=space, type="note", record=record)


def test_a_key_overwritten_in_the_middle_of_a_use_seals_nothing(ana: Made, space: UUID) -> None:
    """A socket that closes overwrites its keys while another thread may be about to seal with them."""
    me = ana.person.id
    keys = ana.ring.thread_keys(space, RECORD, [me])
    core.wipe(*keys.keys.values())

    with pytest.raises(NotYours):
        keys.seal({"words": "in clear"}, type="event", record=RECORD, author=me, revision=1)


# Everything at rest


def test_a_thief_of_every_table_opens_nothing(ana: Made, ben: Made, space: UUID) -> None:
    """Whatever bytes stand in the tables, none of them, nor a key made from them, opens an envelope."""
    rows = [row for model in (Grant, DrawerSlot, KeySlot, Pin) for row in model.objects.all()]
    stored = [value for row in rows for value in raw(row)]
    keys = {value[at : at + 32] for value in stored for at in range(0, len(value) - 31, 8)}
    sealed, at = say(ana.ring, space), core.Place(space.bytes, "note", RECORD.bytes, "body", ana.person.id.bytes, 1)

    opened = 0
    for key in keys:
        for tried in (key, core.author_key(key, ana.person.id.bytes)):
            try:
                core.open(tried, sealed, at=at)
                opened += 1
            except Sealed:
                continue

    assert len(keys) > 50
    assert opened == 0
    assert core.open(ana.ring.author_key(space, 1, ana.person.id), sealed, at=at)


def raw(row: object) -> list[bytes]:
    values = [value.raw if isinstance(value, Envelope) else value for value in vars(row).values()]
    return [bytes(value) for value in values if isinstance(value, bytes | memoryview)]
