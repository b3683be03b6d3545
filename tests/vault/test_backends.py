"""The session store: Django's sessions behind a digest, in step with what is unlocked."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import connections

from mandorla.vault.backends import SessionStore
from mandorla.vault.core import new_id, session_id
from mandorla.vault.models import Session, UnlockRow
from tests.vault.browser import Browser
from tests.vault.people import make

pytestmark = pytest.mark.django_db


def stored(**values: object) -> SessionStore:
    store = SessionStore()
    store.update(values)
    store.save()
    return store


def test_what_was_saved_is_loaded_again() -> None:
    key = stored(seen="welcome").session_key

    again = SessionStore(key)

    assert again["seen"] == "welcome"
    assert key is not None
    assert again.exists(key)
    assert not again.exists("another key of its own")


def test_an_unknown_or_expired_session_is_empty_and_gets_a_new_key() -> None:
    expired = stored(seen="welcome").session_key
    Session.objects.update(expires=datetime.now(UTC) - timedelta(seconds=1))

    for key in (expired, "k" * 32, None):
        store = SessionStore(key)
        assert dict(store.items()) == {}
        assert store.session_key is None
        store.save()
        assert store.session_key not in (None, key)


def test_a_session_that_ended_meanwhile_is_not_brought_back() -> None:
    store = stored(seen="welcome")
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        store.save()


def test_no_session_takes_the_place_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first = stored(seen="welcome")
    keys = iter([first.session_key, "a key that nobody has"])
    monkeypatch.setattr(SessionStore, "_get_new_session_key", lambda self: next(keys))

    second = stored(seen="goodbye")

    assert second.session_key == "a key that nobody has"
    assert SessionStore(first.session_key)["seen"] == "welcome"
    with pytest.raises(CreateError):
        second.save(must_create=True)


def test_a_new_key_keeps_what_was_said_and_ends_the_old_one() -> None:
    store = stored(seen="welcome")
    old = store.session_key

    store.cycle_key()

    assert store["seen"] == "welcome"
    assert SessionStore(store.session_key)["seen"] == "welcome"
    assert dict(SessionStore(old).items()) == {}
    assert Session.objects.count() == 1


def test_a_new_key_before_there_was_one() -> None:
    store = SessionStore()
    store["seen"] = "welcome"

    store.cycle_key()
    store.save()

    assert SessionStore(store.session_key)["seen"] == "welcome"


def test_signing_out_ends_what_was_unlocked() -> None:
    phone, laptop = (Browser().sign_in(each) for each in (make(), make()))

    phone.visit(lambda request: request.session.flush())

    assert list(UnlockRow.objects.values_list("session", flat=True)) == [session_id(laptop.cookies["s"])]
    assert not phone.is_unlocked()


def test_ending_nothing_ends_nothing() -> None:
    other = stored(seen="welcome")

    SessionStore().delete()

    assert SessionStore(other.session_key)["seen"] == "welcome"


def test_expired_sessions_are_cleared() -> None:
    stored(seen="welcome")
    kept = Session.objects.get()
    Session.objects.create(id=new_id(), data="", began=kept.began, expires=datetime.now(UTC) - timedelta(days=1))

    SessionStore.clear_expired()

    assert list(Session.objects.all()) == [kept]


@pytest.mark.django_db(transaction=True)
def test_all_of_it_works_without_blocking() -> None:
    async def visit() -> tuple[object, list[bool]]:
        store = SessionStore()
        await store.aset("seen", "welcome")
        await store.asave()
        old = store.session_key
        await store.acycle_key()
        again = SessionStore(store.session_key)
        seen = await again.aget("seen")
        await store.adelete()
        left = [await store.aexists(str(key)) for key in (old, store.session_key)]
        await sync_to_async(connections.close_all)()
        return seen, left

    assert asyncio.run(visit()) == ("welcome", [False, False])
