"""What the benches share: a house full of people, a server, pairs at their pages, and tables of what was found."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop

from tests.pairs import Pair
from tests.served import Address, Served, serve
from tests.site.command import CALM

PATIENCE_SECONDS = 10.0
IN_THE_PRODUCT = "import django; django.setup(); from tests.bench import _people; _people.{}()"
AGAIN = "BENCH_IN_POSTGRES"
SPIN = "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass"


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


async def seated(
    address: Address, couples: Sequence[Couple], dialogue: int = 0, *, by_post: bool = False
) -> list[Pair]:
    """All couples at their dialogue of this place in the list."""
    pairs = [Pair(address, couple.cookies, couple.threads[dialogue], by_post=by_post) for couple in couples]
    for some in range(0, len(pairs), 10):
        await asyncio.gather(*(pair.sit() for pair in pairs[some : some + 10]))
    return pairs


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Runs a bench's loop on uvloop, so that the load costs less of the machine."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


@contextmanager
def awake() -> Iterator[None]:
    """No core falls asleep meanwhile: each has something to do that gives way to everything else.

    A core that slept wakes slowly and with empty caches, and whoever woke it pays for that.
    """
    spins = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for spin in spins:
            spin.kill()
            spin.wait()


def in_postgres(name: str) -> None:
    """Starts this bench once more with a PostgreSQL made for it, unless that has happened."""
    if AGAIN not in os.environ:
        os.environ |= {AGAIN: "1", "LC_ALL": "C.UTF-8"}  # a cluster takes its encoding from there
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
