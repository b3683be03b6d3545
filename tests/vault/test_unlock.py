"""Locked and unlocked: half in a cookie, half in a row. Neither opens anything alone, and both run out."""

import base64
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test.utils import CaptureQueriesContext

from mandorla.vault import core
from mandorla.vault import services as vault
from mandorla.vault.core import Locked, Sealed, new_id
from mandorla.vault.models import Session, UnlockRow
from mandorla.vault.services import KeyedRequest, KeyRing, sessions
from tests.vault.browser import Browser
from tests.vault.people import OTHER_PHRASE, PHRASE, Made, make

pytestmark = pytest.mark.django_db

START = 1_800_000_000


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = START

    def passes(self, *, minutes: float) -> None:
        self.now += int(minutes * 60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", lambda: float(clock.now))
    return clock


@pytest.fixture
def ana() -> Made:
    return make()


@pytest.fixture
def phone(ana: Made, clock: Clock) -> Browser:
    return Browser().sign_in(ana)


def is_alive(unlock_id: str, now: int) -> bool:
    """What the dialogue's writer asks, in its own words."""
    with connection.cursor() as cursor:
        cursor.execute(vault.UNLOCK_CHECK_SQL, [unlock_id, now, now])
        return cursor.fetchone() is not None


# Opening and closing


def test_an_unlocked_person_has_a_ring_on_every_page(ana: Made, phone: Browser) -> None:
    seen: list[KeyRing | None] = []

    phone.visit(lambda request: seen.append(request.ring))
    phone.visit(lambda request: seen.append(vault.current.get()))

    assert [ring and ring.person for ring in seen] == [ana.person.id] * 2
    assert vault.current.get() is None


def test_keys_are_overwritten_after_the_response(phone: Browser) -> None:
    held: list[bytearray] = []

    def view(request: KeyedRequest) -> None:
        assert request.ring is not None
        request.ring.space_key(request.ring.personal)
        held.extend([request.ring.bundle().seed, request.ring.bundle().x25519_secret, *request.ring._keys.values()])
        assert all(any(key) for key in held)

    phone.visit(view)

    assert [bytes(key) for key in held] == [bytes(32)] * 3


def test_a_ring_unlocked_in_this_request_is_closed_too(ana: Made, clock: Clock) -> None:
    held: list[KeyRing] = []

    Browser().sign_in(ana).visit(lambda request: held.append(vault.unlock(request, ana.person, PHRASE)))

    with pytest.raises(Locked):
        held[0].space_key(ana.ring.personal)


def test_a_streamed_response_keeps_its_keys_to_its_last_byte(phone: Browser) -> None:
    held: list[KeyRing] = []

    def view(request: KeyedRequest) -> StreamingHttpResponse:
        assert request.ring is not None
        held.append(request.ring)
        return StreamingHttpResponse(iter([b"one", b"two"]))

    response = phone.visit(view)

    assert len(held[0].space_key(held[0].personal)) == 32
    response.close()
    with pytest.raises(Locked):
        held[0].space_key(held[0].personal)


def test_the_unlock_cookie_stays_on_this_site_and_out_of_scripts(ana: Made, clock: Clock) -> None:
    browser = Browser()
    response = browser.visit(lambda request: sign_in(request, ana))

    morsel = response.cookies["k"]
    flags = (morsel["httponly"], morsel["samesite"], morsel["secure"], morsel["path"], morsel["max-age"])
    assert flags == (True, "Strict", "", "/", "")


def test_under_tls_the_cookie_is_secure(ana: Made, clock: Clock, settings: pytest.FixtureRequest) -> None:
    settings.SESSION_COOKIE_SECURE = True  # type: ignore[attr-defined]  # pytest-django's settings
    settings.UNLOCK_COOKIE_NAME = "__Host-k"  # type: ignore[attr-defined]
    browser = Browser()

    set_ = browser.visit(lambda request: sign_in(request, ana)).cookies["__Host-k"]
    taken = browser.visit(vault.lock).cookies["__Host-k"]

    assert (set_["secure"], taken["secure"], taken.value) == (True, True, "")


def sign_in(request: HttpRequest, made: Made) -> None:
    request.session["_auth_user_id"] = str(made.person.id)
    vault.unlock(request, made.person, PHRASE)


def test_a_wrong_passphrase_unlocks_nothing(ana: Made, phone: Browser) -> None:
    phone.visit(vault.lock)

    with pytest.raises(Sealed):
        phone.visit(lambda request: vault.unlock(request, ana.person, OTHER_PHRASE))

    assert not phone.is_unlocked()


def test_locked_is_not_signed_out(phone: Browser) -> None:
    response = phone.visit(vault.lock)

    assert response.cookies["k"].value == ""
    assert not UnlockRow.objects.exists()
    assert (phone.is_unlocked(), phone.is_signed_in()) == (False, True)


def test_a_ring_that_is_open_can_be_kept_open_anew(ana: Made, phone: Browser) -> None:
    opened: list[bytes] = []

    def keep(request: KeyedRequest) -> None:
        assert request.ring is not None
        vault.stay_unlocked(request, request.ring)

    def look(request: KeyedRequest) -> None:
        assert request.ring is not None
        opened.append(request.ring.space_key(request.ring.personal))

    phone.visit(keep)
    phone.visit(look)

    assert opened == [ana.ring.space_key(ana.ring.personal)]


def test_locking_closes_the_ring_at_once(phone: Browser) -> None:
    def view(request: KeyedRequest) -> None:
        ring = request.ring
        vault.lock(request)
        assert ring is not None
        assert request.ring is None
        with pytest.raises(Locked):
            ring.bundle()

    phone.visit(view)


def test_a_locked_page_has_nothing_to_lock(ana: Made, phone: Browser) -> None:
    phone.visit(vault.lock)

    assert "k" not in phone.visit(vault.lock).cookies


# Halves


def test_neither_half_opens_anything_alone(ana: Made, phone: Browser) -> None:
    row = UnlockRow.objects.get()
    at = core.Place(core.NOBODY, "unlock", row.id.bytes, "bundle", ana.person.id.bytes, 1)
    key = base64.urlsafe_b64decode(phone.cookies["k"] + "=")
    session = phone.cookies["s"].encode()

    assert core.open(key, row.envelope, at=at) == ana.ring.bundle().written()
    for stored in (row.id.bytes * 2, row.session.bytes * 2, row.person.bytes * 2, session, bytes(32)):
        with pytest.raises(Sealed):
            core.open(stored.ljust(32)[:32], row.envelope, at=at)
    assert core.unlock_id(key) == row.id


def test_the_table_holds_no_cookie(phone: Browser) -> None:
    (session,), (row,) = Session.objects.all(), UnlockRow.objects.all()
    stored = f"{vars(session)} {vars(row)} {row.envelope.raw!r}"

    assert phone.cookies["s"] not in stored
    assert phone.cookies["k"] not in stored
    assert row.session == session.id == core.session_id(phone.cookies["s"])


@pytest.mark.parametrize("cookie", ["", "x", "=" * 43, "A" * 42, "A" * 43, "A" * 44, "ü" * 43, "A" * 42 + "*"])
def test_a_cookie_that_is_none_unlocks_nothing(phone: Browser, cookie: str) -> None:
    phone.cookies["k"] = cookie

    assert not phone.is_unlocked()


def test_a_cookie_in_another_session_unlocks_nothing(ana: Made, phone: Browser) -> None:
    laptop = Browser().sign_in(ana)
    laptop.cookies["k"] = phone.cookies["k"]

    assert (laptop.is_unlocked(), phone.is_unlocked()) == (False, True)


def test_a_cookie_in_the_session_of_another_person_unlocks_nothing(phone: Browser) -> None:
    eve = Browser().sign_in(make())
    UnlockRow.objects.filter(id=unlock_row(phone)).update(session=core.session_id(eve.cookies["s"]))
    eve.cookies["k"] = phone.cookies["k"]

    assert not eve.is_unlocked()


def test_a_cookie_without_a_session_unlocks_nothing(phone: Browser) -> None:
    del phone.cookies["s"]

    assert not phone.is_unlocked()


def test_a_changed_row_unlocks_nothing(ana: Made, phone: Browser) -> None:
    foreign = Browser().sign_in(make())
    envelope = UnlockRow.objects.get(id=unlock_row(foreign)).envelope
    UnlockRow.objects.filter(id=unlock_row(phone)).update(envelope=envelope)

    assert not phone.is_unlocked()


def unlock_row(browser: Browser) -> str:
    return core.unlock_id(base64.urlsafe_b64decode(browser.cookies["k"] + "=")).hex


# Running out


def test_the_idle_lock_falls_within_half_a_minute_of_its_time(ana: Made, clock: Clock) -> None:
    locked_after = []
    for second in range(0, 60, 7):
        clock.now = START + second
        phone, at = Browser().sign_in(ana), unlocked_id(ana)
        locked_after.append(next(s for s in range(20 * 60) if not is_alive(at, clock.now + s)))
        clock.now += locked_after[-1] - 1
        assert phone.is_unlocked()
        UnlockRow.objects.all().delete()

    assert min(locked_after) >= 15 * 60 - 30
    assert max(locked_after) <= 15 * 60 + 30


def unlocked_id(made: Made) -> str:
    return UnlockRow.objects.get(person=made.person.id).id.hex


def test_a_page_left_alone_is_locked_and_forgotten(phone: Browser, clock: Clock) -> None:
    clock.passes(minutes=14)
    assert phone.is_unlocked()
    clock.passes(minutes=14)
    assert phone.is_unlocked()

    clock.passes(minutes=16)

    assert not phone.is_unlocked()
    assert not UnlockRow.objects.exists()
    assert "k" not in phone.cookies
    assert phone.is_signed_in()


def test_a_use_is_written_once_a_minute(phone: Browser, clock: Clock) -> None:
    used: list[int] = []
    for seconds in (0, 10, 60, 10):
        clock.passes(minutes=seconds / 60)
        with CaptureQueriesContext(connection) as seen:
            phone.visit()
        used.append(sum(query["sql"].startswith("UPDATE") for query in seen))

    assert used == [0, 0, 1, 0]
    assert UnlockRow.objects.get().last_use == START // 60 + 1


def test_a_browser_that_looks_for_a_newer_worker_is_nobody_here(phone: Browser, clock: Clock) -> None:
    clock.passes(minutes=5)
    phone.visit(headers={"Service-Worker": "script"})

    assert UnlockRow.objects.get().last_use == START // 60
    assert phone.is_unlocked()


def test_a_busy_database_keeps_nobody_from_reading(
    phone: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(unlock_id: str) -> None:
        raise DatabaseError

    clock.passes(minutes=2)
    monkeypatch.setattr(sessions, "touch", busy)

    assert phone.is_unlocked()


def test_after_twelve_hours_of_use_it_is_locked_all_the_same(phone: Browser, clock: Clock) -> None:
    for _ in range(72):
        assert phone.is_unlocked()
        clock.passes(minutes=10)

    assert not phone.is_unlocked()


@pytest.mark.parametrize(("asked", "allowed"), [(None, 15), (2, 2), (0, 15), (-5, 1), (600, 15)])
def test_a_person_may_be_locked_sooner_never_later(ana: Made, clock: Clock, asked: int | None, allowed: int) -> None:
    phone = Browser().sign_in(ana)

    phone.visit(lambda request: vault.unlock(request, ana.person, PHRASE, idle_minutes=asked))

    assert UnlockRow.objects.get().idle_minutes == allowed


def test_a_person_may_shorten_the_time_while_unlocked(phone: Browser, clock: Clock) -> None:
    phone.visit(lambda request: vault.shorten_idle(request, 2))
    clock.passes(minutes=3)

    assert not phone.is_unlocked()
    with pytest.raises(Locked):
        phone.visit(lambda request: vault.shorten_idle(request, 2))


def test_rows_of_people_who_never_came_back_are_cleared_away(ana: Made, clock: Clock) -> None:
    Browser().sign_in(make())
    clock.passes(minutes=13 * 60)

    Browser().sign_in(ana)

    assert list(UnlockRow.objects.values_list("person", flat=True)) == [ana.person.id]


# Old cookies


def test_old_cookies_are_dead_after_signing_in_and_unlocking_again(ana: Made, phone: Browser) -> None:
    old = dict(phone.cookies)

    phone.visit(lambda request: vault.unlock(request, ana.person, PHRASE))

    thief = Browser()
    for cookies in (old, old | {"s": phone.cookies["s"]}, phone.cookies | {"s": old["s"]}):
        thief.cookies = dict(cookies)
        assert not thief.is_unlocked()
    assert phone.cookies["s"] != old["s"]
    assert phone.is_unlocked()


def test_a_session_planted_before_signing_in_is_not_the_one_after(ana: Made, clock: Clock) -> None:
    planted = Browser()
    planted.visit(lambda request: request.session.update({"seen": "welcome"}))
    victim = Browser()
    victim.cookies = dict(planted.cookies)

    victim.sign_in(ana)

    assert victim.cookies["s"] != planted.cookies["s"]
    assert not planted.is_signed_in()


# Saying the passphrase once more


def test_the_passphrase_counts_as_just_said_for_a_while(ana: Made, phone: Browser, clock: Clock) -> None:
    stepped: list[bool] = []

    def look(request: KeyedRequest) -> None:
        stepped.append(vault.is_stepped_up(request, 5))

    phone.visit(look)
    clock.passes(minutes=6)
    phone.visit(look)
    old = phone.cookies["s"]
    phone.visit(lambda request: vault.step_up(request, ana.person, PHRASE))
    phone.visit(look)

    assert stepped == [True, False, True]
    assert phone.cookies["s"] != old


def test_a_wrong_passphrase_is_not_just_said(ana: Made, phone: Browser, clock: Clock) -> None:
    clock.passes(minutes=6)

    with pytest.raises(Sealed):
        phone.visit(lambda request: vault.step_up(request, ana.person, OTHER_PHRASE))

    stepped: list[bool] = []
    phone.visit(lambda request: stepped.append(vault.is_stepped_up(request, 5)))
    assert stepped == [False]


def test_a_locked_person_is_unlocked_by_it_and_has_said_nothing_before(ana: Made, phone: Browser) -> None:
    stepped: list[bool] = []
    phone.visit(vault.lock)
    phone.visit(lambda request: stepped.append(vault.is_stepped_up(request, 5)))

    phone.visit(lambda request: vault.step_up(request, ana.person, PHRASE))

    assert stepped == [False]
    assert phone.is_unlocked()


# For a socket


def test_a_socket_finds_the_person_by_their_cookies(ana: Made, phone: Browser, clock: Clock) -> None:
    found = vault.unlocked_from_cookies(phone.cookies)

    assert found is not None
    assert found.ring.person == ana.person.id
    assert found.ring.space_key(ana.ring.personal) == ana.ring.space_key(ana.ring.personal)
    assert found.ends == datetime.fromtimestamp(START // 60 * 60 + 12 * 3600, UTC)
    assert is_alive(found.unlock_id, clock.now)


def test_a_socket_finds_nobody_who_is_locked_or_signed_out(phone: Browser, clock: Clock) -> None:
    signed_out = {"k": phone.cookies["k"]}
    strange = {"s": "x" * 32, "k": phone.cookies["k"]}
    open_before = dict(phone.cookies)
    clock.passes(minutes=16)

    assert [vault.unlocked_from_cookies(each) for each in ({}, signed_out, strange, open_before)] == [None] * 4


def test_the_writer_sees_at_once_that_it_is_locked(ana: Made, phone: Browser, clock: Clock) -> None:
    at = unlocked_id(ana)

    assert is_alive(at, clock.now)
    phone.visit(vault.lock)
    assert not is_alive(at, clock.now)
    assert not is_alive(new_id().hex, clock.now)


def test_a_server_asks_for_all_its_sockets_at_once(ana: Made, phone: Browser, clock: Clock) -> None:
    locked, idle, open_now = phone, Browser().sign_in(ana), Browser()
    ids = {name: UUID(unlock_row(browser)) for name, browser in {"locked": locked, "idle": idle}.items()}
    clock.passes(minutes=10)
    locked.visit(vault.lock)
    ids["open"] = UUID(unlock_row(open_now.sign_in(ana)))
    clock.passes(minutes=6)

    with CaptureQueriesContext(connection) as seen:
        alive = vault.unlocked_among([*ids.values(), new_id()])

    assert alive == {ids["open"]}
    assert len(seen) == 1


def test_heartbeats_keep_it_open_and_twelve_hours_end_it(ana: Made, phone: Browser, clock: Clock) -> None:
    at = unlocked_id(ana)
    for _ in range(4):
        clock.passes(minutes=10)
        assert is_alive(at, clock.now)
        vault.touch(at)
    with connection.cursor() as cursor:
        clock.passes(minutes=10)
        cursor.execute(vault.UNLOCK_TOUCH_SQL, [vault.minute(), at, vault.minute()])

    assert UnlockRow.objects.get().last_use == vault.minute()
    assert is_alive(at, clock.now + 14 * 60)
    assert not is_alive(at, clock.now + 16 * 60)
    assert not is_alive(at, START + 12 * 3600 + 1)


# Sessions


def test_a_person_sees_where_they_are_signed_in(ana: Made, phone: Browser) -> None:
    Browser().sign_in(ana)
    Browser().sign_in(make())
    phone.visit(lambda request: vault.name_session(request, "the phone in my pocket"))
    phone.visit(lambda request: vault.step_up(request, ana.person, PHRASE))

    found: list[vault.SessionView] = []
    phone.visit(lambda request: found.extend(vault.sessions_of(request)))

    assert sorted((each.label, each.here) for each in found) == [("", False), ("the phone in my pocket", True)]
    assert {each.began for each in found} == {datetime.now(UTC).date()}


def test_what_a_device_is_called_is_sealed(ana: Made, phone: Browser) -> None:
    phone.visit(lambda request: vault.name_session(request, "the phone in my pocket"))
    row = Session.objects.get()

    assert row.label is not None
    assert b"pocket" not in row.label.raw
    Session.objects.update(label=make().person.name)
    found: list[vault.SessionView] = []
    phone.visit(lambda request: found.extend(vault.sessions_of(request)))
    assert [each.label for each in found] == [""]


def test_another_device_can_be_signed_out(ana: Made, phone: Browser) -> None:
    laptop = Browser().sign_in(ana)
    other = core.session_id(laptop.cookies["s"])

    phone.visit(lambda request: vault.end_session(request, other))

    assert (laptop.is_unlocked(), laptop.is_signed_in()) == (False, False)
    assert phone.is_unlocked()


def test_nobody_ends_the_session_of_another(phone: Browser) -> None:
    eve = Browser().sign_in(make())
    phones = core.session_id(phone.cookies["s"])

    eve.visit(lambda request: vault.end_session(request, phones))

    assert phone.is_unlocked()


def test_all_others_can_be_signed_out(ana: Made, phone: Browser) -> None:
    laptop, eve = Browser().sign_in(ana), Browser().sign_in(make())

    phone.visit(vault.end_other_sessions)

    assert (phone.is_unlocked(), laptop.is_signed_in(), eve.is_unlocked()) == (True, False, True)


def test_a_changed_passphrase_ends_the_other_sessions(ana: Made, phone: Browser) -> None:
    laptop = Browser().sign_in(ana)

    def change(request: KeyedRequest) -> None:
        vault.change_passphrase(ana.person, PHRASE, OTHER_PHRASE, session=vault.session_here(request)).store()

    phone.visit(change)

    assert (phone.is_unlocked(), laptop.is_signed_in()) == (True, False)


def test_sessions_are_shown_to_unlocked_people_alone(phone: Browser) -> None:
    phone.visit(vault.lock)

    for ask in (vault.sessions_of, vault.end_other_sessions):
        with pytest.raises(Locked):
            phone.visit(ask)


def test_a_visit_without_cookies_asks_the_database_nothing(db: None) -> None:
    browser = Browser()

    assert not browser.is_unlocked()
    assert isinstance(browser.visit(), HttpResponse)
    assert browser.cookies == {}
