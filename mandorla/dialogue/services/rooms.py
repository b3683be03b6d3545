"""Rooms that are live: the folded state and the few sealed entries its screens show, kept while someone is there.

A seat is one person's place in one room with the keys for it. Rooms hold no key and no word.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone, translation

from mandorla.dialogue.core import Entry, Script, Snapshot, State, wire
from mandorla.dialogue.core.state import ANSWERS_KEPT
from mandorla.dialogue.models import Draft, Event, Thread
from mandorla.dialogue.services import scripts
from mandorla.dialogue.services.rests import rests_until
from mandorla.spaces import services as spaces
from mandorla.spaces.core import FACILITATOR
from mandorla.vault import services as vault
from mandorla.vault.core import Envelope, Locked, NotYours
from mandorla.vault.services import KeyRing, ThreadKeys

ROOMS_KEPT = 2000


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's place in one dialogue. `unlock` names the unlock row that every write checks again.

    `guests` are those I know; `may_be`, by role, whom one may ask to be there: of who has left it is nobody.
    `said` keeps what every screen of the place says, as `names` does: the topic, opened once.
    """

    person: UUID
    thread: UUID
    space: UUID
    names: Mapping[UUID, str]
    keys: ThreadKeys
    own_keys: ThreadKeys
    unlock: UUID
    closed: bool
    guests: frozenset[UUID]
    may_be: Mapping[str, frozenset[UUID]]
    rests: datetime | None
    language: str
    zone: str
    said: dict[int, str] = field(default_factory=dict)

    def close(self) -> None:
        """Overwrites the keys."""
        self.said.clear()
        self.keys.close()
        self.own_keys.close()


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it lies in the store. Its digest stays when its words are withdrawn."""

    seq: int
    author: UUID
    command: UUID
    digest: bytes
    envelope: Envelope | None


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it lies in the store."""

    version: int
    record: UUID
    envelope: Envelope


