"""Calls: who may be in one, what passes between two devices, and that it never is in anybody's way or kept.

Over the live door, with real sockets; what browsers make of it is a journey.
"""

import base64
import hashlib
import hmac
import io
import logging
import time
from typing import Any
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from mandorla.dialogue.core import Command
from mandorla.dialogue.models import Event
from mandorla.dialogue.services import Asked, act_on_company, ask, calls, dialogues, pace, room_for
from mandorla.spaces import services as spaces
from mandorla.vault.core import Refused, new_id
from tests.cast import Cast, Someone
from tests.dialogue.hall import Frame, Hall, Phone
from tests.dialogue.seated import Pair, cookies_of, seat
from tests.spaces.families import guided

pytestmark = pytest.mark.django_db(transaction=True)

CANARY = "heliotrope-sdp-7c31"
HELLO: Frame = {}
OFFER: Frame = {"tie": "a1", "description": {"type": "offer", "sdp": f"v=0\r\no={CANARY}"}}


def begun(cast: Cast, medium: str = "video") -> Pair:
    """Ana and Ben in a dialogue of this medium that has begun."""
    pair = Pair(cast, medium=medium)
    pair.play("ben:now")
    return pair


def phone(hall: Hall, pair: Pair, name: str) -> Phone:
    """Somebody's room with its first screen."""
    return hall.sits(cookies_of(getattr(pair.cast, name)), pair.thread)


def joins(one: Phone, *, as_: str = "", **on: bool) -> str:
    """Takes part in the call."""
    id = as_ or new_id().hex
    one.sends({"call": {"id": id, "microphone": True, "camera": True} | on})
    return id


def others(one: Phone) -> list[dict[str, Any]]:
    """Who else is in the call, as the next frame tells."""
    while "others" not in (told := one.told("call")["call"]):
        pass
    found: list[dict[str, Any]] = told["others"]
    return found


def why(one: Phone) -> str:
    """Why it is not in the call."""
    while "why" not in (told := one.told("call")["call"]):
        pass
    return str(told["why"])


def together(hall: Hall, pair: Pair) -> tuple[Phone, str, Phone, str]:
    """Both in the call, each knowing of the other."""
    ana, ben = phone(hall, pair, "ana"), phone(hall, pair, "ben")
    ana_id = joins(ana)
    assert others(ana) == []
    ben_id = joins(ben)
    assert [one["id"] for one in others(ben)] == [ana_id]
    assert [one["id"] for one in others(ana)] == [ben_id]
    return ana, ana_id, ben, ben_id


def is_quiet(one: Phone) -> bool:
    """Whether it was told nothing but the answer to a ping since."""
    one.sends({"ping": 4711, "visible": False})
    return one.told_anything() == {"pong": 4711}


def test_each_learns_who_is_there_under_which_name_and_what_is_on(cast: Cast, hall: Hall) -> None:
    pair = begun(cast)
    ana, ben = phone(hall, pair, "ana"), phone(hall, pair, "ben")

    ana_id = joins(ana, camera=False)
    ben_id = joins(ben)

    assert others(ben) == [{"id": ana_id, "name": "Ana", "microphone": True, "camera": False}]
    assert others(ana) == []
    assert others(ana) == [{"id": ben_id, "name": "Ben", "microphone": True, "camera": True}]
    joins(ben, as_=ben_id, microphone=False)
    assert others(ana) == [{"id": ben_id, "name": "Ben", "microphone": False, "camera": True}]


def test_a_signal_reaches_the_one_it_is_for_as_it_was_sent(cast: Cast, hall: Hall) -> None:
    ana, ana_id, ben, ben_id = together(hall, begun(cast))

    ana.sends({"signal": HELLO, "to": ben_id})
    ana.sends({"signal": OFFER, "to": ben_id})

    assert ben.told("signal") == {"signal": HELLO, "of": ana_id}
    assert ben.told("signal") == {"signal": OFFER, "of": ana_id}


