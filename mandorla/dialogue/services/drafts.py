"""Drafts: what somebody filled in and has not sent, for their own eyes. A page that is behind replaces nothing."""

from concurrent.futures import TimeoutError as TooLong
from dataclasses import asdict, dataclass
from typing import Any

from mandorla.dialogue.core import State, holder, is_one_device
from mandorla.dialogue.services import rooms
from mandorla.dialogue.services.moves import PATIENCE_SECONDS, may_still, stored_id
from mandorla.dialogue.services.rooms import Seat, StoredDraft
from mandorla.dialogue.services.writer import Conflict, writer
from mandorla.vault.core import Busy, new_id

DRAFT_MAX = 10_000  # characters


@dataclass(frozen=True, slots=True)
class Beside:
    """What is chosen beside the words: a beginning, feelings by key, and one in own words. Of its turn alone."""

    lead: str = ""
    feelings: tuple[str, ...] = ()
    own: str = ""


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class Typed:
    """What is filled in, the version of the room it was filled in, and of the draft it goes on from."""

    words: str
    seen: int
    version: int
    beside: Beside = NOTHING


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it: *kept* under this version; *other*: another page kept this meanwhile; *late*; *long*."""

    name: str
    version: int = 0
    words: str = ""
    own: str = ""


def save_draft(seat: Seat, typed: Typed) -> Kept:
    """Keeps what someone fills in. A page that is behind gets the other text. Raises Busy, Locked or NotYours."""
    if len(typed.words) + len(typed.beside.own) > DRAFT_MAX:
        return Kept("long")
    room = rooms.room_of(seat)
    with room.lock:
        state = room.tip.state
        if state.is_at_door(seat.person):
            return Kept("late")
        newest = state.seq if is_one_device(room.script, state) else state.turn  # as for acts
        if (
            typed.seen < newest or holder(room.script, state, seat.person) in state.done
        ):  # the words it grew from have been sent
            return Kept("late")
        before = room.drafts.get(seat.person)
        if typed.version != (before.version if before else 0):
            words, beside = opened_draft(seat, before, state)
            return Kept("other", before.version if before else 0, words, beside.own)
        draft = _sealed(seat, typed, state, before)
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


def opened_draft(seat: Seat, draft: StoredDraft | None, state: State) -> tuple[str, Beside]:
    """The words of a draft and what was chosen beside them, for the one who writes it."""
    if draft is None:
        return "", NOTHING
    plain = seat.own_keys.open(
        draft.envelope, type="draft", field="words", record=draft.record, author=seat.person, revision=draft.version
    )
    if plain.get("turn") != state.turn:
        return str(plain["words"]), NOTHING
    return str(plain["words"]), Beside(str(plain["lead"]), tuple(plain["feelings"]), str(plain["own"]))


@dataclass(frozen=True, slots=True)
class _Keep:
    """The work of one draft."""

    seat: Seat
    draft: StoredDraft

    def __call__(self, cursor: Any) -> None:
        may_still(cursor, self.seat)
        cursor.execute(
            "INSERT INTO dialogue_draft (id, thread_id, person, version, envelope) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (thread_id, person) DO UPDATE SET version = excluded.version, envelope = excluded.envelope,"
            " id = excluded.id WHERE dialogue_draft.version = excluded.version - 1",
            [
                stored_id(self.draft.record),
                stored_id(self.seat.thread),
                stored_id(self.seat.person),
                self.draft.version,
                self.draft.envelope.raw,
            ],
        )
        if cursor.rowcount != 1:
            raise Conflict


def _sealed(seat: Seat, typed: Typed, state: State, kept: StoredDraft | None) -> StoredDraft:
    record, version = new_id(), kept.version + 1 if kept else 1
    told = {"words": typed.words, "turn": state.turn} | asdict(typed.beside)
    envelope = seat.own_keys.seal(
        told, type="draft", field="words", record=record, author=seat.person, revision=version
    )
    return StoredDraft(version, record, envelope)
