"""`./check bench turn`: what one delivered turn costs the server's processes, in milliseconds of CPU.

A turn: a command comes in, is sealed and committed, and both people's screens show it. By POST both have their sockets
open too, so the asker's screen is made twice. Dialogues of each length take turns being measured; medians are told.
Beside it stands what a bare ping and its answer cost at the same rate: the floor under a turn, on this machine, today.
`--awake` keeps the cores from falling asleep between turns, as other work would: what is cheaper then is no work.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import perf_counter

import psutil
import psycopg

from tests.bench._stage import House, awake, house, in_postgres, postgres_address, run, seated, table
from tests.pairs import Pair, talk
from tests.served import Served, cpu_seconds

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
SOCKET, POST = "socket", "POST"
WARM_SECONDS = 1.0
RATIO_MAX = 1.2
MUST_MS = 2.0
DRAFT = "When you come home late and look at your phone first, I feel alone, and I wonder whether you see me at all."


@dataclass(frozen=True, slots=True)
class Found:
    """One measurement; CPU in milliseconds a turn."""

    cpu: float
    database_cpu: float
    rate: float
    median_ms: float
    p99_ms: float
    wrong: int


def main() -> None:
    told = _options()
    if POSTGRES in told.databases:
        in_postgres("turn")
    broken: list[str] = []
    for database in told.databases:
        rows: list[list[str]] = []
        address = postgres_address() if database == POSTGRES else ""
        with house(told.pairs, told.entries, address) as people, awake() if told.awake else nullcontext():
            floor = _floor(people, told)
            rows.append([database, "ping", "", f"{told.rate:.0f}", f"{floor:.2f}", *[""] * (len(HEAD) - 5)])
            for way in told.ways:
                found = _measure(people, told, by_post=way == POST)
                rows += list(_rows(database, way, found))
                broken += list(_broken(database, way, found))
        print(table(HEAD, rows), flush=True)
    print("\n".join(broken) or f"All within {RATIO_MAX} × of the first, and under {MUST_MS} ms by socket on SQLite.")
    sys.exit(bool(broken))


HEAD = (
    "database",
    "way",
    "entries",
    "turns/s",
    "CPU ms a turn",
    "× first",
    "of it database",
    "ack ms p50 · p99",
    "saturated: turns/s",
    "CPU ms a turn",
)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./check bench turn", description="CPU of the server a delivered turn.")
    parser.add_argument("--databases", nargs="+", default=[SQLITE, POSTGRES], choices=[SQLITE, POSTGRES])
    parser.add_argument("--ways", nargs="+", default=[SOCKET, POST], choices=[SOCKET, POST])
    parser.add_argument("--entries", nargs="+", type=int, default=[10, 300, 3000], help="lengths of the dialogues")
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--rate", type=float, default=100.0, help="turns a second by socket")
    parser.add_argument("--post-rate", type=float, default=20.0, help="turns a second by POST")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each measurement")
    parser.add_argument("--whispers", type=float, default=0.0, help="questions a second to the coach beside the turns")
    parser.add_argument("--awake", action="store_true", help="let no core sleep between turns")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    return parser.parse_args()


def _floor(people: House, told: argparse.Namespace) -> float:
    """Milliseconds of CPU for a ping and its answer."""
    with people.served() as server:
        return float(run(_pinged(server, people, told.rate, told.seconds)))


async def _pinged(server: Served, people: House, rate: float, seconds: float) -> float:
    pages = [pair.pages[0] for pair in await seated(server.address, people.couples)]
    pings, before = int(rate * seconds), server.cpu_seconds()
    for ping in range(pings):
        line = pages[ping % len(pages)].line
        assert line
        line.send({"ping": ping})
        await asyncio.sleep(1 / rate)
    return (server.cpu_seconds() - before) * 1000 / pings


def _measure(people: House, told: argparse.Namespace, *, by_post: bool) -> dict[int, tuple[list[Found], list[Found]]]:
    """By length: what was found at the rate, and saturated."""
    with people.served() as server:
        return run(_measured(server, people, told, by_post=by_post))  # type: ignore[no-any-return]  # of a loop


async def _measured(
    server: Served, people: House, told: argparse.Namespace, *, by_post: bool
) -> dict[int, tuple[list[Found], list[Found]]]:
    rate = told.post_rate if by_post else told.rate
    found: dict[int, tuple[list[Found], list[Found]]] = {length: ([], []) for length in told.entries}
    for _ in range(told.rounds):
        for place, length in enumerate(told.entries):
            pairs = await seated(server.address, people.couples, place, by_post=by_post)
            writing = pairs.pop() if told.whispers else None
            asking = asyncio.create_task(_whispered(writing, told.whispers)) if writing else None
            await talk(pairs, WARM_SECONDS, rate)
            found[length][0].append(await _one(server, people, pairs, told.seconds, rate))
            found[length][1].append(await _one(server, people, pairs, told.seconds / 2, 0))
            if writing and asking:
                asking.cancel()
                answers = sum("whisper" in frame for page in writing.pages for frame in page.frames)
                print(f"{answers} answers of the coach beside the turns", file=sys.stderr)
                pairs.append(writing)
            for pair in pairs:
                pair.leave()
            await asyncio.sleep(0.2)
    return found


async def _whispered(pair: Pair, rate: float) -> None:
    """A pair that writes while the others take turns: so many questions a second to the coach, until cancelled."""
    for page in pair.pages:
        page.keeps_frames = True
    for number in count(1):
        for page in pair.pages:  # one of them has the word
            if page.line:
                page.line.send({"whisper": number, "v": page.v, "words": f"{DRAFT} {number}"})
        await asyncio.sleep(1 / rate)


async def _one(server: Served, people: House, pairs: list[Pair], seconds: float, rate: float) -> Found:
    store = _postmaster() if people.environment else 0
    before, stored, began = server.cpu_seconds(), _cpu(store), perf_counter()
    tally = await talk(pairs, seconds, rate)
    took = perf_counter() - began
    turns = max(1, tally.turns)
    return Found(
        cpu=(server.cpu_seconds() - before) * 1000 / turns,
        database_cpu=(_cpu(store) - stored) * 1000 / turns,
        rate=tally.turns / (seconds if rate else took),
        median_ms=tally.at(0.5),
        p99_ms=tally.at(0.99),
        wrong=sum(tally.wrong.values()),
    )


def _postmaster() -> int:
    with psycopg.connect(postgres_address()) as connection:
        (backend,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        return psutil.Process(backend).ppid()


def _cpu(pid: int) -> float:
    return cpu_seconds(pid) if pid else 0.0


def _typical(found: list[Found], fact: str) -> float:
    return float(median(getattr(one, fact) for one in found))


def _rows(database: str, way: str, found: dict[int, tuple[list[Found], list[Found]]]) -> Iterator[list[str]]:
    first = _typical(next(iter(found.values()))[0], "cpu")
    for length, (paced, full) in found.items():
        cpu = _typical(paced, "cpu")
        yield [
            database,
            way,
            f"{length:,}",
            f"{_typical(paced, 'rate'):.0f}",
            f"{cpu:.2f}",
            f"{cpu / first:.2f}",
            f"+ {_typical(paced, 'database_cpu'):.2f}" if database == POSTGRES else "",
            f"{_typical(paced, 'median_ms'):.1f} · {_typical(paced, 'p99_ms'):.1f}",
            f"{_typical(full, 'rate'):.0f}",
            f"{_typical(full, 'cpu'):.2f}",
        ]


def _broken(database: str, way: str, found: dict[int, tuple[list[Found], list[Found]]]) -> Iterator[str]:
    """What was promised and does not hold."""
    costs = {length: _typical(paced, "cpu") for length, (paced, _) in found.items()}
    first = next(iter(costs.values()))
    for length, cost in costs.items():
        if cost > RATIO_MAX * first:
            yield f"✗ {database}, {way}: {length:,} entries cost {cost / first:.2f} × the first"
    if (database, way) == (SQLITE, SOCKET) and max(costs.values()) >= MUST_MS:
        yield f"✗ {max(costs.values()):.2f} ms a turn by socket on SQLite"
    if not all(_typical(paced, "rate") for paced, _ in found.values()):
        yield f"✗ {database}, {way}: nobody got to make a turn"
    wrong = sum(one.wrong for paced, _ in found.values() for one in paced)
    if wrong:
        yield f"✗ {database}, {way}: {wrong} turns went wrong"


if __name__ == "__main__":
    main()