@pytest.mark.parametrize("medium", ["written", "letters", "spoken", "shared"])
def test_other_media_have_no_call(cast: Cast, hall: Hall, medium: str) -> None:
    ana = phone(hall, begun(cast, medium), "ana")

    joins(ana)

    assert why(ana) == "rests"


def test_before_the_yes_there_is_no_call(cast: Cast, hall: Hall) -> None:
    ana = phone(hall, Pair(cast, medium="video"), "ana")

    joins(ana)

    assert why(ana) == "rests"


@pytest.mark.parametrize("do", ["pause", "end"])
def test_a_pause_and_an_end_take_everybody_out_and_let_nothing_pass(cast: Cast, hall: Hall, do: str) -> None:
    pair = begun(cast)
    ana, _, ben, ben_id = together(hall, pair)

    ben.does(do, minutes=20)

    assert why(ana) == "rests"
    assert {"call": {"why": "rests"}} in ben.frames
    ana.sends({"signal": OFFER, "to": ben_id})
    joins(ana)
    assert why(ana) == "rests"
    ben.hush()
    assert is_quiet(ben)


def test_a_guide_who_was_let_in_is_in_the_call_until_somebody_lets_them_go(cast: Cast, hall: Hall) -> None:
    spaces.spaces_of(cast.ana.ring())
    guided(cast, cast.ana, cast.space)
    spaces.spaces_of(cast.ben.ring())
    pair = begun(cast)
    for who, do in ((cast.ana, "bring"), (cast.ben, "welcome")):
        beside(who, pair.thread, do, cast.cleo)
    ana, cleo = phone(hall, pair, "ana"), phone(hall, pair, "cleo")
    joins(ana)
    others(ana)

    cleo_id = joins(cleo)
    seen = others(ana)
    beside(cast.ben, pair.thread, "dismiss", cast.cleo)
    ana.closed()  # keys are new: everyone comes again

    told = [frame["call"] for frame in ana.frames if "call" in frame]
    assert [(one["id"], one["name"]) for one in seen] == [(cleo_id, "Cleo")]
    assert told[-1] == {"others": [], "left": cleo_id}


def beside(someone: Someone, thread: UUID, do: str, guest: Someone) -> None:
    """What somebody does on the page of who is there."""
    place = seat(someone, thread)
    role = "guide" if do == "bring" else ""
    command = Command(new_id(), room_for(place, checked=True).v, do, person=guest.id, role=role)
    act_on_company(someone.ring(), place, command)


def test_an_ordinary_move_leaves_the_call_alone(cast: Cast, hall: Hall) -> None:
    ana, _, ben, ben_id = together(hall, begun(cast))

    ana.does("ready")

    ana.sends({"signal": HELLO, "to": ben_id})
    assert ben.told("signal")["signal"] == HELLO
    assert [frame for frame in ben.frames if "why" in frame.get("call", {})] == []


def test_the_newest_page_of_a_person_counts_and_the_one_before_is_told(cast: Cast, hall: Hall) -> None:
    pair = begun(cast)
    ana, ana_id, ben, ben_id = together(hall, pair)

    again = phone(hall, pair, "ana")
    new = joins(again)

    assert why(ana) == "elsewhere"
    told = ben.told("call")["call"]
    assert ([one["id"] for one in told["others"]], told["left"]) == ([new], ana_id)
    ana.sends({"signal": OFFER, "to": ben_id})
    again.sends({"signal": HELLO, "to": ben_id})
    assert ben.told("signal") == {"signal": HELLO, "of": new}


def test_a_line_that_comes_back_keeps_the_place_and_nobody_hears_of_a_leaving(cast: Cast, hall: Hall) -> None:
    pair = begun(cast)
    ana, ana_id, ben, _ = together(hall, pair)

    ana.leave()
    gone = ben.told("call")["call"]
    joins(phone(hall, pair, "ana"), as_=ana_id)
    back = ben.told("call")["call"]

    assert gone == {"others": [], "left": ""}
    assert ([one["id"] for one in back["others"]], back["left"]) == ([ana_id], "")


