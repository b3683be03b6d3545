"""The corridor: may this person, what does the table say, seal it, hand it to the pen, answer only after the commit.

`start` never waits, so that a socket can use it; `move` waits, and looks again when someone else's entry came first.
"""

import hashlib
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from mandorla.dialogue.core import ANYWHERE, Command, Entry, Snapshot, change, decide, fold, wire
from mandorla.dialogue.core.strokes import strokes_from
from mandorla.dialogue.models import Event
from mandorla.dialogue.services import bell, presence, rooms
from mandorla.dialogue.services.drafts import PutAway, put_away
from mandorla.dialogue.services.rooms import Room, Seat, Stored, may_still, stored_id
from mandorla.dialogue.services.writer import PATIENCE_SECONDS, Conflict, writer
from mandorla.notices import services as notices
from mandorla.notices.core import Change
from mandorla.spaces import services as spaces
from mandorla.vault.core import Busy, Envelope, Moved, Refused

TRIES = 3
ASKED = tuple(one.name for one in fields(Command) if one.name not in ("seen", "kept"))


@dataclass(frozen=True, slots=True)
class Ack:
    """Committed: the command with this key is entry number `seq`."""

    key: UUID
    seq: int


def move(seat: Seat, command: Command) -> Ack:
    """Does what `command` asks, once, and returns when it is safe. Raises Refused, Moved, Locked, NotYours or Busy."""
    for _ in range(TRIES):
        rooms.room_of(seat)
        try:
            return start(seat, command).result(PATIENCE_SECONDS)
        except TooLong:
            raise Busy from None
        except (Conflict, Refused, Moved) as no:
            known = _known(seat, command)
            if known:
                return known
            if not isinstance(no, Conflict):
                raise
            rooms.forget(seat.thread)
    raise Busy


def start(seat: Seat, command: Command) -> "Future[Ack]":
    """Hands `command` to the pen without waiting and without touching the database.

    Conflict, here or in the future: the room is cold or has gone on, so `move` must look again. Refused and Moved
    may also be a repeat of something long committed: only `move` knows.
    """
    room = rooms.hot(seat.thread)
    if room is None:
        raise Conflict
    if command.person and command.person not in seat.names:
        raise Refused("guest")
    if command.do == "bring" and command.person not in seat.may_be.get(command.role, ()):
        raise Refused("guest")
    fingerprint = _fingerprint(seat.person, command)
    with room.lock:
        if command.key in room.answers:
            return _same_answer(room, command.key, fingerprint)
        now = timezone.now()
        entry = decide(
            room.script,
            room.tip.state,
            seat.person,
            command,
            now=now,
            room=seat.space,
            resting=seat.rests is not None and seat.rests > now,
        )
        append = _appended(seat, room, entry, command)
        answer = writer.submit(seat.thread, append, settled=append.settle)
        room.remember(command.key, fingerprint, answer)
    answer.add_done_callback(lambda done: rooms.forget(seat.thread) if done.exception() else None)
    return answer


@dataclass(frozen=True, slots=True)
class _Append:
    """The work of one entry: check again, move the thread on by one, insert, clear the draft that was sent,
    and where that makes somebody wait who is not here, note it for them."""

    seat: Seat
    room: Room
    tip: Snapshot[Stored]
    stored: Stored
    state: Envelope
    put_away: PutAway | None
    due: Change
    at: datetime
    shut_out: frozenset[UUID]

    def __call__(self, cursor: Any) -> Ack:
        seat, seq, epoch = self.seat, self.stored.seq, self.seat.keys.epoch
        may_still(cursor, seat)
        thread, command = stored_id(seat.thread), stored_id(self.stored.command)
        cursor.execute(
            "UPDATE dialogue_thread SET next_seq = %s, state = %s, epoch = %s WHERE id = %s AND next_seq = %s"
            " AND NOT EXISTS (SELECT 1 FROM dialogue_event WHERE thread_id = %s AND command = %s)",
            [seq + 1, self.state.raw, epoch, thread, seq, thread, command],
        )
        if cursor.rowcount != 1:
            raise Conflict
        envelope = self.stored.envelope
        assert envelope is not None  # a new entry has its words
        cursor.execute(
            "INSERT INTO dialogue_event (thread_id, seq, command, author, epoch, digest, envelope)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [thread, seq, command, stored_id(self.stored.author), epoch, self.stored.digest, envelope.raw],
        )
        if self.put_away:
            self.put_away(cursor, seat)
        if self.due:
            notices.write(self.due, self.at)
        for guest in self.shut_out:
            spaces.shut_out_of(cursor, seat.space, seat.thread, guest)
        bell.ring_afar(cursor, seat.thread, bell.RESEAT if self.shut_out else bell.LOOK)
        return Ack(self.stored.command, seq)

    def settle(self, ack: Ack) -> None:
        """After the commit: what is shown moves on, and the bell rings."""
        with self.room.lock:
            self.room.shown, self.room.epoch = self.tip, self.seat.keys.epoch
            self.room.settle(ack.key, ack)
            if self.put_away:
                self.put_away.settle(self.seat, self.room)
        rooms.overtake(self.room)
        bell.ring(self.room.thread, ack.key)
        if self.shut_out:
            bell.ring(self.room.thread, bell.RESEAT)


