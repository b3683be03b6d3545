"""Around a dialogue: preparing alone, reading it again, and looking back. What is private stays private by key."""

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation

from mandorla.dialogue.core import TOGETHER, wire
from mandorla.dialogue.models import Draft, Event, Thread
from mandorla.dialogue.services import bell, rooms, scripts
from mandorla.dialogue.services.rooms import Seat, Stored
from mandorla.dialogue.services.screens import Shown, lost, shown, tells
from mandorla.spaces import services as spaces
from mandorla.vault.core import Envelope, Sealed
from mandorla.vault.services import KeyRing, ThreadKeys

SHEET_MAX = 10_000
ENTRIES_A_PAGE = 40


@dataclass(frozen=True, slots=True)
class Transcript:
    """A page of a dialogue as it was held, oldest first. Pages count from 1.

    `whole` unless an entry is missing here, or follows another than the one before it.
    """

    entries: tuple[Shown, ...]
    whole: bool
    page: int
    pages: int
    topic: str


@dataclass(frozen=True, slots=True)
class LookBack:
    """After a dialogue: the feelings guessed and named, and what was parked."""

    topic: str
    feelings: tuple[Shown, ...]
    parked: tuple[Shown, ...]
    over: str


def transcript(seat: Seat, page: int = 0) -> Transcript:
    """A dialogue to read again: from its beginning once it is over, else from its last page, unless a page is named.

    It opens 40 entries, however long the dialogue is. What another has said in a step of both that not everyone has
    done is not read: each writes there apart. Nor is a beginning that a guide lent somebody else.
    """
    room = rooms.room_to_read(seat)
    state, newest = room.shown.state, rooms.last_heard(seat, room.shown.state)
    pages = max(1, -(-newest // ENTRIES_A_PAGE))
    page = min(max(page, 1), pages) if page else 1 if state.over else pages
    first = (page - 1) * ENTRIES_A_PAGE + 1
    return _read(seat, room, (first, min(first + ENTRIES_A_PAGE - 1, newest)), (page, pages))


def whole_transcript(seat: Seat) -> Transcript:
    """All of a dialogue on one page, read in one go: for a file."""
    room = rooms.room_to_read(seat)
    return _read(seat, room, (1, rooms.last_heard(seat, room.shown.state)), (1, 1))


def look_back(seat: Seat) -> LookBack:
    """What to see once a dialogue is over."""
    room = rooms.room_to_read(seat)
    state, newest = room.shown.state, rooms.last_heard(seat, room.shown.state)
    felt, parked = ([seq for seq in seqs if seq <= newest] for seqs in (state.felt, state.parked))
    found = {one.seq: one for one in _shown(seat, room, rooms.read(seat.thread, seqs={1, *felt, *parked}))}
    return LookBack(
        topic=found.get(1, lost(1)).words,
        feelings=tuple(found.get(seq, lost(seq)) for seq in felt),
        parked=tuple(found.get(seq, lost(seq)) for seq in parked),
        over=state.over,
    )


def kept_for_myself(ring: KeyRing, kind: str, thread: UUID) -> tuple[dict[str, Any], int]:
    """My own page about a dialogue (`sheet` or `reflection`), or an empty one, and how often it was kept."""
    item = spaces.item_of(ring, ring.personal, kind, record=_own_id(ring, kind, thread))
    return (item.value, item.revision) if item else ({}, 0)


def keep_for_myself(ring: KeyRing, kind: str, thread: UUID, value: dict[str, Any], *, seen: int) -> None:
    """Keeps my own page about a dialogue, where only I can read it; Moved if it was kept again since `seen`."""
    spaces.put(ring, ring.personal, kind, value, record=_own_id(ring, kind, thread), seen=seen)


def with_timers(ring: KeyRing) -> bool:
    """Whether this person wants to see running clocks."""
    item = spaces.item_of(ring, ring.personal, "preferences", record=_preferences_id(ring))
    return bool(item is None or item.broken or item.value.get("timers", True))


def set_timers(ring: KeyRing, *, on: bool) -> None:
    """Shows or hides every running clock, for this person alone."""
    spaces.put(ring, ring.personal, "preferences", {"timers": on}, record=_preferences_id(ring))


def withdraw_words(ring: KeyRing, space: UUID, person: UUID, *, words: bool) -> None:
    """Someone leaves a space: their drafts go, their words if they wish; what remains is the entries' digests.

    Call inside the transaction in which they leave.
    """
    threads = list(Thread.objects.filter(space=space).values_list("id", flat=True))
    Draft.objects.filter(thread__in=threads, person=person).delete()
    if words:
        take_back(ring, space, threads, person)
    for thread in threads:
        transaction.on_commit(partial(rooms.forget, thread))
        bell.reseat(thread)


def take_back(ring: KeyRing, space: UUID, threads: list[UUID], person: UUID) -> None:
    """Takes someone's words out of these dialogues, also those the room wrote down for them; each digest stays."""
    events = Event.objects.filter(thread__in=threads)
    events.filter(author=person).update(envelope=None)
    by_the_room = events.filter(author=space, envelope__isnull=False).order_by("thread", "seq")
    rows = by_the_room.values_list("thread", "seq", "command", "envelope") if ring.epochs(space) else ()
    for thread, those in groupby(rows, key=itemgetter(0)):
        with closing(ring.thread_keys(space, thread, [space])) as keys:
            mine = [seq for _, seq, command, envelope in those if _is_by(keys, person, (seq, space, command, envelope))]
        events.filter(thread=thread, seq__in=mine).update(envelope=None)


def say_names_anew(ring: KeyRing) -> None:
    """Someone is called otherwise: whoever sits with them takes their place anew. Call in the transaction."""
    shared = [view.id for view in spaces.spaces_of(ring)]
    for thread in Thread.objects.filter(space__in=shared).values_list("id", flat=True):
        bell.reseat(thread)


def _own_id(ring: KeyRing, kind: str, thread: UUID) -> UUID:
    return spaces.only(thread, kind, ring.person)


def _preferences_id(ring: KeyRing) -> UUID:
    return spaces.only(ring.personal, "preferences", ring.person)


def _is_by(keys: ThreadKeys, person: UUID, stored: tuple[int, UUID, UUID, Envelope | None]) -> bool:
    """Whether the room wrote this down for someone."""
    seq, space, command, envelope = stored
    if envelope is None:
        return False
    try:
        plain = keys.open(envelope, type="event", record=command, author=space, revision=seq)
    except Sealed:
        return False
    return wire.entry(plain, seq, space).by == person


def _read(seat: Seat, room: rooms.Room, span: tuple[int, int], page: tuple[int, int]) -> Transcript:
    """The entries from the first to the last number, and whether they follow each other and the one before."""
    first, last = span
    found = rooms.read(seat.thread, page=(first - 1, last))
    here = [stored for stored in found if stored.seq >= first]
    known = [stored for stored in here if _may_read(seat, room, stored)]
    topic = _shown(seat, room, here[:1] if first == 1 else rooms.read(seat.thread, seqs=[1]))
    return Transcript(
        entries=tuple(entry for entry in _shown(seat, room, known) if _tells(entry)),
        whole=_is_chain(seat, found) and [stored.seq for stored in here] == list(range(first, last + 1)),
        page=page[0],
        pages=page[1],
        topic=topic[0].words if topic and topic[0].seq == 1 else "",
    )


def _shown(seat: Seat, room: rooms.Room, found: list[Stored]) -> list[Shown]:
    with translation.override(seat.language):
        words = scripts.words(room.shown.state.script)
        entries = {stored.seq: stored for stored in found}
        elsewhere = {seq for stored in found for seq in _marked_in(seat, stored)} - entries.keys()
        entries |= {stored.seq: stored for stored in rooms.read(seat.thread, seqs=elsewhere)} if elsewhere else {}
        return [shown(seat, stored, words, room.script, entries) for stored in found]


def _marked_in(seat: Seat, stored: Stored) -> set[int]:
    """The numbers of the lists whose lines an entry marks."""
    try:
        entry = rooms.opened(seat, stored)
    except Sealed:
        return set()
    return {int(line.partition(".")[0]) for line in entry.body.get("marks", ())} if entry else set()


def _may_read(seat: Seat, room: rooms.Room, stored: Stored) -> bool:
    """Whether this is for everybody, or was said by or to this person."""
    if stored.author == seat.person:
        return True
    apart = _is_apart(room, stored.seq)
    if stored.author != seat.space:
        return not apart
    try:
        entry = rooms.opened(seat, stored)
    except Sealed:
        return True
    if entry is None or entry.by in (seat.person, seat.space):
        return True
    return entry.body["person"] == seat.person.hex if entry.do == "lend" else not apart


def _is_apart(room: rooms.Room, seq: int) -> bool:
    """Whether this was written in a step of several that is not, or never was, done by all of them."""
    state = room.shown.state
    waits = room.script.steps[state.step].role in TOGETHER and state.over != "closed"
    return (waits and seq > state.turn) or any(first < seq < last for first, last in state.apart)


def _is_chain(seat: Seat, found: list[Stored]) -> bool:
    """Whether each entry follows the one before it, as far as it can be opened."""
    for before, stored in pairwise(found):
        try:
            entry = rooms.opened(seat, stored)
        except Sealed:
            continue
        if entry and entry.prev != before.digest.hex():
            return False
    return True


def _tells(entry: Shown) -> bool:
    """Whether an entry has a line of its own: what can be read, a pause and an end."""
    return tells(entry) or entry.kind in ("pause", "end")
