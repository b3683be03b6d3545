"""The power is cut while people talk, again and again: what was acknowledged is there, once, under its number.

`CRASH_ROUNDS=200 ./check unit tests/crash` for more rounds than every change gets.
"""

import asyncio
import os
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from django.db import connection

from tests.cast import Cast
from tests.dialogue.logbook import faults, seat_of
from tests.dialogue.playing import ARRIVED
from tests.dialogue.seated import Pair as Seated
from tests.dialogue.seated import cookies_of
from tests.pairs import Pair, talk
from tests.served import Address, Served, beside_this_test, serve

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "20" if connection.vendor == "sqlite" else "5"))
ROOMS = 6
TALK_SECONDS = (0.02, 0.5)


@pytest.mark.timeout(60 + 10 * ROUNDS)
def test_nothing_acknowledged_is_lost_doubled_or_renumbered(cast: Cast, tmp_path: Path) -> None:
    cookies = [cookies_of(cast.ana), cookies_of(cast.ben)]
    pairs = [Pair(Address(0), cookies, _begun(cast), by_post=room % 3 == 2) for room in range(ROOMS)]

    asyncio.run(_crashes(tmp_path, beside_this_test(tmp_path), pairs))

    promised = {pair.thread: {UUID(key): seq for key, seq in pair.promised.items()} for pair in pairs}
    assert [fault for thread, acked in promised.items() for fault in faults(seat_of(cookies[0], thread), acked)] == []
    assert all(len(acked) > ROUNDS for acked in promised.values())


def _begun(cast: Cast) -> UUID:
    dialogue = Seated(cast)
    dialogue.play(ARRIVED["couples"])
    return dialogue.thread


async def _crashes(data: Path, environment: dict[str, str], pairs: list[Pair]) -> None:
    """After each crash everybody comes back and asks again for what was not answered."""
    chance = Random(10)
    for _ in range(ROUNDS):
        server = await asyncio.to_thread(serve, data, **environment)
        for pair in pairs:
            pair.move_to(server.address)
        await asyncio.gather(*(_come_back(pair) for pair in pairs))
        await asyncio.gather(talk(pairs, 10.0), _cut(server, chance.uniform(*TALK_SECONDS)))
        for pair in pairs:
            pair.leave()


async def _come_back(pair: Pair) -> None:
    """Both see at least what they were told is safe."""
    await pair.sit()

    assert min(page.v for page in pair.pages) >= max(pair.promised.values(), default=0)


async def _cut(server: Served, after: float) -> None:
    await asyncio.sleep(after)
    await asyncio.to_thread(server.kill)