def _appended(seat: Seat, room: Room, entry: Entry, command: Command) -> _Append:
    """Seals an entry and the state it leads to; the room's tip moves on. Call under the room's lock."""
    envelope = seat.keys.seal(
        wire.packed(entry), type="event", record=command.key, author=entry.author, revision=entry.seq
    )
    stored = Stored(entry.seq, entry.author, command.key, envelope.digest, envelope)
    before = room.tip.state
    state = fold(room.script, before, entry, stored.digest.hex())
    due = change(room.script, before, state, entry.at, partial(presence.is_here, seat.thread, seat.person))
    room.tip = room.tip.grown(state, entry.seq, stored)
    away = _put_away(seat, room, entry, command.kept)
    sealed = rooms.sealed_state(seat.keys, seat.thread, seat.space, state)
    gone = frozenset(before.guests.keys() - state.guests.keys())
    return _Append(seat, room, room.tip, stored, sealed, away, due, entry.at, gone)


def _put_away(seat: Seat, room: Room, entry: Entry, kept: int) -> PutAway | None:
    """What becomes of the draft: nothing, where the entry carries none of what one fills in."""
    if entry.do in ANYWHERE or not {"words", "lines", "feelings"} & entry.body.keys():
        return None
    lines = entry.body.get("lines", [entry.body["words"]] if "words" in entry.body else None)
    sent = None if lines is None else "\n".join(lines)
    return put_away(seat, room.drafts.get(seat.person), entry.by, sent, kept)


def _same_answer(room: Room, key: UUID, fingerprint: bytes) -> "Future[Ack]":
    before, answer = room.answers[key]
    if before != fingerprint:
        raise Refused("other_command")
    if isinstance(answer, Future):
        return answer
    settled: Future[Ack] = Future()
    settled.set_result(answer)
    return settled


def _known(seat: Seat, command: Command) -> Ack | None:
    """The answer to a command committed long ago; Refused if this one asks for something else under its key."""
    row = Event.objects.filter(thread=seat.thread, command=command.key).values_list("seq", flat=True).first()
    if row is None:
        return None
    entry = rooms.opened(seat, rooms.read(seat.thread, seqs=[row])[0])
    if entry and not _is_same(entry, seat, command):
        raise Refused("other_command")
    return Ack(command.key, row)


def _is_same(entry: Entry, seat: Seat, command: Command) -> bool:
    """Whether this entry is what that command becomes. The end of a pause depends on when it was asked for."""
    asked: dict[str, object] = {"words": command.words.strip(), "lead": command.lead.strip()}
    asked |= {"feelings": list(command.feelings), "own": list(command.own)}
    asked |= {"when": command.at.isoformat() if command.at else "", "pace": command.pace}
    asked |= {"lines": [line.strip() for line in command.words.splitlines() if line.strip()]}
    asked |= {"marks": list(command.marks), "role": command.role, "person": command.person and command.person.hex}
    asked |= {"strokes": strokes_from(command.drawn) if command.drawn else []}
    mine = entry.author in (seat.person, seat.space)
    return (
        mine and entry.do == command.do and all(asked[name] == entry.body[name] for name in asked.keys() & entry.body)
    )


def _fingerprint(person: UUID, command: Command) -> bytes:
    """What makes two commands the same: all but the version seen."""
    asked = [getattr(command, name) for name in ASKED]
    return hashlib.sha256(repr((person, asked)).encode()).digest()
