"""The live door: who may come in, what a frame can and cannot do, and that a push is what a reload would show.

`BROKEN_FRAMES=2000 ./check unit tests/dialogue/test_live.py` for more broken frames than every change gets.
"""

import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http import HTTPStatus
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import Client
from django.urls import reverse
from websockets.exceptions import ConnectionClosed, InvalidStatus

from mandorla.dialogue import services
from mandorla.dialogue.core import State
from mandorla.dialogue.core.script import steps_in
from mandorla.dialogue.models import Event
from mandorla.dialogue.services import pace, rooms, scripts
from mandorla.spaces import services as spaces
from mandorla.vault.core import new_id
from tests.cast import Cast, Someone
from tests.dialogue.hall import Frame, Hall, Phone
from tests.dialogue.logbook import faults
from tests.dialogue.playing import ARRIVED
from tests.dialogue.seated import Pair, cookies_of, seat
from tests.dialogue.touring import Act, way_to_something_new

pytestmark = pytest.mark.django_db(transaction=True)

BROKEN_FRAMES = int(os.environ.get("BROKEN_FRAMES", "100"))
LOCKED, NOT_YOURS, RESEATED = 4401, 4404, 4409
LOCKED_WITHIN_SECONDS = 5.0
BUSY_SECONDS = 12.0
FOR_TWO = [script.name for script in scripts.every() if "relationship" in script.among and not script.guard]
FORMS_IN_MEDIA = [
    *((form, medium) for form in ("couples", "appreciation") for medium in ("written", "spoken")),
    *(
        pytest.param(form, medium, marks=pytest.mark.sqlite)  # what they add has nothing to do with the database
        for form, medium in (
            *((name, medium) for name in FOR_TWO for medium in ("written", "spoken")),
            *((form, medium) for form in ("couples", "vision") for medium in ("letters", "shared")),
        )
        if form not in ("couples", "appreciation") or medium in ("letters", "shared")
    ),
]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tours go faster than people."""
    monkeypatch.setattr(pace, "AT_ONCE", 10_000.0)


def entries(pair: Pair) -> int:
    """How many lie in the store."""
    return Event.objects.filter(thread=pair.thread).count()


def cookies_in(browser: Client) -> dict[str, str]:
    """The cookies that open a line."""
    return {name: browser.cookies[name].value for name in (settings.SESSION_COOKIE_NAME, settings.UNLOCK_COOKIE_NAME)}


def post(browser: Client, pair: Pair, fields: Frame) -> Any:
    """A move by POST, as a page with scripts sends it."""
    return browser.post(reverse("dialogue:room", args=[pair.thread]), fields, headers={"accept": "application/json"})


def at_once(hall: Hall, pair: Pair) -> tuple[Phone, Phone]:
    """Ana and Ben in the room, each with a first screen."""
    phones = hall.phone(cookies_of(pair.cast.ana), pair.thread), hall.phone(cookies_of(pair.cast.ben), pair.thread)
    for phone in phones:
        phone.told("html")
    return phones


# Who may come in


@pytest.mark.parametrize("medium", ["written", "spoken"])
def test_every_line_begins_with_the_whole_stage(cast: Cast, hall: Hall, medium: str) -> None:
    pair = Pair(cast, medium=medium)

    first = hall.phone(cookies_of(cast.ben), pair.thread).told_anything()

    assert first["v"] == 1
    assert "Sunday evenings" in first["html"]


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "https://127.0.0.1:1", "http://127.0.0.1"])
def test_a_page_from_elsewhere_gets_no_line(pair: Pair, hall: Hall, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        hall.phone(cookies_of(pair.cast.ana), pair.thread, origin=origin)

    assert refused.value.response.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("gone", [("s", "k"), ("k",), ("s",)])
def test_who_is_signed_out_or_locked_is_told_so_and_nothing_else(pair: Pair, hall: Hall, gone: tuple[str, ...]) -> None:
    cookies = {name: value for name, value in cookies_of(pair.cast.ana).items() if name not in gone}

    phone = hall.phone(cookies, pair.thread)

    assert phone.closed() == LOCKED
    assert phone.frames == []


def test_half_of_the_keys_is_of_no_use_with_another_session(pair: Pair, hall: Hall) -> None:
    mixed = {"s": cookies_of(pair.cast.eve)["s"], "k": cookies_of(pair.cast.ana)["k"]}

    phone = hall.phone(mixed, pair.thread)

    assert phone.closed() == LOCKED


@pytest.mark.parametrize("name", ["cleo", "eve"])
def test_a_stranger_gets_what_a_missing_dialogue_gets(pair: Pair, hall: Hall, name: str) -> None:
    cookies = cookies_of(getattr(pair.cast, name))

    theirs, missing = hall.phone(cookies, pair.thread), hall.phone(cookies, new_id())

    assert (theirs.closed(), theirs.frames) == (missing.closed(), missing.frames) == (NOT_YOURS, [])


@pytest.mark.parametrize("name", ["", "x", "../dialogues", "0" * 31])
def test_an_address_that_names_no_room_gets_no_line(pair: Pair, hall: Hall, name: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        hall.phone(cookies_of(pair.cast.ana), name)

    assert refused.value.response.status_code == HTTPStatus.FORBIDDEN


# What a frame does


def test_a_move_is_acknowledged_and_both_see_it(pair: Pair, hall: Hall) -> None:
    ana, ben = at_once(hall, pair)
    before = ana.screen["v"]

    answer = ana.does("say", words="When you come home late, I feel alone.")

    assert (answer["v"], ben.shown(before + 1)["v"]) == (before + 1, before + 1)
    assert "When you come home late, I feel alone." in ben.screen["html"]
    assert entries(pair) == before + 1


def test_every_device_of_a_person_follows(pair: Pair, hall: Hall) -> None:
    ana, _ = at_once(hall, pair)
    other = hall.phone(cookies_of(pair.cast.ana), pair.thread)

    ana.does("say", words="When you come home late, I feel alone.")

    assert other.shown(ana.screen["v"])["html"] == ana.screen["html"]


def test_the_same_key_twice_is_one_entry_and_the_same_answer(pair: Pair, hall: Hall) -> None:
    ana, _ = at_once(hall, pair)
    second = hall.phone(cookies_of(pair.cast.ana), pair.thread)
    second.told("html")
    key, v = new_id().hex, ana.screen["v"]
    said = {"key": key, "v": v, "words": "When you come home late, I feel alone."}

    answers = [phone.does("say", **said) for phone in (ana, ana, second)]
    by_post = post(pair.cast.ana.browser(), pair, said | {"do": "say"})

    assert [answer["ack"] for answer in (*answers, by_post.json())] == [[key]] * 4
    assert by_post.json()["seq"] == v + 1
    assert entries(pair) == v + 1


def test_the_same_key_at_once_from_two_devices_is_one_entry(pair: Pair, hall: Hall) -> None:
    phones = [hall.phone(cookies_of(pair.cast.ana), pair.thread) for _ in range(2)]
    v = max(phone.told("html")["v"] for phone in phones)
    said = {"key": new_id().hex, "v": v, "do": "say", "words": "When you come home late, I feel alone."}

    for phone in phones:
        phone.sends(said)

    assert [phone.told("ack")["ack"] for phone in phones] == [[said["key"]]] * 2
    assert entries(pair) == v + 1


def test_other_words_under_the_same_key_are_refused(pair: Pair, hall: Hall) -> None:
    ana, _ = at_once(hall, pair)
    key, v = new_id().hex, ana.screen["v"]
    ana.does("say", key=key, words="When you come home late, I feel alone.")

    answer = ana.does("say", key=key, v=v, words="Something else.")

    assert (answer["nak"], answer["why"]) == (key, "other_command")
    assert entries(pair) == v + 1


def test_a_move_from_an_old_screen_is_refused_and_brings_the_new_one(pair: Pair, hall: Hall) -> None:
    ana, ben = at_once(hall, pair)
    old = ana.screen["v"]
    ana.does("say", words="When you come home late, I feel alone.")
    ben.shown(old + 1)
    ben.does("say", words="You feel alone.")

    answer = ana.does("yes", v=old)

    assert answer["why"] == "moved"
    assert ana.told("html")["v"] == old + 2


@pytest.mark.parametrize(
    ("do", "facts", "why"),
    [
        ("yes", {}, "not_here"),
        ("say", {"words": "   "}, "empty"),
        ("say", {"words": "x" * 2001}, "too_long"),
        ("pause", {"minutes": 1}, "pause_length"),
        ("go_on", {}, "not_here"),
    ],
)
def test_a_refusal_says_why_and_writes_nothing(
    pair: Pair, hall: Hall, do: str, facts: dict[str, Any], why: str
) -> None:
    ana, _ = at_once(hall, pair)

    answer = ana.does(do, **facts)

    assert answer["why"] == why
    assert answer["say"]
    assert entries(pair) == ana.screen["v"]


def test_only_the_one_whose_turn_it_is_moves(pair: Pair, hall: Hall) -> None:
    _, ben = at_once(hall, pair)

    answer = ben.does("say", words="Let me say something else.")

    assert answer["why"] == "not_your_turn"


def test_too_many_acts_at_once_are_asked_to_wait_and_lose_nothing(pair: Pair, hall: Hall) -> None:
    ana, _ = at_once(hall, pair)

    whys = [ana.does("yes")["why"] for _ in range(60)]
    until = monotonic() + 5
    while (answer := ana.does("say", words="When you come home late, I feel alone.")).get("why") == "often":
        assert monotonic() < until

    assert whys[0] == "not_here"
    assert whys[-1] == "often"
    assert "ack" in answer


# A push and a reload


@pytest.mark.parametrize(("form", "medium"), FORMS_IN_MEDIA)
def test_a_push_is_what_a_reload_shows_at_every_step(
    cast: Cast, hall: Hall, unhurried: None, form: str, medium: str
) -> None:
    script, been = scripts.script(f"{form}/1"), set[str]()

    while True:
        room = Together(hall, Pair(cast, form, medium).thread, (cast.ana, cast.ben))
        been_before = len(been)
        been.add(room.state.step)
        room.agrees_with_a_reload()
        while way := way_to_something_new(script, room.state, been):
            for act in way:
                room.does(act)
                been.add(room.state.step)
                room.agrees_with_a_reload()
        if len(been) == been_before:
            break

    assert been == steps_in(script, medium)


@pytest.mark.parametrize("medium", ["written", "spoken"])
def test_a_push_is_what_a_reload_shows_in_a_pause_and_at_the_end(
    cast: Cast, hall: Hall, unhurried: None, medium: str
) -> None:
    pair = Pair(cast, medium=medium)
    room = Together(hall, pair.thread, (cast.ana, cast.ben))
    pair.play(ARRIVED["couples"])

    stage = reverse("dialogue:stage", args=[pair.thread])

    for act in (
        Act(cast.ben.id, "let_me" if medium == "written" else "mirror_now"),
        Act(cast.ana.id, "park", {"words": "Holidays & <money>"}),
        Act(cast.ben.id, "pause", {"minutes": 20}),
        Act(cast.ana.id, "go_on"),
        Act(cast.ben.id, "go_on"),
        Act(cast.ben.id, "end"),
    ):
        room.does(act)
        room.agrees_with_a_reload()
        for who, phone in room.phones.items():
            assert phone.screen["html"] == room.browsers[who].get(stage).json()["html"]

    assert room.state.over == "ended"


def test_a_push_is_what_a_reload_shows_with_a_draft_on_the_page(pair: Pair, hall: Hall) -> None:
    ana, _ = at_once(hall, pair)
    ana.sends({"draft": "  When you & I\n\n<sit> ", "v": ana.screen["v"], "version": 0})
    ana.told("draft", "kept")
    again = hall.phone(cookies_of(pair.cast.ana), pair.thread)

    assert again.told("html")["html"].strip() == reloaded(pair.cast.ana.browser(), pair.thread)


class Together:
    """People in one room, each with an open page and a second one that is loaded anew."""

    def __init__(self, hall: Hall, thread: UUID, everyone: Sequence[Someone]) -> None:
        self.thread = thread
        people = {someone.id: someone.browser() for someone in everyone}
        self.browsers = people
        self.phones = {who: hall.phone(cookies_in(browser), thread) for who, browser in people.items()}
        self.seat = seat(everyone[0], thread)
        for someone in everyone:
            for what in ("how", "safety", "young"):
                services.shown(someone.ring(), what)

    @property
    def state(self) -> State:
        return rooms.room_of(self.seat, checked=True).shown.state

    def does(self, act: Act) -> None:
        phone = self.phones[act.person]
        phone.shown(self.state.seq)
        assert "ack" in phone.does(act.do, **act.facts), act

    def agrees_with_a_reload(self) -> None:
        """For both, byte for byte."""
        for who, phone in self.phones.items():
            pushed = phone.shown(self.state.seq)["html"]
            assert pushed.strip() == reloaded(self.browsers[who], self.thread)


def reloaded(browser: Client, thread: UUID) -> str:
    """The stage as it stands in the page."""
    page = browser.get(reverse("dialogue:room", args=[thread])).content.decode()
    start = re.search(r"<div\s+class=\"room[^\"]*\"", page)
    assert start, page
    return page[start.start() : page.index("</form>", start.start())].strip()


# Drafts and presence


def test_a_draft_never_reaches_the_partner(pair: Pair, hall: Hall) -> None:
    ana, ben = at_once(hall, pair)

    ana.sends({"draft": "heliotrope, half a sentence", "v": ana.screen["v"], "version": 0})
    ana.told("draft", "kept")
    ana.does("park", words="Holidays")

    ben.shown(ana.screen["v"])
    assert "heliotrope" in ana.screen["html"]
    assert "heliotrope" not in json.dumps(ben.frames)
    assert "heliotrope" not in reloaded(pair.cast.ben.browser(), pair.thread)


def test_a_page_left_behind_gets_the_other_draft_and_replaces_nothing(pair: Pair, hall: Hall) -> None:
    ana, _ = at_once(hall, pair)
    old = hall.phone(cookies_of(pair.cast.ana), pair.thread)
    v = old.told("html")["v"]
    ana.sends({"draft": "on the phone", "v": v, "version": 0})
    ana.told("draft", "kept")

    old.sends({"draft": "at the desk", "v": v, "version": 0})
    told = old.told("draft")

    assert (told["draft"], told["version"], told["words"]) == ("other", 1, "on the phone")
    assert services.room_for(pair.ana, checked=True).draft == "on the phone"


def test_presence_is_told_inside_a_room_that_has_begun_and_nowhere_else(cast: Cast, hall: Hall) -> None:
    asked, begun = Pair(cast), Pair(cast)
    begun.play(ARRIVED["couples"])

    before = at_once(hall, asked)
    ana, ben = at_once(hall, begun)
    ana.told("here", True)
    ben.leave()
    ana.told("here", False)
    before[0].does("withdraw")

    assert all("here" not in frame for phone in before for frame in phone.frames)
    assert all("here" not in json.dumps(frame.get("html", "")) or frame["v"] for frame in ana.frames)


# Ends of a line


def test_a_lock_or_a_sign_out_ends_the_lines_of_its_session_within_five_seconds(pair: Pair, hall: Hall) -> None:
    locks, leaves = pair.cast.ana.browser(), pair.cast.ana.browser()
    locked, left, ben = (
        hall.phone(cookies, pair.thread)
        for cookies in (cookies_in(locks), cookies_in(leaves), cookies_of(pair.cast.ben))
    )
    for phone in (locked, left, ben):
        phone.told("html")

    locks.post(reverse("accounts:lock"))
    leaves.post(reverse("accounts:sign-out"))
    began = monotonic()

    assert [locked.closed(), left.closed()] == [LOCKED, LOCKED]
    assert monotonic() - began < LOCKED_WITHIN_SECONDS
    ben.sends({"ping": 7})
    assert ben.told("pong")["pong"] == 7


def test_after_a_lock_nothing_is_written_however_fast(pair: Pair, hall: Hall) -> None:
    browser = pair.cast.ana.browser()
    ana = hall.phone(cookies_in(browser), pair.thread)
    before = ana.told("html")["v"]

    browser.post(reverse("accounts:lock"))
    answer = ana.does("say", words="When you come home late, I feel alone.")

    assert answer["why"] == "locked"
    assert ana.closed() == LOCKED
    assert entries(pair) == before


@pytest.mark.parametrize("withdraw", [False, True])
def test_who_leaves_a_space_gets_no_more_of_it(pair: Pair, hall: Hall, *, withdraw: bool) -> None:
    ana, ben = at_once(hall, pair)
    cookies = [cookies_of(someone) for someone in (pair.cast.ana, pair.cast.ben)]

    spaces.leave(pair.cast.ben.ring(), pair.cast.space, withdraw=withdraw)

    assert [ana.closed(), ben.closed()] == [RESEATED, RESEATED]
    stays, gone = (hall.phone(one, pair.thread) for one in cookies)
    assert "This space is closed" in stays.told("html")["html"]
    assert stays.does("say", words="Are you there?")["why"] in ("closed", "waiting")
    assert (gone.closed(), gone.frames) == (NOT_YOURS, [])


# When the store cannot write


@contextmanager
def held_store() -> Iterator[None]:
    """Somebody else keeps the database's write lock."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(facts["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
    else:
        names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
        with psycopg.connect(**{name: facts[ours] for name, ours in names.items()}) as other:
            other.execute("LOCK TABLE dialogue_thread IN EXCLUSIVE MODE")
            yield
            other.rollback()


