"""A person's keys: the passphrase and the written code open them, each alone; changing either closes the old way."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mandorla.site.asgi import PAGE_THREADS
from mandorla.vault import core
from mandorla.vault import services as vault
from mandorla.vault.core import Busy, Kdf, Refused, Root, Sealed, new_id
from mandorla.vault.models import DrawerSlot, Grant, KeySlot, Session, UnlockRow
from mandorla.vault.services import people
from mandorla.vault.services.people import Stored
from tests.vault.people import OTHER_PHRASE, PHRASE, Made, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Made:
    return make()


def opened_by(ana: Made, phrase: str) -> bool:
    """Whether the passphrase opens a ring that opens the person's name."""
    try:
        ring = vault.open_keys(ana.person, vault.check(ana.person, phrase))
    except Sealed:
        return False
    me, name = ring.person, ana.person.name
    return ring.open(name, space=ring.personal, type="person", record=me, field="name", author=me) == {"called": "Ana"}


def keep(ana: Made, account: Stored) -> None:
    ana.person.password, ana.person.salt, ana.person.kdf = account.verifier, account.salt, account.kdf
    ana.person.save()


def drawer_opens(ana: Made, phrase: str) -> bool:
    record = new_id()
    filed = vault.put_away(
        vault.drawer_key(ana.anew()), {"answer": 3}, owner=ana.person.id, type="screening", record=record
    )
    root = vault.check(ana.person, phrase)
    return vault.open_drawer(ana.person.id, root).take_out(filed, type="screening", record=record) == {"answer": 3}


# Making keys


def test_everybody_gets_the_same_set_of_keys(ana: Made) -> None:
    me = ana.person.id

    assert sorted(KeySlot.objects.filter(person=me).values_list("kind", flat=True)) == ["password", "recovery"]
    assert DrawerSlot.objects.filter(person=me).count() == 2
    assert list(Grant.objects.filter(grantee=me).values_list("space", "epoch", "grantor")) == [
        (ana.ring.personal, 1, me)
    ]


def test_nothing_is_stored_before_it_is_time() -> None:
    made = vault.make_keys(new_id(), new_id(), PHRASE)

    assert (KeySlot.objects.count(), DrawerSlot.objects.count(), Grant.objects.count()) == (0, 0, 0)
    assert made.ring.epoch(made.ring.personal) == 1


