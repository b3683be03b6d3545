"""Somebody at an open page, without a browser: a socket, the newest screen, and moves that suit it.

It speaks the room's protocol from the outside and knows nothing of the server's code. It is made to cost little, so
that a bench measures the server: frames are told apart by hand, and screens are only looked at for what can be pressed.
"""

import asyncio
import itertools
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID, uuid4

import orjson

from tests.served import Address

PATIENCE_SECONDS = 10.0
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
NO_MASK = bytes(4)
SHORT, MIDDLE = 126, 65_536
MAIN_ACT = re.compile(r'class="act act--main[^"]*"\s+name="do"\s+value="(\w+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
SAYINGS = (
    "When you come home and look at your phone first, I feel alone.",
    "What I hear you say is that the first minutes of the evening matter to you.",
    "It makes sense to me, because you waited all day to tell someone about it.",
)

Frame = dict[str, Any]


class Lost(Exception):
    """The line was closed; the first argument is the code, or the status of a refused handshake."""


class Line(asyncio.Protocol):
    """One WebSocket: frames in, frames out. It answers pings and tells with which code it was closed."""

    def __init__(self, handshake: bytes, hear: Callable[[Frame], None]) -> None:
        self.handshake = handshake
        self.hear = hear
        self.buffer = bytearray()
        self.upgraded = False
        self.code = 0
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self.handshake)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.upgraded:
            head, end, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not end:
                return
            self.code = int(head.split(b" ", 2)[1])
            if self.code != 101:
                self.transport.close()
                return
            self.upgraded, self.code, self.buffer = True, 0, bytearray(rest)
        while self._take_frame():
            pass

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(self.code)

    def send(self, frame: Frame | bytes) -> None:
        """Sends a frame; bytes go as they are, so that they may also be broken."""
        self.write(TEXT, frame if isinstance(frame, bytes) else orjson.dumps(frame))

    def write(self, kind: int, payload: bytes) -> None:
        """A frame of one of WebSocket's own kinds."""
        size = len(payload)
        if size < SHORT:
            head = bytes((0x80 | kind, 0x80 | size))
        elif size < MIDDLE:
            head = struct.pack(">BBH", 0x80 | kind, 0x80 | 126, size)
        else:
            head = struct.pack(">BBQ", 0x80 | kind, 0x80 | 127, size)
        self.transport.write(head + NO_MASK + payload)

    def _take_frame(self) -> bool:
        buffer = self.buffer
        if len(buffer) < 2:
            return False
        kind, size, at = buffer[0] & 15, buffer[1], 2
        if size >= SHORT:
            wide = 2 if size == SHORT else 8
            if len(buffer) < 2 + wide:
                return False
            size, at = int.from_bytes(buffer[2 : 2 + wide], "big"), 2 + wide
        if len(buffer) < at + size:
            return False
        payload = bytes(buffer[at : at + size])
        del buffer[: at + size]
        self._heard(kind, payload)
        return True

    def _heard(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            self.hear(orjson.loads(payload))
        elif kind == PING:
            self.write(PONG, payload)
        elif kind == CLOSE:
            self.code = int.from_bytes(payload[:2], "big")
            self.write(CLOSE, payload[:2])
            self.transport.close()


@dataclass(frozen=True, slots=True)
class Asked:
    """A move that suits a screen: its key, its fields, and the version it was made from."""

    key: str
    fields: Frame
    seen: int


@dataclass(slots=True)
class Page:
    """One person's open page of one dialogue."""

    address: Address
    cookies: Mapping[str, str]
    thread: UUID
    shown: Callable[[], None] = lambda: None
    v: int = 0
    html: str = ""
    main: str = ""
    frames: list[Frame] = field(default_factory=list)
    answers: dict[str, asyncio.Future[Frame]] = field(default_factory=dict)
    keeps_frames: bool = False
    line: Line | None = None
    sayings: "itertools.cycle[str]" = field(default_factory=lambda: itertools.cycle(SAYINGS))

    async def open(self, *, origin: str | None = None) -> None:
        """Opens the socket and waits for the first screen; `Lost` with the code if there is none."""
        loop = asyncio.get_running_loop()
        handshake = self._handshake(origin or self.address.origin)
        _, self.line = await loop.create_connection(
            lambda: Line(handshake, self._hear), self.address.host, self.address.port
        )
        self.line.closed.add_done_callback(self._lost)
        self.v, deadline = 0, loop.time() + PATIENCE_SECONDS
        while not self.v:
            if self.line.closed.done() or loop.time() > deadline:
                raise Lost(self.line.code)
            await asyncio.sleep(0.002)

    def close(self) -> None:
        """Leaves without a word, as a phone does."""
        if self.line:
            self.line.transport.abort()

    def press(self, do: str = "", **facts: Any) -> asyncio.Future[Frame]:
        """Sends a move over the socket: the main act of the screen unless another is named. The answer is to come."""
        return self.send(self.prepared(do, **facts))

    def prepared(self, do: str = "", **facts: Any) -> Asked:
        """A move that suits the screen, not yet sent; `facts` go along."""
        key = facts.pop("key", uuid4().hex)
        fields: Frame = {"key": key, "v": self.v, "do": do or self.main} | facts
        if 'name="words"' in self.html and "words" not in facts:
            fields["words"] = next(self.sayings)
        return Asked(key, fields, self.v)

    def send(self, asked: Asked) -> asyncio.Future[Frame]:
        """Sends it, for the first time or again. The answer is to come; `Lost` if the line ends before."""
        assert self.line
        answer = self.answers[asked.key] = asyncio.get_running_loop().create_future()
        if self.line.closed.done():
            self._lost(self.line.closed)
        else:
            self.line.send(asked.fields)
        return answer

    def _hear(self, frame: Frame) -> None:
        if self.keeps_frames:
            self.frames.append(frame)
        for key in frame.get("ack", ()):
            self._answer(key, frame)
        if "nak" in frame:
            self._answer(frame["nak"], frame)
        if frame.get("v", -1) >= self.v:
            self.v, self.html = frame["v"], frame["html"]
            found = MAIN_ACT.search(self.html)
            self.main = found[1] if found else ""
            self.shown()

    def _answer(self, key: str, frame: Frame) -> None:
        answer = self.answers.pop(key, None)
        if answer and not answer.done():
            answer.set_result(frame)

    def _lost(self, closed: asyncio.Future[int]) -> None:
        for answer in self.answers.values():
            if not answer.done():
                answer.set_exception(Lost(closed.result()))
        self.answers.clear()
        self.shown()

    def _handshake(self, origin: str) -> bytes:
        lines = [
            f"GET /live/{self.thread.hex} HTTP/1.1",
            f"Host: {self.address.host}:{self.address.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            f"Origin: {origin}",
            f"Cookie: {cookie_line(self.cookies)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode()


class Visit:
    """One kept connection of somebody who reads pages and posts forms."""

    def __init__(self, address: Address, cookies: Mapping[str, str]) -> None:
        self.address = address
        self.cookies = dict(cookies)
        self.token = ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Status and body of a page."""
        return await self._ask("GET", path, headers)

    async def move(self, thread: UUID, fields: Frame) -> tuple[int, Frame]:
        """Status and answer of a move by POST."""
        if not self.token:
            await self.take_token(f"/dialogues/{thread}/")
        status, answer = await self.post(f"/dialogues/{thread}/", fields, Accept="application/json")
        return status, orjson.loads(answer)

    async def post(self, path: str, fields: Frame, **headers: str) -> tuple[int, bytes]:
        """Status and body of the answer to a form, sent with the token that was taken."""
        body = urlencode(fields | {"csrfmiddlewaretoken": self.token}, doseq=True)
        return await self._ask("POST", path, headers, body)

    async def take_token(self, path: str) -> None:
        """Reads the token that forms carry from a page."""
        _, page = await self.get(path)
        found = TOKEN.search(page.decode())
        assert found, page
        self.token = found[1]

    def close(self) -> None:
        """Hangs up."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], body: str = "") -> tuple[int, bytes]:
        try:
            return await self._asked(method, path, headers, body)
        except (asyncio.IncompleteReadError, ConnectionError):  # a server hangs up on who was silent for long
            self.close()
            return await self._asked(method, path, headers, body)

    async def _asked(self, method: str, path: str, headers: Mapping[str, str], body: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.address.host, self.address.port)
        reader, writer = self._streams
        sent = {
            "Host": f"{self.address.host}:{self.address.port}",
            "Origin": self.address.origin,
            "Cookie": cookie_line(self.cookies),
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
        } | dict(headers)
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
        writer.write("\r\n".join([*lines, "", body]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        told = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])]
        for name, value in told:
            if name == "set-cookie":
                kept, _, what = value.partition(";")[0].partition("=")
                self.cookies[kept] = what
        size = next((int(value) for name, value in told if name == "content-length"), 0)
        return int(head.split(" ", 2)[1]), await reader.readexactly(size)


def cookie_line(cookies: Mapping[str, str]) -> str:
    """As a browser sends them."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
