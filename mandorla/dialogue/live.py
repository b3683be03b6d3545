"""The live door: one plain ASGI socket a person and room. It learns once who is there; acts come in, screens go out.

It decides nothing and keeps no words: each screen is rendered anew from what is committed, with this person's own keys.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.template import loader
from django.utils import timezone, translation

from mandorla.coach import services as coach
from mandorla.coach.core import Choices
from mandorla.coach.services.choices import choices_of, listen, unlisten
from mandorla.coach.services.thread import thread as reading
from mandorla.dialogue import forms, services
from mandorla.dialogue.core import Command
from mandorla.dialogue.services import Seat, bell, presence
from mandorla.notices import services as notices
from mandorla.notices.core import zone_here, zone_of
from mandorla.vault import services as vault
from mandorla.vault.core import Busy, Locked, Moved, NotYours, Refused, Sealed

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LOCKED, NOT_YOURS, RESEATED, BROKEN = 4401, 4404, 4409, 4400
SWEEP_SECONDS = 4.0
TOUCH_SECONDS = 20.0
THREADS = 4
FRAMES_MAX = 256  # who reads nothing loses the oldest, and nobody else any memory

logger = logging.getLogger("mandorla.live")


class Gone(Exception):
    """The line is gone; the reading side ends the socket."""


class Socket:
    """One open socket: a seat, what it still has to tell, and when it last gave a sign of life."""

    def __init__(self, seat: Seat, send: Send, choices: Choices) -> None:
        self.seat = seat
        self.choices = choices
        self.asking: dict[bool, services.Asking] = {}  # the newest about a draft, and about what arrived
        self.heard: services.Overheard | None = None  # in clear, while the coach thinks about it or is about to
        self.whispering: asyncio.Task[None] | None = None
        self.send = send
        self.news = asyncio.Event()
        self.frames: deque[dict[str, Any]] = deque(maxlen=FRAMES_MAX)
        self.asked: dict[UUID, Future[Any]] = {}
        self.acks: list[str] = []
        self.stale = False
        self.at_door = False
        self.closing = 0
        self.touched_at = 0.0
        self.hidden = False

    def tell(self, **frame: Any) -> None:
        """Queues a small frame."""
        self.frames.append(frame)
        self.news.set()

    def look(self) -> None:
        """Has the screen rendered and sent again."""
        self.stale = True
        self.news.set()

    def close(self, code: int) -> None:
        """Ends it once what is queued has been told."""
        self.closing = self.closing or code
        self.news.set()

    def hush(self) -> None:
        """Nothing is asked of the coach any more, and what waits for it is forgotten."""
        self.asking.clear()
        self.heard = None
        if self.whispering:
            self.whispering.cancel()

    def is_due(self) -> bool:
        """Whether a sign of life is worth a write: the row counts in minutes."""
        now = asyncio.get_running_loop().time()
        if now - self.touched_at < TOUCH_SECONDS:
            return False
        self.touched_at = now
        return True


class Hall:
    """The open sockets of this process, by room, and the bell's ear among them."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")
        self.sockets: defaultdict[UUID, set[Socket]] = defaultdict(set)
        self.calls = services.Calls()
        self._heard: deque[tuple[UUID, UUID]] = deque()
        self._woken = False

    async def aside(self, work: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Runs something that reads the database in a thread."""

        def worked() -> Any:
            close_old_connections()  # a thread whose connection broke takes a new one
            return work(*given, **named)

        return await asyncio.get_running_loop().run_in_executor(self.threads, worked)

    def hear(self, thread: UUID, note: UUID) -> None:
        """The bell, from whatever thread: wakes the loop at most once for all that was heard meanwhile."""
        self._heard.append((thread, note))
        if not self._woken and self.loop:
            self._woken = True
            self.loop.call_soon_threadsafe(self._answer)

    def chosen(self, person: UUID, choices: Choices) -> None:
        """From whatever thread: somebody chose something of the coach, and their open rooms here keep to it."""
        if self.loop:
            self.loop.call_soon_threadsafe(self._choose, person, choices)

    def _choose(self, person: UUID, choices: Choices) -> None:
        for socket in (socket for room in self.sockets.values() for socket in room if socket.seat.person == person):
            socket.choices = choices
            if not choices.on:
                socket.hush()

    def _answer(self) -> None:
        self._woken = False
        while self._heard:
            thread, note = self._heard.popleft()
            if note in (bell.LOOK, bell.RESEAT):
                self._look_again(thread, note)
                continue
            for socket in self.sockets.get(thread, ()):
                if socket.asked.pop(note, None):
                    socket.acks.append(note.hex)
                socket.look()
            self.calls.look(thread)

    def _look_again(self, thread: UUID, note: UUID) -> None:
        rooms = list(self.sockets) if thread == bell.EVERYWHERE else [thread]
        for room in rooms:
            services.forget(room)
            for socket in self.sockets.get(room, ()):
                socket.close(RESEATED) if note == bell.RESEAT else socket.look()

    def enter(self, socket: Socket) -> None:
        """Someone sits down; the others in the room see that they are here."""
        self.sockets[socket.seat.thread].add(socket)
        presence.comes(socket.seat.thread, socket.seat.person)
        self._tell_presence(socket.seat.thread)

    def leave(self, socket: Socket) -> None:
        """Someone goes."""
        self.calls.lose(socket)
        room = self.sockets[socket.seat.thread]
        room.discard(socket)
        if not room:
            del self.sockets[socket.seat.thread]
        if not socket.hidden:
            presence.goes(socket.seat.thread, socket.seat.person)
        socket.seat.close()
        self._tell_presence(socket.seat.thread)

    def presence(self, thread: UUID, person: UUID) -> dict[str, bool]:
        """Whether both are here, once a dialogue has begun, for who has a part in it.

        Before the yes nobody learns who is looking at it, nor does who is not let in yet.
        """
        there = self._there(thread)
        return {"here": len(there) > 1} if person in there else {}

    def _tell_presence(self, thread: UUID) -> None:
        there = self._there(thread)
        for socket in self.sockets.get(thread, ()):
            if socket.seat.person in there:
                socket.tell(here=len(there) > 1)

    def _there(self, thread: UUID) -> set[UUID]:
        """Whose pages show this room, of those who have a part in it; nobody, where they may be in other processes."""
        people = {socket.seat.person for socket in self.sockets.get(thread, ())}
        return services.there(thread, people) if settings.WORKERS == 1 else set()

    async def sweep(self) -> None:
        """Closes, for ever and ever, the sockets of those whose keys were locked or have slept too long."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            sockets = [socket for room in self.sockets.values() for socket in room]
            if not sockets:
                continue
            try:
                alive = await self.aside(vault.unlocked_among, {socket.seat.unlock for socket in sockets})
            except Exception as problem:  # noqa: BLE001  # one failed look must not end the watch
                logger.warning("sweep: %s", type(problem).__name__)
                continue
            for socket in sockets:
                if socket.seat.unlock not in alive:
                    socket.close(LOCKED)


hall = Hall()


async def lifespan(receive: Receive, send: Send) -> None:
    """Starts with the server and ends with it."""
    sweeping: asyncio.Task[None] | None = None
    while True:
        event = (await receive())["type"]
        if event == "lifespan.startup":
            hall.loop = asyncio.get_running_loop()
            sweeping = asyncio.create_task(hall.sweep())
            bell.listen(hall.hear)
            listen(hall.chosen)
            await send({"type": "lifespan.startup.complete"})
        else:
            bell.unlisten(hall.hear)
            unlisten(hall.chosen)
            if sweeping:
                sweeping.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def socket(scope: Scope, receive: Receive, send: Send) -> None:
    """One connection from the handshake to its end."""
    if (await receive())["type"] != "websocket.connect":
        return
    thread = _thread(scope["path"])
    if thread is None or not _is_own_origin(scope):
        await send({"type": "websocket.close", "code": 4403})
        return
    await send({"type": "websocket.accept"})
    try:
        seat, choices = await hall.aside(_seat, _headers(scope), thread)
    except Locked:
        await send({"type": "websocket.close", "code": LOCKED})
    except (NotYours, Sealed):
        await send({"type": "websocket.close", "code": NOT_YOURS})
    else:
        await _sit(Socket(seat, send, choices), receive)


async def _sit(socket: Socket, receive: Receive) -> None:
    telling = asyncio.create_task(_tell(socket))
    hall.enter(socket)
    socket.look()
    try:
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            await _hear(socket, event.get("text") or event.get("bytes") or "")
    finally:
        telling.cancel()
        socket.hush()
        hall.leave(socket)


async def _tell(socket: Socket) -> None:
    """Sends what is new, the newest screen only, until told to close."""
    while True:
        await socket.news.wait()
        socket.news.clear()
        try:
            while socket.frames:
                await _send(socket, socket.frames.popleft())
            if services.is_behind(socket.seat):
                socket.close(RESEATED)
            if socket.closing:
                await _put(socket, {"type": "websocket.close", "code": socket.closing})
                return
            if socket.stale:
                socket.stale = False
                await _show(socket, await _news(socket))
        except Gone:
            return
        except Exception as problem:  # noqa: BLE001  # a screen that fails must not leave someone staring at an old one
            logger.error("screen: %s", type(problem).__name__)
            socket.close(RESEATED)


async def _news(socket: Socket) -> dict[str, Any]:
    acks, socket.acks = socket.acks, []  # first: what is committed while the screen is rendered may not be on it
    at_hand = services.at_hand(socket.seat)
    frame = _frame(socket.seat, *at_hand) if at_hand else await hall.aside(screen_frame, socket.seat)
    return frame | hall.presence(socket.seat.thread, socket.seat.person) | ({"ack": acks} if acks else {})


async def _show(socket: Socket, frame: dict[str, Any]) -> None:
    """A screen; but who is at the door has seen all there is, and does not learn that something goes on behind it."""
    was, socket.at_door = socket.at_door, not frame["v"]
    if not (was and socket.at_door) or "ack" in frame:
        await _send(socket, frame)


async def _send(socket: Socket, frame: dict[str, Any]) -> None:
    await _put(socket, {"type": "websocket.send", "text": orjson.dumps(frame).decode()})


async def _put(socket: Socket, message: dict[str, Any]) -> None:
    try:
        await socket.send(message)
    except (OSError, RuntimeError):
        raise Gone from None


def screen_frame(seat: Seat) -> dict[str, Any]:
    """A push: the version, the stage as a reload would show it, and the running clocks beside it."""
    return _frame(seat, services.room_for(seat), services.clocks_of(seat))


def draft_frame(kept: services.Kept) -> dict[str, Any]:
    """What became of a draft, by the line and by POST."""
    return {"draft": kept.name, "version": kept.version, "words": kept.words} | asdict(kept.beside)


def _frame(seat: Seat, room: services.RoomView, clocks: services.Clocks) -> dict[str, Any]:
    return {"v": room.v, "html": render(seat, room), "clocks": clocks}


def render(seat: Seat, room: services.RoomView) -> str:
    """The fragment `_room.html` for one person."""
    return str(_stage(seat.language).render(room=room))


@cache
def _stage(language: str) -> Any:
    """Jinja's own template, compiled, with the texts of one language."""
    every = loader.get_template("dialogue/_room.html").template.environment  # type: ignore[attr-defined]
    return every.speaking(language).get_template("dialogue/_room.html")


async def _hear(socket: Socket, text: str | bytes) -> None:
    frame = _read(text)
    may = next((may for name, may in OTHER_PACES.items() if name in frame), services.may_act)
    welcome = may(socket.seat.person)
    try:
        if not frame:
            raise Refused("broken")
        if may is services.may_signal:
            _call(socket, frame, welcome=welcome)
        elif "whisper" in frame:
            _ask(socket, forms.asking_from(frame), welcome=welcome)
        elif "ping" in frame:
            await _pong(socket, frame)
        elif "draft" in frame:
            await _keep(socket, forms.draft_from(frame), welcome=welcome)
        else:
            _command(socket, forms.command_from(frame, socket.seat.zone), welcome=welcome)
    except Refused:
        if not welcome:
            socket.close(BROKEN)
        socket.tell(nak="", why="broken", say=say("broken", socket.seat.language))


OTHER_PACES: Final = {
    "call": services.may_signal,
    "signal": services.may_signal,
    "whisper": services.may_ask_the_coach,
}


def _read(text: str | bytes) -> dict[str, Any]:
    """The frame, or nothing for what is none."""
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return frame if isinstance(frame, dict) else {}


def _call(socket: Socket, frame: dict[str, Any], *, welcome: bool) -> None:
    """Joining, leaving, and what devices say to each other. Who says too much of it is not heard for a while."""
    if "signal" in frame:
        signal = forms.signal_from(frame)
        if welcome:
            hall.calls.pass_on(socket, signal)
    elif (joining := forms.joining_from(frame["call"])) is None:
        hall.calls.leave(socket)
    elif welcome:
        hall.calls.join(socket, joining)


def _ask(socket: Socket, asking: services.Asking, *, welcome: bool) -> None:
    """Keeps the newest question to the coach; one at a time is thought about. Who switched it off asks nothing."""
    if not (welcome and socket.choices.on):
        return
    socket.asking[asking.words is None] = asking
    if socket.whispering is None or socket.whispering.done():
        socket.whispering = asyncio.create_task(_whisper(socket))


async def _whisper(socket: Socket) -> None:
    """In the coach's own thread: a turn never waits for it, and its words go nowhere else.

    Words lie with the socket until the thread takes them up, so that who goes takes them along.
    """

    def think(about: bool, without: frozenset[str]) -> services.Whispered | None:
        heard = socket.heard
        return None if heard is None or about in socket.asking else services.whispers(heard, without)

    while socket.asking:
        about, asking = socket.asking.popitem()
        without = asking.without | socket.choices.quiet
        try:
            socket.heard = services.overheard(socket.seat, asking)
            if socket.heard is None:
                continue
            found = await asyncio.get_running_loop().run_in_executor(reading, think, about, without)
        except Exception as problem:  # noqa: BLE001  # a coach that fails falls silent, and nothing of what it read is told
            logger.warning("coach: %s", type(problem).__name__)
            continue
        finally:
            socket.heard = None
        if found and about not in socket.asking:
            said = [{"code": one.code, "say": coach.says(one.code), "span": one.span} for one in found.whispers]
            socket.tell(whisper=asking.number, said=said, reads=found.reads, caught=found.caught)


async def _pong(socket: Socket, frame: dict[str, Any]) -> None:
    socket.tell(pong=frame["ping"] if isinstance(frame["ping"], int) else 0)
    with suppress(DatabaseError):  # the next sign of life will be marked
        await _look_up(socket, hidden=frame.get("visible") is not True)
        if not socket.hidden and socket.is_due():
            await hall.aside(vault.touch, socket.seat.unlock.hex)


async def _look_up(socket: Socket, *, hidden: bool) -> None:
    """A page was turned to, or away from: who looks sees for themselves what waits."""
    if hidden == socket.hidden:
        return
    socket.hidden = hidden
    tell = presence.goes if hidden else presence.comes
    tell(socket.seat.thread, socket.seat.person)
    if not hidden:
        await hall.aside(notices.seen, socket.seat.person)


async def _keep(socket: Socket, draft: services.Typed, *, welcome: bool) -> None:
    if not welcome:
        socket.tell(draft="busy")
        return
    try:
        outcome = await hall.aside(services.save_draft, socket.seat, draft)
    except (Locked, NotYours):
        socket.close(LOCKED)
    except Refused as refused:
        socket.tell(draft="busy")
        if refused.reason == "epoch":
            socket.close(RESEATED)
    except Exception as problem:  # noqa: BLE001  # words stay in the page and are tried again
        logger.warning("draft: %s", type(problem).__name__)
        socket.tell(draft="busy")
    else:
        socket.tell(**draft_frame(outcome))


def _command(socket: Socket, command: Command, *, welcome: bool) -> None:
    if not welcome:
        _nak(socket, command.key, "often")
        return
    try:
        answer = services.start(socket.seat, command)
    except (services.Conflict, Refused, Moved):
        asyncio.create_task(_look_closer(socket, command))  # noqa: RUF006  # it answers over the socket it holds
        return
    socket.asked[command.key] = answer
    if answer.done():  # a repeat of something done: the bell does not ring for it again
        _answered(socket, command, answer)
    else:
        answer.add_done_callback(partial(_failed, socket, command))


def _failed(socket: Socket, command: Command, answer: "Future[Any]") -> None:
    """From the pen's thread: a success is told by the bell, with the one waking of the loop that a turn costs."""
    if answer.exception() and hall.loop:
        hall.loop.call_soon_threadsafe(_answered, socket, command, answer)


def _answered(socket: Socket, command: Command, answer: "Future[Any]") -> None:
    """What the pen said, where the bell has not told it already: a repeat's answer, or a failure."""
    if socket.asked.pop(command.key, None) is None:
        return
    problem = answer.exception()
    if problem is None:
        socket.acks.append(command.key.hex)
        socket.look()
    elif isinstance(problem, Busy):  # it was tried for as long as anyone should wait
        _nak(socket, command.key, "busy")
    else:
        asyncio.create_task(_look_closer(socket, command))  # noqa: RUF006


async def _look_closer(socket: Socket, command: Command) -> None:
    """The slow way, in a thread: the room was cold, somebody was first, or it is a repeat of something long done."""
    try:
        await hall.aside(services.move, socket.seat, command)
    except Refused as refused:
        _nak(socket, command.key, refused.reason, refused.facts)
        if refused.reason == "epoch":
            socket.close(RESEATED)
    except Moved:
        _nak(socket, command.key, "moved")
    except (Locked, NotYours):
        _nak(socket, command.key, "locked")
        socket.close(LOCKED)
    except Exception as problem:  # noqa: BLE001  # the asker learns that it is not done; the words stay with them
        logger.warning("move: %s", type(problem).__name__)
        _nak(socket, command.key, "busy")
    else:
        socket.acks.append(command.key.hex)
        socket.look()


def _nak(socket: Socket, key: UUID, why: str, facts: dict[str, Any] | None = None) -> None:
    socket.tell(nak=key.hex, why=why, say=say(why, socket.seat.language, facts))
    socket.look()


def say(why: str, language: str, facts: dict[str, Any] | None = None) -> str:
    """A refusal in words."""
    with translation.override(language):
        return loader.render_to_string("dialogue/_refused.html", {"reason": why, "facts": facts or {}}).strip()


def _seat(headers: dict[str, str], thread: UUID) -> tuple[Seat, Choices]:
    """Who this is by their cookies, their seat, and what they chose of the coach; the key ring is closed at once."""
    cookies = parse_cookie(headers.get("cookie", ""))  # as the pages do: another site's odd cookie hides none of ours
    found = vault.unlocked_from_cookies(cookies)
    if found is None:
        raise Locked
    asked = HttpRequest()
    asked.COOKIES, asked.META = cookies, {"HTTP_ACCEPT_LANGUAGE": headers.get("accept-language", "")}
    language = translation.get_language_from_request(asked)  # as the pages do
    with translation.override(language), timezone.override(zone_of(cookies)):
        try:
            seat = services.seat_for(found.ring, thread, unlock=UUID(hex=found.unlock_id))
            services.room_for(seat, checked=True)
            notices.seen(seat.person, zone_here(cookies))
            choices = choices_of(found.ring)
            found.ring.let_go()
            return seat, choices
        finally:
            found.ring.close()


def _thread(path: str) -> UUID | None:
    start, _, name = path.rpartition("/")
    try:
        return UUID(hex=name) if start == "/live" else None
    except ValueError:
        return None


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _is_own_origin(scope: Scope) -> bool:
    headers = _headers(scope)
    origin, host = urlsplit(headers.get("origin", "")), headers.get("host", "")
    scheme = "https" if settings.TLS else "http"
    return (origin.scheme, origin.netloc) == (scheme, host) and validate_host(
        split_domain_port(host)[0], settings.ALLOWED_HOSTS
    )