def test_a_page_loaded_again_takes_the_place_of_the_one_before(cast: Cast, hall: Hall) -> None:
    pair = begun(cast)
    ana, ana_id, ben, _ = together(hall, pair)

    ana.leave()
    ben.told("call")
    new = joins(phone(hall, pair, "ana"))
    back = ben.told("call")["call"]

    assert ([one["id"] for one in back["others"]], back["left"]) == ([new], ana_id)


def test_who_leaves_on_purpose_is_seen_to_leave(cast: Cast, hall: Hall) -> None:
    ana, ana_id, ben, _ = together(hall, begun(cast))

    ana.sends({"call": None})

    assert ben.told("call")["call"] == {"others": [], "left": ana_id}


def test_nobody_takes_the_id_of_another(cast: Cast, hall: Hall) -> None:
    pair = begun(cast)
    ana, ben = phone(hall, pair, "ana"), phone(hall, pair, "ben")
    ana_id = joins(ana)
    others(ana)

    joins(ben, as_=ana_id)

    assert why(ben) == "full"
    assert is_quiet(ana)


def test_nobody_takes_the_id_under_which_others_still_see_somebody_who_lost_the_line(cast: Cast, hall: Hall) -> None:
    pair = begun(cast)
    ana, ana_id, ben, _ = together(hall, pair)
    ana.leave()
    assert ben.told("call")["call"] == {"others": [], "left": ""}

    joins(ben, as_=ana_id)

    assert why(ben) == "full"
    joins(phone(hall, pair, "ana"), as_=ana_id)
    assert [one["id"] for one in others(ben)] == [ana_id]


def test_who_is_not_in_the_call_reaches_nobody_in_it(cast: Cast, hall: Hall) -> None:
    pair = begun(cast)
    ana, ben = phone(hall, pair, "ana"), phone(hall, pair, "ben")
    ana_id = joins(ana)
    others(ana)

    ben.sends({"signal": OFFER, "to": ana_id})

    assert is_quiet(ben)
    assert is_quiet(ana)


@pytest.mark.parametrize(
    "frame",
    [
        {"call": "join"},
        {"call": {"id": "me"}},
        {"call": {"microphone": True}},
        {"signal": HELLO},
        {"signal": "offer", "to": new_id().hex},
        {"signal": {"words": "hello"}, "to": new_id().hex},
        {"signal": {"description": {"type": "offer", "sdp": "x" * 24_001}}, "to": new_id().hex},
        {"signal": {"candidate": dict.fromkeys("abcdefg", 1)}, "to": new_id().hex},
        {"signal": {"candidate": {"a": ["x" * 24_001]}}, "to": new_id().hex},
    ],
)
def test_what_no_page_of_ours_sends_is_refused(cast: Cast, hall: Hall, frame: Frame) -> None:
    ana = phone(hall, begun(cast), "ana")

    ana.sends(frame)

    assert ana.told("nak")["why"] == "broken"


def test_a_flood_of_signals_is_cut_and_slows_neither_the_others_nor_ones_own_acts(
    cast: Cast, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "SIGNALS_A_SECOND", 0.0)
    ana, _, ben, ben_id = together(hall, begun(cast))

    for number in range(200):
        ana.sends({"signal": {"tie": str(number)}, "to": ben_id})
    moved = ana.does("ready")
    ben.sends({"ping": 1, "visible": False})
    ben.told("pong")

    heard = [int(frame["signal"]["tie"]) for frame in ben.frames if "signal" in frame]
    assert "ack" in moved
    assert heard == sorted(set(heard))  # a slow line is told fewer of them, and never out of turn
    assert heard[:1] == [0]
    assert max(heard) < pace.SIGNALS_AT_ONCE


def test_a_slow_line_is_told_no_more_than_it_can_hold(cast: Cast) -> None:
    class Slow:
        """A page whose line takes nothing."""

        def __init__(self, seat: Any) -> None:
            self.seat = seat
            self.frames: list[Frame] = []

        def tell(self, **frame: Any) -> None:
            self.frames.append(frame)

    pair = begun(cast)
    ana, ben, there = Slow(pair.ana), Slow(pair.ben), calls.Calls()
    pair.sees("ana")
    there.join(ana, calls.Joining("a" * 32, microphone=True, camera=True))
    there.join(ben, calls.Joining("b" * 32, microphone=True, camera=True))

    for _ in range(500):
        there.pass_on(ana, calls.Signal("b" * 32, OFFER))

    assert len(ben.frames) == calls.WAITING_MAX