@pytest.mark.parametrize(("phrase", "reason"), [("x" * 11, "passphrase_short"), ("x" * 257, "passphrase_long")])
def test_a_passphrase_of_the_wrong_length_makes_no_keys(ana: Made, phrase: str, reason: str) -> None:
    for attempt in (
        lambda: vault.make_keys(new_id(), new_id(), phrase),
        lambda: vault.change_passphrase(ana.person, PHRASE, phrase, session=None),
        lambda: vault.recover(ana.person, ana.code, phrase),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.reason == reason


# Opening


def test_the_passphrase_opens_and_a_wrong_one_does_not(ana: Made) -> None:
    assert opened_by(ana, PHRASE)
    assert not opened_by(ana, OTHER_PHRASE)


def test_nobody_is_checked_as_long_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    stretched: list[Kdf] = []
    real = core.stretch

    def counting(passphrase: str, salt: bytes, kdf: Kdf, person: bytes) -> core.Root:
        stretched.append(kdf)
        return real(passphrase, salt, kdf, person)

    monkeypatch.setattr(core, "stretch", counting)

    with pytest.raises(Sealed):
        vault.check(None, PHRASE)

    assert stretched == [people.wanted()]


def test_the_written_code_opens_and_another_does_not(ana: Made) -> None:
    assert ana.anew().space_key(ana.ring.personal) == ana.ring.space_key(ana.ring.personal)
    with pytest.raises(Sealed):
        vault.open_with_code(ana.person, core.written(core.new_code()))
    with pytest.raises(Refused):
        vault.open_with_code(ana.person, ana.code[:-1] + "*")


def test_a_verifier_opens_no_slot(ana: Made) -> None:
    slot = KeySlot.objects.get(person=ana.person.id, kind="password")
    verifier = bytes.fromhex(ana.person.password.removeprefix("verifier$"))
    at = core.Place(core.NOBODY, "slot", slot.id.bytes, "password", ana.person.id.bytes, 1)
    root = vault.check(ana.person, PHRASE)

    assert len(core.open(root.kek(), slot.envelope, at=at)) == 64
    for key in (verifier, core.hkdf(verifier, core.label("kek", ana.person.id.bytes))):
        with pytest.raises(Sealed):
            core.open(key, slot.envelope, at=at)


def test_weaker_parameters_written_into_the_table_open_nothing(ana: Made) -> None:
    ana.person.kdf = {"t": 1, "mib": 8}

    assert not opened_by(ana, PHRASE)


def test_a_slot_of_someone_else_opens_nothing(ana: Made) -> None:
    foreign = KeySlot.objects.get(person=make().person.id, kind="password")
    KeySlot.objects.filter(person=ana.person.id, kind="password").update(envelope=foreign.envelope)

    assert not opened_by(ana, PHRASE)


def test_without_a_slot_nothing_opens(ana: Made) -> None:
    KeySlot.objects.filter(person=ana.person.id).delete()

    assert not opened_by(ana, PHRASE)


def test_too_many_at_once_are_asked_to_wait(ana: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "WAIT_SECONDS", 0)
    taken = 0
    while people._stretching.acquire(blocking=False):
        taken += 1
    try:
        with pytest.raises(Busy):
            vault.check(ana.person, PHRASE)
    finally:
        people._stretching.release(taken)

    assert opened_by(ana, PHRASE)


def test_people_who_sign_in_never_hold_every_page_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, turned_away = threading.Event(), threading.Semaphore(0)

    def stretch_slowly(*_: object) -> Root:
        go_on.wait(10)
        return Root(bytes(16), bytearray(32))

    def come_in() -> bool:
        try:
            people._stretch(new_id(), PHRASE, bytes(16), Kdf())
        except Busy:
            turned_away.release()
            return False
        return True

    monkeypatch.setattr(core, "stretch", stretch_slowly)

    held = min(os.cpu_count() or 1, people.STRETCHING_MAX) + people.WAITING_MAX
    with ThreadPoolExecutor(PAGE_THREADS) as pages:
        visits = [pages.submit(come_in) for _ in range(PAGE_THREADS)]
        free = [turned_away.acquire(timeout=5) for _ in range(PAGE_THREADS - held)]
        go_on.set()

    assert all(free)
    assert sum(visit.result() for visit in visits) == held
    assert people.STRETCHING_MAX + people.WAITING_MAX < PAGE_THREADS


# Changing


def test_a_changed_passphrase_opens_and_the_old_one_does_not(ana: Made) -> None:
    changed = vault.change_passphrase(ana.person, PHRASE, OTHER_PHRASE, session=None)
    changed.store()
    keep(ana, changed.account)

    assert opened_by(ana, OTHER_PHRASE)
    assert not opened_by(ana, PHRASE)
    assert drawer_opens(ana, OTHER_PHRASE)
    assert ana.anew().person == ana.person.id


def test_a_wrong_old_passphrase_changes_nothing(ana: Made) -> None:
    with pytest.raises(Sealed):
        vault.change_passphrase(ana.person, OTHER_PHRASE, OTHER_PHRASE, session=None)

    assert opened_by(ana, PHRASE)


def test_a_change_that_is_not_stored_changes_nothing(ana: Made) -> None:
    vault.change_passphrase(ana.person, PHRASE, OTHER_PHRASE, session=None)

    assert opened_by(ana, PHRASE)
    assert drawer_opens(ana, PHRASE)


def test_the_old_slot_put_back_does_not_open_under_the_new_revision(ana: Made) -> None:
    old = KeySlot.objects.get(person=ana.person.id, kind="password")
    changed = vault.change_passphrase(ana.person, PHRASE, OTHER_PHRASE, session=None)
    changed.store()

    KeySlot.objects.filter(id=old.id).update(envelope=old.envelope)

    assert not opened_by(ana, PHRASE)


def test_the_cost_of_a_guess_is_raised_at_sign_in(ana: Made, settings: pytest.FixtureRequest) -> None:
    assert vault.strengthen(ana.person, PHRASE) is None

    settings.ARGON2_MIB = 65  # type: ignore[attr-defined]  # pytest-django's settings
    stronger = vault.strengthen(ana.person, PHRASE)

    assert stronger is not None
    stronger.store()
    keep(ana, stronger.account)
    assert ana.person.kdf == {"t": 3, "mib": 65}
    assert opened_by(ana, PHRASE)
    assert drawer_opens(ana, PHRASE)


# Recovering


def test_the_code_gives_a_new_passphrase_and_a_new_code(ana: Made) -> None:
    recovered = vault.recover(ana.person, ana.code, OTHER_PHRASE)
    recovered.store()
    keep(ana, recovered.account)

    assert opened_by(ana, OTHER_PHRASE)
    assert not opened_by(ana, PHRASE)
    assert recovered.ring.space_key(ana.ring.personal) == ana.ring.space_key(ana.ring.personal)
    with pytest.raises(Sealed):
        vault.open_with_code(ana.person, ana.code)
    ana.code = recovered.recovery_code
    assert drawer_opens(ana, OTHER_PHRASE)


def test_recovering_ends_every_session(ana: Made) -> None:
    recovered = vault.recover(ana.person, ana.code, OTHER_PHRASE)
    other = make()
    for person in (ana.person.id, other.person.id):
        Session.objects.create(id=new_id(), person=person, data="", began="2026-01-01", expires="2036-01-01T00:00Z")
        row = KeySlot.objects.filter(person=person)[0]
        UnlockRow.objects.create(
            id=new_id(),
            session=new_id(),
            person=person,
            last_use=0,
            idle_minutes=1,
            passphrase_at=0,
            ends=0,
            envelope=row.envelope,
        )

    recovered.store()

    assert list(Session.objects.values_list("person", flat=True)) == [other.person.id]
    assert list(UnlockRow.objects.values_list("person", flat=True)) == [other.person.id]


def test_a_renewed_code_closes_the_old_one(ana: Made) -> None:
    old = ana.code
    renewed = vault.renew_recovery(ana.person, PHRASE)
    renewed.store()
    ana.code = renewed.recovery_code

    assert ana.anew().person == ana.person.id
    with pytest.raises(Sealed):
        vault.open_with_code(ana.person, old)
    assert drawer_opens(ana, PHRASE)
    recovered = vault.recover(ana.person, ana.code, OTHER_PHRASE)
    recovered.store()
    keep(ana, recovered.account)
    ana.code = recovered.recovery_code
    assert drawer_opens(ana, OTHER_PHRASE)


def test_a_renewed_code_asks_for_the_passphrase(ana: Made) -> None:
    with pytest.raises(Sealed):
        vault.renew_recovery(ana.person, OTHER_PHRASE)


# The drawer


def test_a_drawer_is_filled_by_any_session_and_opened_by_none(ana: Made) -> None:
    record = new_id()
    ring = ana.anew()

    filed = vault.put_away(vault.drawer_key(ring), {"answer": 3}, owner=ana.person.id, type="screening", record=record)

    keys = [
        bytes(ring.bundle().x25519_secret),
        ring.space_key(ring.personal),
        ring.author_key(ring.personal, 1, ring.person),
    ]
    at = core.Place(ana.person.id.bytes, "screening", record.bytes, "drawer", ana.person.id.bytes, 1)
    for key in keys:
        with pytest.raises(Sealed):
            core.take_out(key, filed, at=at)
        with pytest.raises(Sealed):
            core.open(key, filed.envelope, at=at)
    drawer = vault.open_drawer(ana.person.id, vault.check(ana.person, PHRASE))
    assert drawer.take_out(filed, type="screening", record=record) == {"answer": 3}
    with pytest.raises(Sealed):
        drawer.take_out(filed, type="journal", record=record)
    drawer.close()
    with pytest.raises(Sealed):
        drawer.take_out(filed, type="screening", record=record)


def test_another_phrase_opens_no_drawer(ana: Made) -> None:
    root = core.stretch(OTHER_PHRASE, bytes(ana.person.salt), Kdf.read(ana.person.kdf), ana.person.id.bytes)

    with pytest.raises(Sealed):
        vault.open_drawer(ana.person.id, root)


def test_both_drawer_slots_look_alike_and_change_together(ana: Made) -> None:
    def shape() -> list[list[int]]:
        slots = DrawerSlot.objects.filter(person=ana.person.id)
        return [
            [one.revision, len(one.x25519), len(one.envelope.raw), len(one.spare.raw), len(one.mark.raw)]
            for one in slots
        ]

    def digests(column: str) -> list[bytes]:
        return [getattr(one, column).digest for one in DrawerSlot.objects.filter(person=ana.person.id).order_by("id")]

    before, spares = digests("envelope"), digests("spare")
    assert len(shape()) == 2
    assert shape()[0] == shape()[1]

    vault.change_passphrase(ana.person, PHRASE, OTHER_PHRASE, session=None).store()

    assert shape()[0] == shape()[1]
    assert [old == new for old, new in zip(before, digests("envelope"), strict=True)] == [False, False]
    assert spares == digests("spare")


def test_a_decoy_opens_with_nothing_its_owner_has(ana: Made) -> None:
    used = vault.drawer_key(ana.ring)
    decoy = next(one for one in DrawerSlot.objects.filter(person=ana.person.id) if bytes(one.x25519) != used)
    root = vault.check(ana.person, PHRASE)
    at = core.Place(core.NOBODY, "drawer", decoy.id.bytes, "passphrase", ana.person.id.bytes, 1)

    for key in (root.drawer_kek(), root.kek(), ana.ring.space_key(ana.ring.personal)):
        with pytest.raises(Sealed):
            core.open(key, decoy.envelope, at=at)


def test_a_drawer_that_no_longer_opens_is_left_as_it_is(ana: Made) -> None:
    broken = ana.person.name
    DrawerSlot.objects.filter(person=ana.person.id).update(envelope=broken, spare=broken)

    changed = vault.change_passphrase(ana.person, PHRASE, OTHER_PHRASE, session=None)
    changed.store()
    keep(ana, changed.account)

    assert opened_by(ana, OTHER_PHRASE)
    assert {one.envelope.digest for one in DrawerSlot.objects.filter(person=ana.person.id)} == {broken.digest}


def test_without_a_marked_drawer_nothing_is_put_away(ana: Made) -> None:
    DrawerSlot.objects.filter(person=ana.person.id).delete()

    with pytest.raises(Sealed):
        vault.drawer_key(ana.ring)