@dataclass(slots=True)
class Room:
    """`shown` is committed; `tip` is where the pen will be once everything handed to it is written."""

    thread: UUID
    script: Script
    shown: Snapshot[Stored]
    tip: Snapshot[Stored]
    drafts: dict[UUID, StoredDraft]
    epoch: int
    answers: "OrderedDict[UUID, tuple[bytes, Any]]" = field(default_factory=OrderedDict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def remember(self, key: UUID, fingerprint: bytes, answer: "Future[Any]") -> None:
        """Keeps the answer to a command for when it is asked again."""
        self.answers[key] = fingerprint, answer
        if len(self.answers) > ANSWERS_KEPT:
            self.answers.popitem(last=False)

    def settle(self, key: UUID, answer: Any) -> None:
        """Keeps what came of a command in place of its future: many are kept, and a future is large."""
        if key in self.answers:
            self.answers[key] = self.answers[key][0], answer


_rooms: OrderedDict[UUID, Room] = OrderedDict()
_guard = threading.Lock()


def seat_for(ring: KeyRing, thread: UUID, *, unlock: UUID) -> Seat:
    """This person's seat. NotYours for a dialogue that is not there or not theirs."""
    row = Thread.objects.filter(pk=thread).only("space").first()
    if row is None:
        raise NotYours
    space = spaces.place_in(ring, row.space, thread)
    people = tuple(member.person for member in space.everyone)
    guests = frozenset(guest.person for guest in space.guests if not guest.arriving)
    here = [one for one in (space.me, *space.others) if not one.arriving]
    return Seat(
        person=ring.person,
        thread=thread,
        space=row.space,
        names={member.person: member.name for member in space.everyone},
        keys=ring.thread_keys(row.space, thread, [*people, row.space]),
        own_keys=ring.thread_keys(ring.personal, thread, [ring.person]),
        unlock=unlock,
        closed=not space.open,
        guests=guests,
        may_be={
            "observer": guests | {one.person for one in here},
            "guide": guests | {one.person for one in here if one.role == FACILITATOR},
        },
        rests=rests_until(ring, row.space),
        language=translation.get_language() or "en",
        zone=timezone.get_current_timezone_name(),
    )


def room_of(seat: Seat, *, checked: bool = False) -> Room:
    """The live room, read from the store if it is cold or, when `checked`, if the store has gone on without it.

    NotYours for whoever has no part in the dialogue.
    """
    room = hot(seat.thread)
    if room and checked and room.shown.state.seq + 1 < _next_seq(seat.thread):
        forget(seat.thread)
        room = None
    room = room or _warm(seat)
    if not room.shown.state.knows(seat.person):
        raise NotYours
    return room


def room_to_read(seat: Seat) -> Room:
    """The room as the store has it, for who may read what was said; NotYours for a guest who is not welcomed by all."""
    room = room_of(seat, checked=True)
    state = room.shown.state
    if not (state.is_welcome(seat.person) or seat.person in state.gone):
        raise NotYours
    return room


def last_heard(seat: Seat, state: State) -> int:
    """The number of the last entry this person may read: the newest, or for who has left the one by which they did."""
    if seat.person not in state.gone or state.is_welcome(seat.person):
        return state.seq
    mine = Event.objects.filter(thread=seat.thread, author=seat.person).order_by("-seq")
    return mine.values_list("seq", flat=True).first() or 0


def hot(thread: UUID) -> Room | None:
    """The room if it is live in this process."""
    with _guard:
        room = _rooms.get(thread)
        if room:
            _rooms.move_to_end(thread)
        return room


def forget(thread: UUID) -> None:
    """Lets a room go cold: the next one to look reads the store."""
    with _guard:
        _rooms.pop(thread, None)


def overtake(room: Room) -> None:
    """Something of `room` was committed: a copy that was read before, while that was on its way, goes cold."""
    with _guard:
        if _rooms.get(room.thread) is not room:
            _rooms.pop(room.thread, None)


def opened(seat: Seat, stored: Stored) -> Entry | None:
    """The entry in clear for this seat; nothing for words that were withdrawn. Raises Sealed if it cannot be opened."""
    return opened_with(seat.keys, stored)


def opened_with(keys: ThreadKeys, stored: Stored) -> Entry | None:
    """The same with the keys of a dialogue in which nobody sits."""
    if stored.envelope is None:
        return None
    plain = keys.open(stored.envelope, type="event", record=stored.command, author=stored.author, revision=stored.seq)
    return wire.entry(plain, stored.seq, stored.author)


def read(thread: UUID, *, seqs: Iterable[int] = (), page: tuple[int, int] | None = None) -> list[Stored]:
    """Entries as stored, in order: those numbered `seqs`, or those of a page (first and last number)."""
    rows = Event.objects.filter(thread=thread).order_by("seq")
    rows = rows.filter(seq__range=page) if page else rows.filter(seq__in=list(seqs))
    return [
        Stored(seq, author, command, bytes(digest), envelope)
        for seq, author, command, digest, envelope in rows.values_list("seq", "author", "command", "digest", "envelope")
    ]


def _next_seq(thread: UUID) -> int:
    return Thread.objects.values_list("next_seq", flat=True).get(pk=thread)


def _warm(seat: Seat) -> Room:
    row = Thread.objects.get(pk=seat.thread)
    state = state_of(row, seat.keys.open)
    entries = {stored.seq: stored for stored in read(seat.thread, seqs=state.needed())}
    drafts = {
        person: StoredDraft(version, record, envelope)
        for person, version, record, envelope in Draft.objects.filter(thread=seat.thread).values_list(
            "person", "version", "id", "envelope"
        )
    }
    snapshot = Snapshot(state, entries)
    room = Room(seat.thread, scripts.script(state.script), snapshot, snapshot, drafts, row.epoch)
    with _guard:
        kept = _rooms.setdefault(seat.thread, room)
        _rooms.move_to_end(seat.thread)
        if len(_rooms) > ROOMS_KEPT:
            _rooms.popitem(last=False)
    if kept is room and state.seq + 1 < _next_seq(seat.thread):  # committed before this copy could be overtaken
        forget(seat.thread)
        return _warm(seat)
    return kept


def sealed_state(keys: ThreadKeys, thread: UUID, space: UUID, state: State) -> Envelope:
    """The folded state, sealed as the space's own."""
    return keys.seal(state.packed(), type="thread", field="state", record=thread, author=space, revision=state.seq)


def state_of(row: Thread, open_: Callable[..., dict[str, Any]]) -> State:
    """The state in a thread's row, opened with a seat's or ring's `open`."""
    plain = open_(row.state, type="thread", field="state", record=row.id, author=row.space, revision=row.next_seq - 1)
    return State.unpacked(plain)


def is_behind(seat: Seat) -> bool:
    """Whether words lie in this live room under a newer key than this seat has: its place must be taken anew."""
    room = hot(seat.thread)
    return room is not None and room.epoch > seat.keys.epoch


def there(thread: UUID, people: Iterable[UUID]) -> set[UUID]:
    """Who of these has a part in a live room that is past its appointment."""
    room = hot(thread)
    if room is None or room.shown.state.begun_at is None:
        return set()
    return {person for person in people if room.shown.state.is_welcome(person)}


def may_still(cursor: Any, seat: Seat) -> None:
    """Locked or NotYours if the key was turned, or the space left, since the seat was taken."""
    now = int(time.time())
    cursor.execute(vault.UNLOCK_CHECK_SQL, [stored_id(seat.unlock), now, now])
    if cursor.fetchone() is None:
        raise Locked
    spaces.may_write(cursor, seat.space, seat.person, seat.keys.epoch, seat.thread)


def stored_id(value: UUID) -> object:
    """An id as raw statements give it to this database."""
    return value if connection.vendor == "postgresql" else value.hex
