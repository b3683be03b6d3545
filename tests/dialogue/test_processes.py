"""Several processes on one PostgreSQL: whoever sits where, everybody sees the same, and the log is one."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from tests.cast import Cast
from tests.dialogue.logbook import faults, seat_of
from tests.dialogue.playing import ARRIVED
from tests.dialogue.seated import Pair as Seated
from tests.dialogue.seated import cookies_of
from tests.pairs import Pair, Tally, talk
from tests.player import Page
from tests.served import Address, Served, beside_this_test, serve

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS, TURNS_A_SECOND, TURNS_LEAST = 2.0, 10.0, 10
PATIENCE_SECONDS = 5.0


def begun(cast: Cast) -> UUID:
    """A dialogue in which Ana is to send."""
    dialogue = Seated(cast)
    dialogue.play(ARRIVED["couples"])
    return dialogue.thread


def test_two_people_at_different_processes_see_each_others_moves(cast: Cast, tmp_path: Path) -> None:
    cookies = [cookies_of(cast.ana), cookies_of(cast.ben)]
    pair = Pair(Address(0), cookies, begun(cast))
    folders = [tmp_path / "one", tmp_path / "two"]

    with ExitStack() as servers:
        for page, folder in zip(pair.pages, folders, strict=True):
            folder.mkdir()
            page.address = servers.enter_context(served(folder)).address
        tally = asyncio.run(_talk(pair))

    promised = {UUID(key): seq for key, seq in pair.promised.items()}
    assert (tally.wrong, faults(seat_of(cookies[0], pair.thread), promised)) == ({}, [])
    assert tally.turns > TURNS_LEAST


def test_the_workers_of_one_server_tell_each_other(cast: Cast, tmp_path: Path) -> None:
    """Each person has several pages open, so that some sit in another process than who moves."""
    cookies, thread = [cookies_of(cast.ana), cookies_of(cast.ben)], begun(cast)

    with served(tmp_path, "--workers", "2") as server:
        pair = Pair(server.address, cookies, thread)
        others = [Page(server.address, one, thread) for one in cookies * 4]
        tally = asyncio.run(_talk(pair, *others))

    assert tally.wrong == {}
    assert tally.turns > TURNS_LEAST
    assert {page.v for page in others} == {pair.pages[0].v}


@contextmanager
def served(folder: Path, *words: str) -> Iterator[Served]:
    """A server on this test's database, with a data folder of its own."""
    server = serve(folder, *words, **beside_this_test(folder))
    try:
        yield server
    finally:
        server.stop()


async def _talk(pair: Pair, *others: Page) -> Tally:
    """The pair talks, others look on until they have seen it all."""
    await pair.sit()
    for page in others:
        await page.open()
    tally, until = await talk([pair], SECONDS, TURNS_A_SECOND), asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while any(page.v < pair.pages[0].v for page in others) and asyncio.get_running_loop().time() < until:
        await asyncio.sleep(0.01)
    pair.leave()
    for page in others:
        page.close()
    await asyncio.sleep(0)
    return tally
