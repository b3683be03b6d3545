"""A bad network: a TCP proxy between browser and server that can cut, hold, swallow and refuse.

TCP keeps bytes in order, so what can happen to a frame is: late, cut off, or never; and what people meet most is a line
that looks open and is not.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

ABORT = struct.pack("ii", 1, 0)


@dataclass(eq=False, slots=True)
class Way:
    """One direction of one connection. `mode` is *pass*, *hold* (until it passes again) or *drop* (for ever)."""

    writer: asyncio.StreamWriter
    mode: str = "pass"
    held: list[bytes] = field(default_factory=list)

    def carry(self, data: bytes) -> None:
        if self.mode == "pass":
            self.writer.write(data)
        elif self.mode == "hold":
            self.held.append(data)

    def become(self, mode: str) -> None:
        self.mode = mode
        while mode == "pass" and self.held:
            self.writer.write(self.held.pop(0))


@dataclass(eq=False, slots=True)
class Line:
    """One connection of the browser, and the one it stands for."""

    up: Way
    down: Way


class Network:
    """The way to the server at `port`; its own end is `address`."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.lines: set[Line] = set()
        self.new = {"up": "pass", "down": "pass"}
        self.refuses = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(5)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def existing(self, *, up: str = "pass", down: str = "pass") -> None:
        """What happens from now on to bytes on the connections that are open."""

        def change() -> None:
            for line in self.lines:
                line.up.become(up)
                line.down.become(down)

        self._do(change)

    def everything(self, *, up: str = "pass", down: str = "pass") -> None:
        """What happens from now on to bytes on every connection, old and new."""
        self.new = {"up": up, "down": down}
        self.existing(up=up, down=down)

    def hole(self) -> None:
        """Nothing arrives any more, and nobody is told."""
        self.everything(up="drop", down="drop")

    def cut(self, *, refuse: bool = False) -> None:
        """Every connection is reset; new ones too if `refuse`."""
        self.refuses = refuse
        self._do(self._cut)

    def heal(self) -> None:
        """New connections work again; old ones too, if they held and did not drop."""
        self.refuses = False
        self.new = {"up": "pass", "down": "pass"}

        def release() -> None:
            for way in (way for line in self.lines for way in (line.up, line.down) if way.mode == "hold"):
                way.become("pass")

        self._do(release)

    def close(self) -> None:
        """The end."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, what: Callable[[], None]) -> None:
        async def soon() -> None:
            what()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(soon(), self._loop).result(5)

    async def _open(self) -> asyncio.Server:
        return await asyncio.start_server(self._meet, "127.0.0.1", 0)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            _abort(writer)
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            _abort(writer)
            return
        line = Line(Way(back, self.new["up"]), Way(writer, self.new["down"]))
        self.lines.add(line)
        try:
            await asyncio.gather(_carry(reader, line.up), _carry(there, line.down))
        except asyncio.CancelledError:  # the end of the journey
            pass
        finally:
            self.lines.discard(line)
            for end in (writer, back):
                end.close()

    async def _end(self) -> None:
        self._cut()
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _cut(self) -> None:
        for line in self.lines:
            _abort(line.down.writer)
            _abort(line.up.writer)


async def _carry(reader: asyncio.StreamReader, way: Way) -> None:
    """Until one side hangs up; a hang-up is passed on only where bytes are."""
    try:
        while data := await reader.read(65_536):
            way.carry(data)
    except OSError:
        pass
    if way.mode == "pass":
        way.writer.close()


def _abort(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    if found is not None and found.fileno() >= 0:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    writer.transport.abort()
