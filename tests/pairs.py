"""Pairs who talk for ever: whoever has a main act on the screen presses it. They remember what they were promised."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import random
from time import perf_counter
from uuid import UUID

from tests.player import Asked, Lost, Page, Visit
from tests.served import Address

PATIENCE_SECONDS = 10.0
Cookies = Mapping[str, str]


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
    """Two people at one dialogue. `promised` has the number of every command that was acknowledged."""

    def __init__(self, address: Address, cookies: Sequence[Cookies], thread: UUID, *, by_post: bool = False) -> None:
        self.thread = thread
        self.cookies = cookies
        self.by_post = by_post
        self.promised: dict[str, int] = {}
        self.unanswered: tuple[int, Asked] | None = None
        self.pages: list[Page] = []
        self.visits: list[Visit] = []
        self.move_to(address)

    def move_to(self, address: Address) -> None:
        """Where the server is from now on."""
        self._news = asyncio.Event()
        self.pages = [Page(address, cookies, self.thread, self._news.set) for cookies in self.cookies]
        self.visits = [Visit(address, cookies) for cookies in self.cookies]

    async def sit(self) -> None:
        """Both open their pages."""
        for page in self.pages:
            await page.open()
        if self.by_post:
            for visit in self.visits:
                await visit.take_token(f"/dialogues/{self.thread}/")

    def leave(self) -> None:
        """Both go."""
        for page in self.pages:
            page.close()
        for visit in self.visits:
            visit.close()

    async def talk(self, tally: Tally, until: float, every: float = 0.0) -> None:
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
        """One turn, waited for by both. What was asked before and not answered is asked again, under the same key."""
        mover, asked = self.unanswered or await self._next()
        self.unanswered = mover, asked
        began = min(due, perf_counter())
        why = await (self._posted(mover, asked) if self.by_post else self._pressed(mover, asked))
        self.unanswered = None
        if why:
            tally.wrong[why] += 1
            return
        self.promised[asked.key] = asked.seen + 1
        tally.acks.append(perf_counter() - began)
        await self._shown(1 - mover, asked)
        tally.pushes.append(perf_counter() - began)
        await self._shown(mover, asked)
        tally.turns += 1

    async def _next(self) -> tuple[int, Asked]:
        """Who is to move, and what."""
        while True:
            if self.pages[0].v == self.pages[1].v:
                for number, page in enumerate(self.pages):
                    if page.main:
                        return number, page.prepared()
            await self._wait()

    async def _pressed(self, mover: int, asked: Asked) -> str:
        answer = await self.pages[mover].send(asked)
        return str(answer.get("why", ""))

    async def _posted(self, mover: int, asked: Asked) -> str:
        try:
            status, answer = await self.visits[mover].move(self.thread, asked.fields)
        except (OSError, asyncio.IncompleteReadError):
            raise Lost(0) from None
        return str(answer.get("why", "")) or ("" if status == 200 else f"status {status}")

    async def _shown(self, whose: int, asked: Asked) -> None:
        while self.pages[whose].v <= asked.seen:
            await self._wait()

    async def _wait(self) -> None:
        self._news.clear()
        for page in self.pages:
            if page.line is None or page.line.closed.done():
                raise Lost(page.line.code if page.line else 0)
        await self._news.wait()


async def talk(pairs: Sequence[Pair], seconds: float, turns_a_second: float = 0.0) -> Tally:
    """They talk for so long, at this rate all together or as fast as they can."""
    tally, until = Tally(), perf_counter() + seconds
    every = len(pairs) / turns_a_second if turns_a_second else 0.0
    await asyncio.gather(*(pair.talk(tally, until, every) for pair in pairs))
    return tally
