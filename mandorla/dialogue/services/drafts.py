"""Drafts: what somebody filled in and has not sent, for their own eyes. A page that is behind replaces nothing.

At one device between two people one draft holds the parts of both, and each finds their own.
"""

from concurrent.futures import TimeoutError as TooLong
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from mandorla.dialogue.core import State, holder, is_one_device
from mandorla.dialogue.models import Draft
from mandorla.dialogue.services import rooms
from mandorla.dialogue.services.rooms import Room, Seat, StoredDraft, may_still, stored_id
from mandorla.dialogue.services.writer import PATIENCE_SECONDS, Conflict, writer
from mandorla.vault.core import Busy, Sealed, new_id

DRAFT_MAX = 10_000  # characters
Parts = dict[str, dict[str, Any]]
"""What a draft holds, by the id of whoever filled it in."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is chosen beside the words: a beginning, feelings by key, and one in own words. Of its turn alone."""

    lead: str | None = ""
    feelings: tuple[str, ...] = ()
    own: str = ""


NOTHING = Beside()
EMPTY = ("", NOTHING)


@dataclass(frozen=True, slots=True)
class Typed:
    """What is filled in, the version of the room it was filled in, and of the draft it goes on from.

    `words` or a `lead` are None where there is no field for them: what was kept before stays.
    """

    words: str | None
    seen: int
    version: int
    beside: Beside = NOTHING


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it: *kept* under this version; *other*: another page kept this meanwhile; *late*; *long*."""

    name: str
    version: int = 0
    words: str = ""
    beside: Beside = NOTHING


def save_draft(seat: Seat, typed: Typed) -> Kept:
    """Keeps what someone fills in. A page that is behind gets what was kept. Raises Busy, Locked or NotYours."""
    if len(typed.words or "") + len(typed.beside.own) > DRAFT_MAX:
        return Kept("long")
    room = rooms.room_of(seat)
    with room.lock:
        state = room.tip.state
        if state.is_at_door(seat.person):
            return Kept("late")
        newest = state.seq if is_one_device(room.script, state) else state.turn  # as for acts
        of = holder(room.script, state, seat.person)
        if typed.seen < newest or of in state.done:  # the words it grew from have been sent
            return Kept("late")
        before = room.drafts.get(seat.person)
        if typed.version != (before.version if before else 0):
            return Kept("other", before.version if before else 0, *(opened_draft(seat, before, state, of) or EMPTY))
        draft = _with(seat, before, of, _part(seat, typed, state, before, of))
        room.drafts[seat.person] = draft
        answer = writer.submit(seat.thread, _Keep(seat, draft))
    try:
        answer.result(PATIENCE_SECONDS)
    except TooLong:
        raise Busy from None
    except Exception:
        rooms.forget(seat.thread)
        raise
    return Kept("kept", draft.version)


def opened_draft(seat: Seat, draft: StoredDraft | None, state: State, of: UUID) -> tuple[str, Beside] | None:
    """The words of a draft and what was chosen beside them, for the one who filled it in; nothing if nobody has."""
    part = _parts(seat, draft).get(of.hex)
    if part is None:
        return None
    words = str(part["words"])
    if part.get("turn") != state.turn:
        return words, NOTHING
    return words, Beside(str(part["lead"]), tuple(part["feelings"]), str(part["own"]))


def look_again(seat: Seat, room: Room) -> None:
    """Looks whether another process has kept a newer draft of this person than the room at hand knows of."""
    row = Draft.objects.filter(thread=seat.thread, person=seat.person).values_list("version", "id", "envelope").first()
    with room.lock:
        known = room.drafts.get(seat.person)
        if row and (known is None or row[0] > known.version):
            room.drafts[seat.person] = StoredDraft(*row)


@dataclass(frozen=True, slots=True)
class PutAway:
    """What goes with what is sent: the draft up to a version, but for what is `left` of it. A newer one stays."""

    until: int
    left: StoredDraft | None = None

    def __call__(self, cursor: Any, seat: Seat) -> None:
        if self.left:
            _put(cursor, seat, self.left)
            return
        row = [stored_id(seat.thread), stored_id(seat.person), self.until]
        cursor.execute("DELETE FROM dialogue_draft WHERE thread_id = %s AND person = %s AND version <= %s", row)

    def settle(self, seat: Seat, room: Room) -> None:
        """After the commit, under the room's lock."""
        draft = room.drafts.get(seat.person)
        if draft and draft.version <= self.until:
            del room.drafts[seat.person]
        if self.left:
            room.drafts[seat.person] = self.left


def put_away(seat: Seat, draft: StoredDraft | None, of: UUID, sent: str | None, kept: int) -> PutAway:
    """What goes with the words that are `sent`, or with feelings, by a page that went on from version `kept`.

    What another page kept since stays, unless it was sent as well; and where no words are sent, so do the words.
    """
    parts = _parts(seat, draft)
    part = parts.pop(of.hex, {})
    words = str(part.get("words", "")).strip()
    if draft is None or (draft.version > kept and (sent is None or words not in sent)):
        return PutAway(kept)
    if sent is None and words:
        parts[of.hex] = part | asdict(NOTHING)
    until = max(draft.version, kept)  # the page may know of one that another process kept
    return PutAway(until, _sealed(seat, parts, until) if parts else None)


@dataclass(frozen=True, slots=True)
class _Keep:
    """The work of one draft."""

    seat: Seat
    draft: StoredDraft

    def __call__(self, cursor: Any) -> None:
        may_still(cursor, self.seat)
        _put(cursor, self.seat, self.draft)
        if cursor.rowcount != 1:
            raise Conflict


def _put(cursor: Any, seat: Seat, draft: StoredDraft) -> None:
    cursor.execute(
        "INSERT INTO dialogue_draft (id, thread_id, person, version, envelope) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (thread_id, person) DO UPDATE SET version = excluded.version, envelope = excluded.envelope,"
        " id = excluded.id WHERE dialogue_draft.version = excluded.version - 1",
        [*map(stored_id, (draft.record, seat.thread, seat.person)), draft.version, draft.envelope.raw],
    )


def _part(seat: Seat, typed: Typed, state: State, before: StoredDraft | None, of: UUID) -> dict[str, Any]:
    stood, chosen = opened_draft(seat, before, state, of) or EMPTY
    words = stood if typed.words is None else typed.words
    lead = chosen.lead if typed.beside.lead is None else typed.beside.lead
    return {"words": words, "turn": state.turn} | asdict(typed.beside) | {"lead": lead}


def _with(seat: Seat, before: StoredDraft | None, of: UUID, part: dict[str, Any]) -> StoredDraft:
    return _sealed(seat, _parts(seat, before) | {of.hex: part}, before.version if before else 0)


def _parts(seat: Seat, draft: StoredDraft | None) -> Parts:
    if draft is None:
        return {}
    record, version = draft.record, draft.version
    try:
        plain: dict[str, Any] = seat.own_keys.open(
            draft.envelope, type="draft", field="words", record=record, author=seat.person, revision=version
        )
    except Sealed:  # nobody is kept out of a room by a draft that was changed or lost its key
        return {}
    return plain if "words" not in plain else {seat.person.hex: plain}  # as it was before it had parts


def _sealed(seat: Seat, parts: Parts, before: int) -> StoredDraft:
    record, version = new_id(), before + 1
    envelope = seat.own_keys.seal(
        parts, type="draft", field="words", record=record, author=seat.person, revision=version
    )
    return StoredDraft(version, record, envelope)
