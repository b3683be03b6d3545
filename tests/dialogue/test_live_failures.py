"""The live door while the store fails: whoever acts is told so kindly, nothing is half done, trying again is safe."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event as Signal
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connection, connections, transaction
from django.urls import reverse

from mandorla.dialogue import live, services
from mandorla.dialogue.models import Draft, Event, Thread
from mandorla.dialogue.services import pace
from mandorla.dialogue.services.writer import writer
from mandorla.vault.core import new_id
from tests.cast import Someone
from tests.dialogue.hall import Frame, Hall, Phone
from tests.dialogue.logbook import faults
from tests.dialogue.seated import Pair, cookies_of

pytestmark = pytest.mark.django_db(transaction=True)

CALLS_OF_A_TURN = 7  # begin, unlocked?, member?, thread, entry, draft, commit
CALLS_OF_A_DRAFT = 5  # begin, unlocked?, member?, draft, commit


@pytest.fixture
def pair(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Ana is to send, Ben to listen; nobody is too fast."""
    monkeypatch.setattr(pace, "AT_ONCE", 1_000_000.0)
    return pair


def sits(hall: Hall, someone: Someone, pair: Pair) -> Phone:
    """Somebody's phone with its first screen."""
    return hall.sits(cookies_of(someone), pair.thread)


def saying(phone: Phone, words: str) -> Frame:
    """An act that was not sent yet."""
    return {"key": new_id().hex, "v": phone.screen["v"], "do": "say", "words": words}


def answered(phone: Phone, act: Frame, *, seconds: float = 10.0) -> Frame:
    """What is said to this act."""
    while True:
        frame = phone.told_anything(seconds=seconds)
        if act["key"] in frame.get("ack", ()) or frame.get("nak") == act["key"]:
            return frame


def sent(phone: Phone, act: Frame) -> Frame:
    """Sends an act, for the first time or again; what is said to it."""
    phone.sends(act)
    return answered(phone, act)


def stored(pair: Pair) -> list[tuple[object, ...]]:
    """Everything of this dialogue as it lies in the store."""
    tables = [Thread.objects.filter(pk=pair.thread), Event.objects.filter(thread=pair.thread), Draft.objects.all()]
    return [tuple(map(bytes_of, row)) for rows in tables for row in rows.order_by("pk").values_list()]


def bytes_of(value: object) -> object:
    """A value that can be compared: an envelope's bytes, anything else itself."""
    return bytes(value.raw) if hasattr(value, "raw") else value


def pens_connection() -> Any:
    """The pen's own connection to the database."""
    return writer.submit(new_id(), lambda _: connections[DEFAULT_DB_ALIAS]).result(5)


def test_an_act_is_acknowledged_after_its_commit_and_with_its_screen(pair: Pair, hall: Hall) -> None:
    ana, pen, committing, may = sits(hall, pair.cast.ana, pair), pens_connection(), Signal(), Signal()
    commit, act, before = pen._commit, saying(ana, "I miss our walks."), ana.screen["v"]

    def slowly() -> Any:
        committing.set()
        assert may.wait(10)
        return commit()

    with patch.object(pen, "_commit", slowly):
        ana.sends(act)
        assert committing.wait(10)
        with pytest.raises(TimeoutError):
            answered(ana, act, seconds=0.2)
        may.set()
        answer = answered(ana, act)

    assert (answer["ack"], answer["v"]) == ([act["key"]], before + 1)
    assert Event.objects.get(thread=pair.thread, command=act["key"]).seq == before + 1
    assert "I miss our walks." in answer["html"]


def test_a_busy_store_is_said_within_five_seconds_while_others_read_and_the_same_act_goes_in_once_afterwards(
    pair: Pair, hall: Hall
) -> None:
    ana, ben, reader = *(sits(hall, one, pair) for one in (pair.cast.ana, pair.cast.ben)), cookies_of(pair.cast.ben)
    before, act = stored(pair), saying(ana, "I miss our walks.")

    with holding_the_store():
        ana.sends(act)
        busy = answered(ana, act, seconds=5.0)
        seen = hall.phone(reader, pair.thread).told("html")["v"]
    kept = stored(pair)
    done = sent(ana, act)

    assert (busy["why"], bool(busy["say"])) == ("busy", True)
    assert (seen, kept) == (ben.screen["v"], before)
    assert done["ack"] == [act["key"]]
    assert ben.shown(done["v"])["v"] == seen + 1
    assert faults(pair.ana, {UUID(str(act["key"])): seen + 1}) == []


