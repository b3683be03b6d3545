"""The live door as phones meet it: the site's own application behind a real port, in a thread of the test."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from typing import Any
from uuid import UUID

import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from mandorla.site.asgi import application
from mandorla.site.serving import SOCKET_BYTES_MAX
from mandorla.vault.core import new_id
from tests.player import cookie_line
from tests.served import Address

PATIENCE_SECONDS = 30.0
Frame = dict[str, Any]


class Phone:
    """Somebody's open room: it remembers every frame it was told, and the newest screen."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.frames: list[Frame] = []

    @property
    def screen(self) -> Frame:
        """The newest screen it was told."""
        return [frame for frame in self.frames if "html" in frame][-1]

    def told(self, what: str, value: object = None, *, seconds: float = PATIENCE_SECONDS) -> Frame:
        """The next frame that has this field, or this value in it."""
        until = monotonic() + seconds
        while True:
            frame = json.loads(self.line.recv(max(0.0, until - monotonic())))
            self.frames.append(frame)
            if what in frame and value in (None, frame[what]):
                return dict(frame)

    def shown(self, v: int) -> Frame:
        """The screen of this version or a later one."""
        while not self.frames or self.screen["v"] < v:
            self.told("html")
        return self.screen

    def sends(self, frame: Frame | str) -> None:
        """Any frame, broken ones too."""
        self.line.send(frame if isinstance(frame, str) else json.dumps(frame))

    def does(self, do: str, **facts: Any) -> Frame:
        """One move from the newest screen, and its answer: the frame that acknowledges or refuses it."""
        command = {"key": new_id().hex, "v": self.screen["v"], "do": do} | facts
        self.sends(command)
        while True:
            frame = self.told_anything()
            if command["key"] in frame.get("ack", ()) or frame.get("nak") == command["key"]:
                return frame

    def told_anything(self, *, seconds: float = PATIENCE_SECONDS) -> Frame:
        """The next frame."""
        frame: Frame = json.loads(self.line.recv(seconds))
        self.frames.append(frame)
        return frame

    def hush(self) -> None:
        """Reads what has come, and forgets it."""
        with suppress(TimeoutError):
            while True:
                self.line.recv(0)

    def closed(self, *, seconds: float = PATIENCE_SECONDS) -> int:
        """With which code the line ends; what is told before is remembered."""
        until = monotonic() + seconds
        try:
            while True:
                self.frames.append(json.loads(self.line.recv(max(0.0, until - monotonic()))))
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 0

    def leave(self) -> None:
        """Closes the page."""
        self.line.close()


class Hall:
    """A served site, and the lines that phones have to it."""

    def __init__(self, address: Address, lines: ExitStack) -> None:
        self.address = address
        self.lines = lines

    def phone(self, cookies: Mapping[str, str], thread: UUID | str, *, origin: str = "") -> Phone:
        """A line to a room, whatever comes of it."""
        name = thread.hex if isinstance(thread, UUID) else thread
        line = connect(
            f"ws://{self.address.host}:{self.address.port}/live/{name}",
            origin=Origin(origin or self.address.origin),
            additional_headers={"Cookie": cookie_line(cookies)},
            compression=None,
            max_size=None,
            max_queue=None,  # who reads nothing still hears that the line is closed
        )
        return Phone(self.lines.enter_context(line))

    def sits(self, cookies: Mapping[str, str], thread: UUID) -> Phone:
        """A phone with its first screen."""
        phone = self.phone(cookies, thread)
        phone.told("html")
        return phone


@contextmanager
def open_hall() -> Iterator[Hall]:
    """Serves until the end; sockets as `mandorla run` sets them up."""
    config = uvicorn.Config(
        application,
        port=0,
        ws="websockets-sansio",
        ws_max_size=SOCKET_BYTES_MAX,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="hall")
    thread.start()
    until = monotonic() + PATIENCE_SECONDS
    while not server.started:
        assert thread.is_alive()
        assert monotonic() < until
    try:
        with ExitStack() as lines:
            yield Hall(Address(server.servers[0].sockets[0].getsockname()[1]), lines)
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