def test_a_busy_store_says_so_and_saves_once_when_it_can(pair: Pair, hall: Hall) -> None:
    ana, ben = at_once(hall, pair)
    v, browser = ana.screen["v"], pair.cast.ana.browser()
    said = {"key": new_id().hex, "v": v, "do": "say", "words": "When you come home late, I feel alone."}

    with held_store():
        ana.sends(said)
        by_line = ana.told("nak", seconds=BUSY_SECONDS)
        by_post = post(browser, pair, said)
        readable = browser.get(reverse("dialogue:words", args=[pair.thread]))
    answers = [
        ana.does("say", **{name: said[name] for name in ("key", "v", "words")}),
        post(browser, pair, said).json(),
    ]

    assert (by_line["nak"], by_line["why"]) == (said["key"], "busy")
    assert (by_post.status_code, by_post["Retry-After"], by_post.json()["why"]) == (503, "2", "busy")
    assert readable.status_code == HTTPStatus.OK
    assert [answer["ack"] for answer in answers] == [[said["key"]]] * 2
    assert ben.shown(v + 1)["v"] == v + 1
    assert entries(pair) == v + 1


def test_a_busy_store_ends_no_line_and_keeps_no_draft_quietly(pair: Pair, hall: Hall) -> None:
    ana, _ = at_once(hall, pair)
    typed = {"draft": "half a sentence", "v": ana.screen["v"], "version": 0}

    with held_store():
        ana.sends({"ping": 1, "visible": True})
        ana.sends(typed)
        busy = ana.told("draft", seconds=BUSY_SECONDS)
    ana.sends({"ping": 2})
    ana.told("pong", 2)
    ana.sends(typed)

    assert busy["draft"] == "busy"
    assert ana.told("draft")["draft"] in ("kept", "other")
    assert services.room_for(pair.ana, checked=True).draft == "half a sentence"