def test_nothing_of_a_call_is_stored_or_logged(cast: Cast, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(logging.getLogger("mandorla"), "level", logging.DEBUG)
    pair = begun(cast)
    entries = Event.objects.count()

    ana, _, ben, ben_id = together(hall, pair)
    ana.sends({"signal": OFFER, "to": ben_id})
    ben.told("signal")
    ana.sends({"signal": {"words": CANARY}, "to": ben_id})
    ana.told("nak")
    logging.getLogger().removeHandler(handler)

    assert CANARY not in written.getvalue()
    assert Event.objects.count() == entries


def test_without_a_relay_devices_ask_nobody(cast: Cast, hall: Hall) -> None:
    ana = phone(hall, begun(cast), "ana")

    joins(ana)

    assert ana.told("call")["call"] == {"ice": []}


def test_who_joins_gets_a_word_for_the_relay_that_ends_and_names_nobody(
    cast: Cast, hall: Hall, settings: Settings
) -> None:
    settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.org:3478"], "north"
    ana = phone(hall, begun(cast), "ana")

    id = joins(ana)
    (server,) = ana.told("call")["call"]["ice"]
    joins(ana, as_=id, microphone=False)
    again = [ana.told("call")["call"] for _ in range(2)]

    ends, _, rest = server["username"].partition(":")
    right = hmac.new(b"north", server["username"].encode(), hashlib.sha1).digest()
    assert server["urls"] == ["turn:turn.example.org:3478"]
    assert 0 < int(ends) - time.time() <= calls.CREDENTIAL_SECONDS
    assert rest not in ("", cast.ana.id.hex)
    assert base64.b64decode(server["credential"]) == right
    assert [list(told) for told in again] == [["others", "left"]] * 2


def test_a_call_is_not_offered_where_people_may_sit_in_different_processes(cast: Cast, settings: Settings) -> None:
    ring = cast.ana.ring()
    begun(cast)
    settings.WORKERS = 2

    with pytest.raises(Refused, match="form"):
        ask(ring, cast.space, Asked(new_id(), "couples", "Sundays", "video", 30))


def test_more_people_than_a_call_holds_cannot_ask_for_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = cast.ana.ring()
    begun(cast)
    monkeypatch.setattr(dialogues, "CALL_PEOPLE_MAX", 1)

    with pytest.raises(Refused, match="too_many"):
        ask(ring, cast.space, Asked(new_id(), "couples", "Sundays", "video", 30))
    ask(ring, cast.space, Asked(new_id(), "couples", "Sundays", "spoken", 30))


def test_the_camera_is_allowed_on_the_room_of_such_a_dialogue_and_nowhere_else(cast: Cast) -> None:
    pair, written = begun(cast), begun(cast, "written")
    browser = cast.ana.browser()

    def policy(address: str) -> str:
        return str(browser.get(address).headers["Permissions-Policy"])

    closed = policy("/dialogues/")
    opened = policy(f"/dialogues/{pair.thread}/")

    assert "camera=()" in closed
    assert opened == closed.replace("camera=()", "camera=(self)").replace("microphone=()", "microphone=(self)")
    assert {policy(f"/dialogues/{written.thread}/"), policy(f"/dialogues/{pair.thread}/words/")} == {closed}
    pair.does("ana", "end")
    assert policy(f"/dialogues/{pair.thread}/") == closed


def test_only_the_room_of_such_a_dialogue_loads_the_script(cast: Cast) -> None:
    pair, written = begun(cast), begun(cast, "spoken")
    browser = cast.ana.browser()

    def loads(thread: Any) -> bool:
        return "dialogue/call" in browser.get(f"/dialogues/{thread}/").content.decode()

    assert loads(pair.thread)
    assert not loads(written.thread)
