"""`./check bench pages`: what pages cost the server, how soon it is there, what it holds in memory, and what is sent.

Pages are asked for over one kept connection, as a browser does; what is sent is counted in a real browser.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from tests.bench._stage import Couple, House, house, run, seated, table
from tests.journeys.conftest import CALM, CHROMIUM
from tests.player import Visit
from tests.served import Served, serve

DIALOGUES = 20
PACE_SECONDS = 0.05
MEBIBYTE, KIBIBYTE, KILOBYTE = 1024 * 1024, 1024, 1000
LIST_MS_MAX, LIST_P95_MAX = 8.0, 75.0
COLD_SECONDS_MAX, AGAIN_SECONDS_MAX = 2.0, 3.0
IDLE_MIB_MAX, PERSON_KIB_MAX = 120, 50
FIRST_KB_MAX, THEN_KB_MAX = 150, 30
SETTLE_SECONDS = 2.0


@dataclass(slots=True)
class Verdicts:
    """Figures that were promised, and those that do not hold."""

    broken: list[str] = field(default_factory=list)

    def hold(self, what: str, found: float, most: float) -> str:
        """A figure as a cell, with what it must stay under."""
        if found >= most:
            self.broken.append(f"✗ {what}: {found:.1f}, and not under {most:g}")
        return f"{found:.1f} (< {most:g})"


def main() -> None:
    parser = argparse.ArgumentParser(prog="./check bench pages", description="Pages, starts, memory, weights.")
    parser.add_argument("--pairs", type=int, default=50, help="pairs at their rooms while memory is looked at")
    parser.add_argument("--rooms", type=int, default=5, help="rooms each of them sits in")
    parser.add_argument("--times", type=int, default=100, help="how often each page is asked for")
    told = parser.parse_args()
    verdicts = Verdicts()
    print(table(("start", "seconds to the first page"), _starts(verdicts)), "\n")
    with house(told.pairs, [10] * DIALOGUES) as people:
        with people.served() as server:
            print(
                table(
                    ("page", "bytes", "CPU ms", "p50 ms", "p95 ms at 20/s"),
                    run(_costs(server, people, told.times, verdicts)),
                ),
                "\n",
            )
        with people.served() as server:
            print(table(("memory", "found"), run(_memory(server, people, told.rooms, verdicts))), "\n")
        with people.served() as server:
            print(
                table(
                    ("visit", "first, kB as sent", "again, kB", "requests"),
                    _weights(server, people.couples[0], verdicts),
                ),
                "\n",
            )
    print("\n".join(verdicts.broken) or "All held.")
    sys.exit(bool(verdicts.broken))


def _starts(verdicts: Verdicts) -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="mandorla-bench-") as folder:
        cold, again = _start(Path(folder)), _start(Path(folder))
    return [
        ("first, in an empty data folder", verdicts.hold("first start", cold, COLD_SECONDS_MAX)),
        ("again", verdicts.hold("second start", again, AGAIN_SECONDS_MAX)),
    ]


def _start(data: Path) -> float:
    server = serve(data)
    began = perf_counter()
    try:
        run(Visit(server.address, {}).get("/"))
        return server.start_seconds + perf_counter() - began
    finally:
        server.stop()


async def _costs(server: Served, people: House, times: int, verdicts: Verdicts) -> list[tuple[object, ...]]:
    couple = people.couples[0]
    nobody, ana = Visit(server.address, {}), Visit(server.address, couple.cookies[0])
    await nobody.take_token("/me/sign-in/")
    passphrase = {"name": "bench0", "passphrase": "bench0 walks slowly under seven old lindens", "next": "/"}
    rows = []
    for what, ask, count in (
        ("front", lambda: nobody.get("/"), times),
        ("sign in, the form", lambda: nobody.get("/me/sign-in/"), times),
        (f"home, {DIALOGUES} dialogues", lambda: ana.get("/dialogues/"), times),
        ("room", lambda: ana.get(f"/dialogues/{couple.threads[0]}/"), times),
        ("stage alone", lambda: ana.get(f"/dialogues/{couple.threads[0]}/stage/"), times),
        ("signing in (Argon2, 64 MiB)", lambda: _sign_in(server, passphrase), max(1, times // 10)),
    ):
        rows.append(await _cost(server, what, ask, count, verdicts))
    return rows


async def _sign_in(server: Served, fields: dict[str, str]) -> tuple[int, bytes]:
    visit = Visit(server.address, {})
    await visit.take_token("/me/sign-in/")
    status, page = await visit.post("/me/sign-in/", fields)
    visit.close()
    assert status == 302, page
    return status, page


Ask = Callable[[], Awaitable[tuple[int, bytes]]]


async def _cost(server: Served, what: str, ask: Ask, times: int, verdicts: Verdicts) -> tuple[object, ...]:
    _, page = await ask()
    before = server.cpu_seconds()
    for _ in range(times):
        await ask()
    cpu = (server.cpu_seconds() - before) * 1000 / times
    waited = sorted([await _paced(ask) for _ in range(times)])
    p50, p95 = waited[times // 2], waited[min(times - 1, int(times * 0.95))]
    if what.startswith("home"):
        return (
            what,
            len(page),
            verdicts.hold(what, cpu, LIST_MS_MAX),
            f"{p50:.1f}",
            verdicts.hold(what, p95, LIST_P95_MAX),
        )
    return what, len(page), f"{cpu:.1f}", f"{p50:.1f}", f"{p95:.1f}"


async def _paced(ask: Ask) -> float:
    began = perf_counter()
    await ask()
    took = perf_counter() - began
    await asyncio.sleep(max(0.0, PACE_SECONDS - took))
    return took * 1000


async def _memory(server: Served, people: House, rooms: int, verdicts: Verdicts) -> list[tuple[str, str]]:
    await Visit(server.address, {}).get("/")
    idle = server.memory_bytes()
    pairs = await seated(server.address, people.couples[:1])
    await asyncio.sleep(SETTLE_SECONDS)
    before = server.memory_bytes()
    for place in range(rooms):
        pairs += await seated(server.address, people.couples[1:], place)
    await asyncio.sleep(SETTLE_SECONDS)
    sockets = 2 * (len(pairs) - 1)
    each = (server.memory_bytes() - before) / sockets / KIBIBYTE
    for pair in pairs:
        pair.leave()
    return [
        ("the process at idle, MiB", verdicts.hold("MiB at idle", idle / MEBIBYTE, IDLE_MIB_MAX)),
        (f"each of {sockets} people connected and idle, KiB", verdicts.hold("KiB a person", each, PERSON_KIB_MAX)),
    ]


def _weights(server: Served, couple: Couple, verdicts: Verdicts) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CALM)
        for what, path in (("front", "/"), ("home", "/dialogues/"), ("room", f"/dialogues/{couple.threads[0]}/")):
            (first, requests), (again, _) = _sent(browser, server, couple if what != "front" else None, path)
            cells = (
                verdicts.hold(f"kB of {what}", first, FIRST_KB_MAX),
                verdicts.hold(f"kB of {what} again", again, THEN_KB_MAX),
            )
            rows.append((what, *cells, requests))
        browser.close()
    return rows


def _sent(browser: Browser, server: Served, couple: Couple | None, path: str) -> list[tuple[float, int]]:
    """Kilobytes on the wire, headers included, and requests: of a first visit, and of the next."""
    context = browser.new_context(base_url=server.address.origin)
    if couple:
        context.add_cookies(
            [{"name": name, "value": value, "url": server.address.origin} for name, value in couple.cookies[0].items()]
        )
    found = []
    for _ in range(2):
        page, sizes = context.new_page(), list[float]()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", lambda told, sizes=sizes: sizes.append(told["encodedDataLength"]))
        page.goto(path, wait_until="networkidle")
        page.close()
        found.append((sum(sizes) / KILOBYTE, len(sizes)))
    context.close()
    return found


if __name__ == "__main__":
    main()