@contextmanager
def full_disk() -> Iterator[None]:
    """The pen finds no more room, however often it looks."""
    full = "PRAGMA max_page_count = 1"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")

    def shrink(connection: BaseDatabaseWrapper, **_: object) -> None:
        connection.cursor().execute(full)

    connection_created.connect(shrink)
    services.writer.submit(new_id(), lambda cursor: cursor.execute(full)).result()
    try:
        yield
    finally:
        connection_created.disconnect(shrink)


@pytest.mark.sqlite  # PostgreSQL has a disk of its own
def test_a_full_disk_refuses_kindly_loses_nothing_and_recovers(pair: Pair, hall: Hall) -> None:
    ana, ben = at_once(hall, pair)
    v = ana.screen["v"]
    said = {"key": new_id().hex, "v": v, "words": "When you come home late, I feel alone. " * 50}

    with full_disk():
        full = ana.does("say", **said)
        readable = pair.cast.ben.browser().get(reverse("dialogue:room", args=[pair.thread]))
    answers = [ana.does("say", **said) for _ in range(2)]

    assert (full["why"], readable.status_code) == ("busy", HTTPStatus.OK)
    assert answers[-1]["ack"] == [said["key"]]
    assert ben.shown(v + 1)["v"] == v + 1
    assert faults(pair.ana, {UUID(said["key"]): v + 1}) == []


