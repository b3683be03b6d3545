"""The live door, without a network: what it makes of frames and handshakes."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import pytest

from mandorla.dialogue import live, services
from mandorla.dialogue.services import Seat
from mandorla.vault import services as vault
from mandorla.vault.core import Busy, Locked, Refused, new_id

SEAT = cast("Seat", SimpleNamespace(language="en-gb", zone="UTC", thread=new_id()))


def after_hearing(*frames: str) -> live.Socket:
    """A socket that was sent these frames and has read nothing of what it is told."""

    async def at_once(work: Callable[..., Any], *given: Any) -> Any:
        return work(*given)

    async def hear() -> live.Socket:
        socket = live.Socket(SEAT, cast("live.Send", None))
        for frame in frames:
            await live._hear(socket, frame)
        return socket

    with patch.object(live.hall, "aside", at_once):
        return asyncio.run(hear())


@pytest.mark.parametrize(
    ("problem", "closing"), [(Refused("epoch"), live.RESEATED), (Locked(), live.LOCKED), (Busy(), 0)]
)
def test_a_draft_that_cannot_be_kept_closes_only_a_place_that_cannot_keep_it(problem: Exception, closing: int) -> None:
    with patch.object(services, "save_draft", side_effect=problem):
        socket = after_hearing('{"draft": "I miss", "v": 3}')

    assert socket.closing == closing


@pytest.mark.parametrize("frame", ['{"ping": 1}', "[]", '{"do": "end"}', "{"])
def test_who_sends_and_never_reads_fills_no_memory(frame: str) -> None:
    socket = after_hearing(*[frame] * 2 * live.FRAMES_MAX)

    assert len(socket.frames) == live.FRAMES_MAX


def test_an_odd_cookie_of_another_site_on_this_machine_hides_none_of_ours() -> None:
    with patch.object(vault, "unlocked_from_cookies", return_value=None) as asked, pytest.raises(Locked):
        live._seat({"cookie": 'theirs={"a":1}; s=one; k=two'}, new_id())

    assert asked.call_args.args == ({"theirs": '{"a":1}', "s": "one", "k": "two"},)


def test_what_is_committed_while_a_screen_is_rendered_is_told_with_the_next_one() -> None:
    async def news() -> list[list[str]]:
        socket = live.Socket(SEAT, cast("live.Send", None))
        socket.acks.append("before")

        async def rendered(*_: Any) -> dict[str, Any]:
            socket.acks.append("meanwhile")
            return {"v": 3}

        with patch.object(live.hall, "aside", rendered):
            frame = await live._news(socket)
        return [frame["ack"], socket.acks]

    assert asyncio.run(news()) == [["before"], ["meanwhile"]]
