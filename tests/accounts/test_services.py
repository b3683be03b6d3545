"""What people do with their account, without a page around it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2.low_level import Type
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from mandorla.accounts import services
from mandorla.accounts.models import Person, State, Throttle
from mandorla.accounts.services import right_try, throttle
from mandorla.vault import services as vault
from mandorla.vault.backends import SessionStore
from mandorla.vault.core import Busy, Refused, Sealed
from mandorla.vault.models import UnlockRow
from tests.cast import Cast, Someone

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFERED = "walrus tide lamp pepper orbit"


class Clock:
    """The time of the throttles; tests move it on."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: int) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(throttle, "_now", clock)
    return clock


def request_from(address: str = "192.0.2.1") -> HttpRequest:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    request.session, request.user = SessionStore(), AnonymousUser()
    request.ring = request.unlock = request.unlock_cookie = None  # type: ignore[attr-defined]  # as the middleware
    return request


def sign_in(someone: Someone, passphrase: str, address: str = "192.0.2.1") -> HttpRequest:
    request = request_from(address)
    services.sign_in(request, someone.name, passphrase)
    return request


def everything_stored() -> bytes:
    """All that any table holds, as bytes."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [
                bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                for row in cursor
                for cell in row
            ]
    return b"\n".join(found)


def test_a_new_person_can_be_opened_with_the_passphrase(db: None) -> None:
    services.sign_up("dora", "Dora", OFFERED).ring.close()

    ring = services.open_ring(" DORA ", OFFERED)

    assert services.my_name(ring) == "Dora"


def test_a_sign_in_name_belongs_to_one_person_in_every_spelling(cast: Cast) -> None:
    with pytest.raises(Refused, match="taken"):
        services.sign_up("  ANA ", "Another Ana", OFFERED)


def test_nothing_is_half_made_if_keys_cannot_be_stored(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mandorla.vault.services.people.KeySlot.objects.bulk_create", _fail)

    with pytest.raises(RuntimeError):
        services.sign_up("dora", "Dora", OFFERED)

    assert not Person.objects.exists()


def _fail(*_: object) -> None:
    raise RuntimeError


def test_names_and_passphrase_stand_nowhere_in_clear(db: None) -> None:
    made = services.sign_up("dora-of-the-meadow", "Dorothea", OFFERED)

    stored = everything_stored()

    assert made.person.name_digest in stored  # we do look at what is there
    for secret in (
        "dora-of-the-meadow",
        "Dorothea",
        "dorothea",
        OFFERED,
        made.recovery_code,
        made.recovery_code.replace("-", ""),
    ):
        assert secret.encode() not in stored


@pytest.mark.parametrize(
    ("name", "passphrase"), [("ana", "not this one at all"), ("nobody", "not this one at all"), ("", "")]
)
def test_a_wrong_passphrase_opens_nothing_and_costs_the_same_for_any_name(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str, passphrase: str
) -> None:
    costs: list[tuple[object, ...]] = []

    def stretch(_secret: bytes, _salt: bytes, *cost: object) -> bytes:
        costs.append(cost)
        return bytes(32)

    monkeypatch.setattr("mandorla.vault.core.keys.hash_secret_raw", stretch)

    with pytest.raises(Sealed):
        services.open_ring(name, passphrase)

    assert costs == [(3, 64 * 1024, 1, 32, Type.ID)]


def test_a_closed_account_is_like_none(cast: Cast) -> None:
    Person.objects.filter(id=cast.ana.id).update(state=State.CLOSED)

    with pytest.raises(Sealed):
        services.open_ring(cast.ana.name, cast.ana.passphrase)


def test_a_new_name_replaces_the_old_one(cast: Cast) -> None:
    ring = cast.ana.ring()

    services.rename(ring, "Anabel")

    assert services.my_name(cast.ana.ring()) == "Anabel"


def test_signing_in_raises_what_a_guess_costs(cast: Cast, settings: Settings) -> None:
    settings.ARGON2_MIB = 65

    sign_in(cast.ana, cast.ana.passphrase)

    assert Person.objects.get(id=cast.ana.id).kdf == {"t": 3, "mib": 65}
    assert services.open_ring(cast.ana.name, cast.ana.passphrase).person == cast.ana.id


def test_a_passphrase_changed_while_somebody_signs_in_stays_changed(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, strengthen = sign_in(cast.ana, cast.ana.passphrase), vault.strengthen

    def strengthen_slowly(person: Person, passphrase: str) -> object:
        worked_out = strengthen(person, passphrase)
        services.change_passphrase(elsewhere, passphrase, OFFERED)
        return worked_out

    settings.ARGON2_MIB = 65
    monkeypatch.setattr(vault, "strengthen", strengthen_slowly)

    sign_in(cast.ana, cast.ana.passphrase)

    assert services.open_ring(cast.ana.name, OFFERED).person == cast.ana.id


def test_two_changes_of_a_passphrase_at_once_leave_the_first(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = sign_in(cast.ana, cast.ana.passphrase), sign_in(cast.ana, cast.ana.passphrase)
    change = vault.change_passphrase

    def change_slowly(*what: Any, **more: Any) -> object:
        monkeypatch.undo()
        worked_out = change(*what, **more)
        services.change_passphrase(there, cast.ana.passphrase, OFFERED)
        return worked_out

    monkeypatch.setattr(vault, "change_passphrase", change_slowly)

    with pytest.raises(Refused, match="wrong"):
        services.change_passphrase(here, cast.ana.passphrase, "seven quiet herons under glass")

    assert services.open_ring(cast.ana.name, OFFERED).person == cast.ana.id


def test_a_recovery_code_does_not_open_an_account_that_is_closed_meanwhile(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover = vault.recover

    def recover_slowly(*what: Any) -> object:
        worked_out = recover(*what)
        Person.objects.filter(id=cast.ana.id).update(state=State.CLOSED)
        return worked_out

    monkeypatch.setattr(vault, "recover", recover_slowly)

    with pytest.raises(Refused, match="wrong"):
        services.recover(request_from(), cast.ana.name, cast.ana.recovery_code, OFFERED)

    assert Person.objects.get(id=cast.ana.id).state == State.CLOSED


def test_the_sixth_wrong_try_must_wait_even_if_it_is_right(cast: Cast, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(Refused, match="wrong"):
            sign_in(cast.ana, "not this one")

    with pytest.raises(Refused, match="wait") as refused:
        sign_in(cast.ana, cast.ana.passphrase)

    assert refused.value.facts == {"seconds": 15}


def test_waiting_ends_and_a_right_try_forgets_the_wrong_ones(cast: Cast, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(Refused):
            sign_in(cast.ana, "not this one")
    clock.wait(seconds=15)

    sign_in(cast.ana, cast.ana.passphrase)

    with pytest.raises(Refused, match="wrong"):
        sign_in(cast.ana, "not this one")


def test_a_try_that_came_too_soon_is_not_counted(cast: Cast, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(Refused):
            sign_in(cast.ana, "not this one")
    for _ in range(20):
        with pytest.raises(Refused, match="wait"):
            sign_in(cast.ana, "not this one")

    clock.wait(seconds=15)

    assert sign_in(cast.ana, cast.ana.passphrase).user.is_authenticated


def test_wrong_tries_elsewhere_keep_nobody_out(cast: Cast, clock: Clock) -> None:
    for _ in range(9):
        clock.wait(minutes=15)
        with pytest.raises(Refused):
            sign_in(cast.ana, "what Ben believes it is", address="198.51.100.7")

    assert sign_in(cast.ana, cast.ana.passphrase, address="192.0.2.1").user.is_authenticated


def test_one_address_may_not_try_one_name_after_the_other(cast: Cast, clock: Clock) -> None:
    def wrong(number: int) -> None:
        services.sign_in(request_from(), f"somebody {number}", "not this one")

    for number in range(9):
        with pytest.raises(Refused, match="wrong"):
            wrong(number)

    with pytest.raises(Refused, match="wait"):
        wrong(10)


def test_right_tries_of_many_at_one_address_delay_nobody(cast: Cast, clock: Clock) -> None:
    for _ in range(12):
        with right_try("sign-in", pair="p", account="a", address="192.0.2.1"):
            pass

    with right_try("sign-in", pair="p", account="a", address="192.0.2.1"):
        pass


def test_a_try_nobody_had_time_for_is_not_a_wrong_one(cast: Cast, clock: Clock) -> None:
    for _ in range(12):
        with pytest.raises(Busy), right_try("unlock", pair="p", account="a"):
            raise Busy

    assert list(Throttle.objects.values_list("tries", flat=True)) == [0, 0]


def test_a_new_day_begins_with_nothing_counted(cast: Cast, clock: Clock) -> None:
    with pytest.raises(Refused):
        sign_in(cast.ana, "not this one")
    yesterday = {bytes(digest) for digest in Throttle.objects.values_list("digest", flat=True)}
    clock.wait(days=1)

    with pytest.raises(Refused):
        sign_in(cast.ana, "not this one")

    today = {bytes(digest) for digest in Throttle.objects.values_list("digest", flat=True)}
    assert len(today) == 3
    assert today & yesterday == set()


def test_a_code_travels_between_pages_for_its_owner_alone(cast: Cast) -> None:
    shown = services.show_code(cast.ana.ring(), cast.ana.recovery_code)

    assert services.show_again(cast.ana.ring(), shown.token).code == cast.ana.recovery_code
    assert cast.ana.recovery_code not in shown.token
    with pytest.raises(Refused, match="stale"):
        services.show_again(cast.ben.ring(), shown.token)


@pytest.mark.parametrize("token", ["", "not a token", "AAAA", "ä"])
def test_what_is_no_token_is_stale(cast: Cast, token: str) -> None:
    with pytest.raises(Refused, match="stale"):
        services.ask_back(cast.ana.ring(), token)


def test_a_code_is_settled_by_three_of_its_groups(cast: Cast) -> None:
    Person.objects.filter(id=cast.ana.id).update(state=State.NEW)
    ring = cast.ana.ring()
    asked = services.ask_back(ring, services.show_code(ring, cast.ana.recovery_code).token)
    groups = [cast.ana.recovery_code.split("-")[place] for place in asked.places]

    services.settle(ring, asked.token, groups)

    assert services.is_settled(Person.objects.get(id=cast.ana.id))


def test_a_code_is_not_settled_by_other_groups_or_before_it_is_asked(cast: Cast) -> None:
    Person.objects.filter(id=cast.ana.id).update(state=State.NEW)
    ring = cast.ana.ring()
    shown = services.show_code(ring, cast.ana.recovery_code)
    asked = services.ask_back(ring, shown.token)

    for token, groups in ((asked.token, ["0000", "0000", "0000"]), (asked.token, []), (shown.token, [])):
        with pytest.raises(Refused, match="groups"):
            services.settle(ring, token, groups)

    assert not services.is_settled(Person.objects.get(id=cast.ana.id))


def test_a_code_that_opens_nothing_any_more_cannot_be_settled(cast: Cast) -> None:
    ring = cast.ana.ring()
    asked = services.ask_back(ring, services.show_code(ring, cast.ben.recovery_code).token)
    groups = [cast.ben.recovery_code.split("-")[place] for place in asked.places]

    with pytest.raises(Refused, match="stale"):
        services.settle(ring, asked.token, groups)


def test_offered_words_come_from_the_list_and_are_good() -> None:
    offers = {services.offer_passphrase() for _ in range(20)}

    assert len(offers) == 20
    assert {len(offer.split(" ")) for offer in offers} == {5}
    assert {services.weakness(offer) for offer in offers} == {None}


def test_the_same_words_are_offered_again_but_nothing_else_is_put_into_the_page() -> None:
    offer = services.offer_passphrase()

    assert services.offer_passphrase(offer) == offer
    assert services.offer_passphrase("my own secret passphrase here") != "my own secret passphrase here"


def test_well_known_sayings_are_refused() -> None:
    assert services.weakness("Somewhere over the rainbow") == "known"


def test_a_shorter_idle_lock_holds_for_later_sessions_too(cast: Cast) -> None:
    request = sign_in(cast.ana, cast.ana.passphrase)

    services.shorten_idle(request, 5)

    sign_in(cast.ana, cast.ana.passphrase)
    assert set(UnlockRow.objects.values_list("idle_minutes", flat=True)) == {5}


def test_nobody_may_stay_unlocked_longer_than_the_server_allows(cast: Cast, settings: Settings) -> None:
    settings.IDLE_MINUTES = 7

    assert services.idle_choices() == [2, 5, 7]