def test_a_busy_store_is_said_by_post_too_with_when_to_come_again(pair: Pair) -> None:
    browser, address = pair.cast.ana.browser(), reverse("dialogue:room", args=[pair.thread])
    act = {"key": new_id().hex, "v": pair.sees("ana").v, "do": "say", "words": "I miss our walks."}

    with failing(OperationalError, at=0):
        busy = browser.post(address, act, headers={"accept": "application/json"})
    done = browser.post(address, act, headers={"accept": "application/json"})

    assert (busy.status_code, busy["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "2")
    assert (busy.json()["nak"], busy.json()["why"]) == (act["key"], "busy")
    assert (done.status_code, done.json()["ack"]) == (HTTPStatus.OK, [act["key"]])
    assert faults(pair.ana, {UUID(str(act["key"])): done.json()["seq"]}) == []


@pytest.mark.parametrize("ben_is_here", [True, False])
@pytest.mark.parametrize("problem", [OperationalError, IntegrityError])
def test_whichever_call_of_a_turn_fails_nothing_is_half_done(
    pair: Pair, hall: Hall, problem: type[Exception], ben_is_here: bool
) -> None:
    ana, calls, promised = sits(hall, pair.cast.ana, pair), 0, {}
    if ben_is_here:
        sits(hall, pair.cast.ben, pair)

    while True:
        version = services.room_for(pair.ana).draft_version
        ana.sends({"draft": "I miss", "v": ana.screen["v"], "version": version})
        assert ana.told("draft")["draft"] == "kept"
        before, act = stored(pair), saying(ana, "I miss our walks.")
        with failing(problem, at=calls) as failed:
            first = sent(ana, act)
        if not failed:
            break
        assert (first["why"], stored(pair)) == ("busy", before)
        again = sent(ana, act)
        assert again["ack"] == [act["key"]]
        assert not Draft.objects.exists()
        promised[UUID(str(act["key"]))] = again["v"]
        pair.play("ben:say ana:partly")
        ana.shown(again["v"] + 2)
        calls += 1

    bell = connection.vendor == "postgresql"  # there it rings in the same breath
    assert calls == CALLS_OF_A_TURN + bell + (not ben_is_here)  # who is away may wish to be told, so it is looked up
    assert faults(pair.ana, promised) == []


@pytest.mark.parametrize("problem", [OperationalError, IntegrityError])
def test_whichever_call_of_keeping_a_draft_fails_the_draft_before_stays(
    pair: Pair, hall: Hall, problem: type[Exception]
) -> None:
    ana, calls = sits(hall, pair.cast.ana, pair), 0
    version = 0

    while True:
        before = stored(pair)
        draft = {"draft": f"I miss {calls}", "v": ana.screen["v"], "version": version}
        with failing(problem, at=calls) as failed:
            ana.sends(draft)
            first = ana.told("draft")["draft"]
        if not failed:
            break
        assert (first, stored(pair)) == ("busy", before)
        ana.sends(draft)
        kept = ana.told("draft")
        assert (kept["draft"], kept["version"]) == ("kept", version + 1)
        version, calls = version + 1, calls + 1

    assert calls == CALLS_OF_A_DRAFT
    assert pair.sees("ana").draft == f"I miss {calls}"


def test_a_room_that_goes_cold_while_its_screen_is_made_ends_no_line(pair: Pair, hall: Hall) -> None:
    ana, render = sits(hall, pair.cast.ana, pair), live.render

    def forgetting(seat: services.Seat, room: services.RoomView) -> str:
        services.forget(pair.thread)  # as when another server wrote, in any thread
        return render(seat, room)

    with patch.object(live, "render", forgetting):
        first, second = ana.does("say", words="I miss our walks."), ana.does("nothing_we_know")

    assert ("ack" in first, second["why"]) == (True, "not_here")
    assert ana.does("park", words="the garden")["v"] == first["v"] + 1


@contextmanager
def holding_the_store() -> Iterator[None]:
    """Somebody else writes and does not come to an end."""
    with transaction.atomic(), connection.cursor() as cursor:  # on SQLite the beginning alone takes the lock
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE dialogue_thread IN EXCLUSIVE MODE")
        yield


@contextmanager
def failing(problem: type[Exception], *, at: int) -> Iterator[list[str]]:
    """From its call of this number on, the pen's line to the database fails; beginning and commit count as calls."""
    pen, failed = pens_connection(), list[str]()
    commit, begin, make, calls = pen._commit, pen.set_autocommit, pen.create_cursor, 0

    def count(what: str) -> None:
        nonlocal calls
        calls += 1
        if calls > at:
            failed.append(what)
            raise problem("for the test")

    class Watched:
        """A cursor whose calls count."""

        def __init__(self, name: str | None = None) -> None:
            self.real = make(name)

        def execute(self, sql: str, given: Any = ()) -> None:
            if not sql.startswith("BEGIN"):
                count(sql)
            self.real.execute(sql, given)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    def committing() -> Any:
        count("COMMIT")
        return commit()

    def beginning(autocommit: bool, **how: Any) -> Any:
        if not autocommit:
            count("BEGIN")
        return begin(autocommit, **how)

    with (
        patch.object(pen, "create_cursor", Watched),
        patch.object(pen, "_commit", committing),
        patch.object(pen, "set_autocommit", beginning),
    ):
        yield failed
