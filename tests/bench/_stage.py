"""What the benches share: a house full of people, a server, pairs at their pages, and tables of what was found."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import random
from time import perf_counter
from typing import Any
from uuid import UUID

import uvloop

from tests.player import Asked, Lost, Page, Visit
from tests.served import Address, Served, serve
from tests.site.command import CALM

PATIENCE_SECONDS = 10.0
IN_THE_PRODUCT = "import django; django.setup(); from tests.bench import _people; _people.{}()"
AGAIN = "BENCH_IN_POSTGRES"


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people by the cookies of their sessions, and their dialogues."""

    threads: tuple[UUID, ...]
    cookies: tuple[dict[str, str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class House:
    """A data folder with people in it, and the environment in which a server finds its database."""

    data: Path
    environment: dict[str, str]
    couples: list[Couple]

    @contextmanager
    def served(self) -> Iterator[Served]:
        """Its running server."""
        server = serve(self.data, **self.environment)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def house(pairs: int, lengths: Sequence[int], database: str = "") -> Iterator[House]:
    """So many pairs, each with dialogues of these lengths; in a PostgreSQL database of this address if there is one."""
    data = Path(tempfile.mkdtemp(prefix="mandorla-bench-"))
    made = House(data, {"DATABASE_URL": database} if database else {}, [])
    try:
        for one in in_the_product(made, "make", {"pairs": pairs, "lengths": list(lengths)}):
            made.couples.append(Couple(tuple(map(UUID, one["threads"])), (one["cookies"][0], one["cookies"][1])))
        yield made
    finally:
        shutil.rmtree(data, ignore_errors=True)


def in_the_product(house: House, work: str, told: Any) -> Any:
    """Has `_people` do something in a process with this house's settings."""
    settings = {"DJANGO_SETTINGS_MODULE": "mandorla.site.settings", "MANDORLA_DATA": str(house.data)}
    command = [sys.executable, "-P", "-c", IN_THE_PRODUCT.format(work)]
    environment = CALM | settings | house.environment
    said = subprocess.run(
        command, env=environment, input=json.dumps(told), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(said.stdout)


@dataclass(slots=True)
class Tally:
    """What happened: turns that both have seen, and how long (seconds) the asker and the partner waited for them."""

    turns: int = 0
    acks: list[float] = field(default_factory=list)
    pushes: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    def at(self, share: float, of: str = "acks") -> float:
        """Milliseconds that this share of all waited at most."""
        waited = sorted(getattr(self, of))
        return waited[min(len(waited) - 1, int(len(waited) * share))] * 1000 if waited else 0.0


class Pair:
    """Two people at one dialogue who take turns for ever: whoever has a main act on the screen presses it."""

    def __init__(self, address: Address, couple: Couple, thread: UUID, *, by_post: bool = False) -> None:
        self.thread = thread
        self.pages = [Page(address, cookies, thread, self._look) for cookies in couple.cookies]
        self.visits = [Visit(address, cookies) for cookies in couple.cookies] if by_post else []
        self.acked: dict[str, int] = {}
        self._news = asyncio.Event()

    async def sit(self) -> None:
        """Both open their pages."""
        for page in self.pages:
            await page.open()
        for visit in self.visits:
            await visit.take_token(f"/dialogues/{self.thread}/")

    def leave(self) -> None:
        """Both go."""
        for page in self.pages:
            page.close()
        for visit in self.visits:
            visit.close()

    async def hold(self, tally: Tally, until: float, every: float = 0.0) -> None:
        """Takes turns until then: one `every` so many seconds, or as fast as they come."""
        due = perf_counter() + random() * every
        while True:
            if every:
                await asyncio.sleep(max(0.0, due - perf_counter()))
            if perf_counter() > until:
                return
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._turn(tally, due if every else perf_counter())
            except TimeoutError:
                tally.wrong["silence"] += 1
            except Lost as lost:
                tally.wrong[f"lost {lost.args[0]}"] += 1
                return
            due += every

    async def _turn(self, tally: Tally, due: float) -> None:
        page = await self._mover()
        other = self.pages[page is self.pages[0]]
        asked = page.prepared()
        began = max(due, asked.sent) if due > asked.sent else due
        why = await (self._by_post(page, asked) if self.visits else self._by_socket(page, asked))
        if why:
            tally.wrong[why] += 1
            return
        tally.acks.append(perf_counter() - began)
        while other.v <= asked.seen:
            await self._wait()
        tally.pushes.append(perf_counter() - began)
        while page.v <= asked.seen:
            await self._wait()
        tally.turns += 1
        self.acked[asked.key] = asked.seen + 1

    async def _by_socket(self, page: Page, asked: Asked) -> str:
        page.send(asked)
        return str((await asked.answered).get("why", ""))

    async def _by_post(self, page: Page, asked: Asked) -> str:
        status, answer = await self.visits[self.pages.index(page)].move(self.thread, asked.fields)
        return str(answer.get("why", "")) or ("" if status == 200 else f"status {status}")

    async def _mover(self) -> Page:
        while True:
            if self.pages[0].v == self.pages[1].v:
                for page in self.pages:
                    if page.main:
                        return page
            await self._wait()

    async def _wait(self) -> None:
        self._news.clear()
        if any(page.line is None or page.line.closed.done() for page in self.pages):
            raise Lost(next((page.line.code for page in self.pages if page.line and page.line.code), 0))
        await self._news.wait()

    def _look(self) -> None:
        self._news.set()


async def seated(
    address: Address, couples: Sequence[Couple], dialogue: int = 0, *, by_post: bool = False
) -> list[Pair]:
    """All couples at their dialogue of this place in the list."""
    pairs = [Pair(address, couple, couple.threads[dialogue], by_post=by_post) for couple in couples]
    for some in range(0, len(pairs), 10):
        await asyncio.gather(*(pair.sit() for pair in pairs[some : some + 10]))
    return pairs


async def talk(pairs: Sequence[Pair], seconds: float, turns_a_second: float = 0.0) -> Tally:
    """They talk for so long, at this rate all together or as fast as they can."""
    tally, until = Tally(), perf_counter() + seconds
    every = len(pairs) / turns_a_second if turns_a_second else 0.0
    await asyncio.gather(*(pair.hold(tally, until, every) for pair in pairs))
    return tally


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Runs a bench's loop on uvloop, so that the load costs less of the machine."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def in_postgres(name: str) -> None:
    """Starts this bench once more with a PostgreSQL made for it, unless that has happened."""
    if AGAIN not in os.environ:
        os.environ[AGAIN] = "1"
        again = [sys.executable, "-m", f"tests.bench.{name}", *sys.argv[1:]]
        os.execvp("pg_virtualenv", ["pg_virtualenv", "-o", "max_connections=50", *again])


def postgres_address() -> str:
    """The address of the PostgreSQL made for this bench."""
    user, password, host, port = (os.environ[f"PG{name}"] for name in ("USER", "PASSWORD", "HOST", "PORT"))
    return f"postgres://{user}:{password}@{host}:{port}/postgres"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table as Markdown, so that it can stand in the documents as it was printed."""
    told = [list(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*told, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in told
    ]
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])