# Broken frames


def test_broken_frames_change_nothing_and_hurt_nobody(pair: Pair, hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    chance, cookies = Random(8), cookies_of(pair.cast.ben)
    before, phone = entries(pair), hall.phone(cookies, pair.thread)

    for _ in range(BROKEN_FRAMES):
        if not sent_broken(phone, chance):
            phone.leave()
            phone = hall.phone(cookies, pair.thread)
    ana = hall.phone(cookies_of(pair.cast.ana), pair.thread)
    ana.told("html")

    assert entries(pair) == before
    assert "ack" in ana.does("say", words="When you come home late, I feel alone.")
    ours = [record for record in caplog.records if record.name.split(".")[0] in ("mandorla", "uvicorn", "django")]
    assert [record.getMessage() for record in ours if record.levelno >= logging.WARNING] == []


def sent_broken(phone: Phone, chance: Random) -> bool:
    """Sends one frame that no page of ours sends; whether the line still stands."""
    try:
        phone.hush()
        if chance.random() < WIRE_SHARE:  # beneath all frames: nothing after it can be understood
            phone.line.socket.sendall(chance.randbytes(chance.randint(1, 60)))
            return False
        phone.line.send(broken_frame(chance))
        phone.line.send('{"ping": 1}')
        phone.told("pong")
    except (ConnectionClosed, OSError):
        return False
    return True


def broken_frame(chance: Random) -> str | bytes:
    whole: dict[str, Any] = {"key": new_id().hex, "v": 9, "do": "say", "words": "x", "minutes": 20}
    match chance.randrange(5):
        case 0:
            return json.dumps(whole)[: chance.randrange(20)]
        case 1:
            return chance.randbytes(chance.randint(0, 200))
        case 2:
            return json.dumps(chance.choice(ODD))
        case 3:
            return json.dumps({name: chance.choice(ODD) for name in chance.sample(FIELDS, 3)})
        case _:
            return json.dumps(whole | {chance.choice(["key", "v", "do", "words", "at"]): chance.choice(ODD)})


WIRE_SHARE = 0.05
FIELDS = ["key", "v", "do", "words", "lead", "feelings", "own", "at", "minutes", "ping", "visible", "draft", "version"]
ODD: list[Any] = [
    None, True, -1, 10**30, 1e308, "", "x", "0" * 32, "\x00", "\ud800", "9" * 5000, [], [[]] * 50, {}, {"v": {}},
    ["lonely"] * 500, "0001-01-01T00:00", "9999-12-31T23:59", "end\u202e", "<script>", "x" * 70_000,
]  # fmt: skip
