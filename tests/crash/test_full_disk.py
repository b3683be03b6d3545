"""No room is left on the disk while people talk: they are told kindly, they can read, and go on when there is room."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from uuid import UUID

import psutil
import pytest

from mandorla.vault.core import new_id
from tests.cast import Cast
from tests.dialogue.hall import Frame, Hall, Phone
from tests.dialogue.logbook import faults
from tests.dialogue.playing import ARRIVED
from tests.dialogue.seated import Pair, cookies_of
from tests.served import Served, beside_this_test, serve

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("MANDORLA_FULL_DISKS", "5"))
AGAIN_WITHIN_SECONDS = 10.0


@pytest.mark.timeout(60 + 10 * ROUNDS)
def test_a_full_disk_is_said_kindly_and_loses_nothing(cast: Cast, tmp_path: Path) -> None:
    pair, promised = Pair(cast), dict[UUID, int]()
    pair.play(ARRIVED["couples"])
    browsers = [cookies_of(someone) for someone in (cast.ana, cast.ben)]
    server = serve(tmp_path, **beside_this_test(tmp_path))

    with ExitStack() as lines:
        lines.callback(server.stop)
        hall = Hall(server.address, lines)
        ana, ben = (hall.phone(cookies, pair.thread) for cookies in browsers)
        for phone in (ana, ben):
            phone.told("html")
        for sender, other in [(ana, ben), (ben, ana)] * ROUNDS:
            act = _next(sender, words="I miss our walks.")
            with no_room_on_the_disk(server):
                refused = _sent(sender, act)
                sender.sends({"draft": "I miss", "v": sender.screen["v"], "version": 0})
                draft = sender.told("draft")["draft"]
                reader = hall.phone(browsers[0], pair.thread)
                seen = reader.told("html")["v"]
                reader.leave()
            assert (refused.get("why"), bool(refused.get("say")), draft) == ("busy", True, "busy")
            assert seen == other.screen["v"] == act["v"]
            began = monotonic()
            promised[UUID(act["key"])] = _sent(sender, act)["v"]
            assert monotonic() - began < AGAIN_WITHIN_SECONDS
            other.shown(act["v"] + 1)
            if sender is ben:
                ben.shown(_sent(ana, _next(ana, "partly"))["v"])

    assert sorted(promised.values()) == list(promised.values())
    assert faults(pair.ana, promised) == []


def _next(phone: Phone, do: str = "say", **facts: str) -> Frame:
    """What this person does next, not sent yet."""
    return {"key": new_id().hex, "v": phone.screen["v"], "do": do, **facts}


def _sent(phone: Phone, act: Frame) -> Frame:
    """Sends it, more than once if it comes too fast; what is said to it."""
    while True:
        phone.sends(act)
        frame = phone.told_anything()
        while act["key"] not in (*frame.get("ack", ()), frame.get("nak")):
            frame = phone.told_anything()
        if frame.get("why") != "often":
            return frame


@contextmanager
def no_room_on_the_disk(server: Served) -> Iterator[None]:
    """Every file the server would write to is as long as it may be."""
    process = psutil.Process(server.process.pid)
    soft, hard = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, (soft, hard))
