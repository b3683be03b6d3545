"""`./check bench load`: many live dialogues in one process, for minutes; then as many turns a second as it can take.

Nothing may go wrong or be lost, acknowledgements come soon, memory stays; at the end every dialogue is opened with its
people's keys and held against what they were promised.
"""

import argparse
import asyncio
import sys

from tests.bench._stage import House, house, in_the_product, run, seated, table
from tests.pairs import Pair, Tally, talk
from tests.served import Served

WARM_SECONDS = 10.0
REST_SECONDS = 5.0
P95_MAX, P99_MAX = 100.0, 100.0
GROWTH_MAX = 1.05
KEEPS_UP = 0.95
FIRST_STEP, FACTOR = 100.0, 1.25
MEBIBYTE = 1024 * 1024


def main() -> None:
    told = _options()
    with house(told.pairs, [10]) as people:
        with people.served() as server:
            pairs, broken = run(_loaded(server, people, told))
        lost = in_the_product(people, "check", [_promised(pair) for pair in pairs])
    print(f"opened {len(pairs)} dialogues afterwards: {len(lost)} faults")
    broken += lost
    print("\n".join(f"✗ {one}" for one in broken) or "All held.")
    sys.exit(bool(broken))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./check bench load", description="Many live dialogues in one process.")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--rate", type=float, default=100.0, help="turns a second, of all together")
    parser.add_argument("--step-seconds", type=float, default=5.0, help="of each step on the way up; 0 leaves it out")
    return parser.parse_args()


async def _loaded(server: Served, people: House, told: argparse.Namespace) -> tuple[list[Pair], list[str]]:
    pairs = await seated(server.address, people.couples)
    await talk(pairs, min(WARM_SECONDS, told.seconds), told.rate)
    before, cpu = server.memory_bytes(), server.cpu_seconds()
    tally = await talk(pairs, told.seconds, told.rate)
    growth, cpu = server.memory_bytes() / before, server.cpu_seconds() - cpu
    print(f"{told.pairs} dialogues, {2 * told.pairs} sockets, {told.seconds:.0f} s at {told.rate:.0f} turns/s")
    print(table(HEAD, [_row(tally, told.seconds)]))
    print(f"CPU {cpu * 1000 / max(1, tally.turns):.2f} ms a turn; memory {before / MEBIBYTE:.0f} MiB, × {growth:.3f}")
    broken = [f"{count} × {what}" for what, count in tally.wrong.items()]
    broken += [f"p95 was {tally.at(0.95):.0f} ms"] if tally.at(0.95) >= P95_MAX else []
    broken += [f"memory grew × {growth:.3f}"] if growth >= GROWTH_MAX else []
    if told.step_seconds:
        await _climb(pairs, told.step_seconds)
    for pair in pairs:
        pair.leave()
    return pairs, broken


HEAD = ("asked for", "turns/s", "ack ms p50", "p95", "p99", "partner's screen p50", "p99", "wrong")


def _row(tally: Tally, seconds: float, rate: float = 0.0) -> list[str]:
    acks = [f"{tally.at(share):.1f}" for share in (0.5, 0.95, 0.99)]
    pushes = [f"{tally.at(share, 'pushes'):.1f}" for share in (0.5, 0.99)]
    return [
        f"{rate:.0f}" if rate else "",
        f"{tally.turns / seconds:.0f}",
        *acks,
        *pushes,
        str(sum(tally.wrong.values())),
    ]


async def _climb(pairs: list[Pair], seconds: float) -> None:
    """Steps the rate up until one in a hundred waits too long. Rests between, so that nobody runs into the throttle."""
    rows, most, rate = [], 0.0, FIRST_STEP
    while True:
        tally = await talk(pairs, seconds, rate)
        rows.append(_row(tally, seconds, rate))
        if tally.wrong or tally.at(0.99) >= P99_MAX or tally.turns < KEEPS_UP * rate * seconds:
            break
        most, rate = tally.turns / seconds, rate * FACTOR
        await asyncio.sleep(REST_SECONDS)
    print(table(HEAD, rows))
    print(f"most turns a second with p99 under {P99_MAX:.0f} ms: {most:.0f}")


def _promised(pair: Pair) -> dict[str, object]:
    return {"thread": pair.thread.hex, "cookies": pair.pages[0].cookies, "promised": pair.promised}


if __name__ == "__main__":
    main()
