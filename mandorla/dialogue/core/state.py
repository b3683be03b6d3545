"""Where a dialogue stands: ids, numbers and step names, never words. It stays small however long the dialogue grows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

T = TypeVar("T")

CHUNKS_SHOWN = 8  # of the sender's chunks on the summary's screen; the rest is read in the transcript
PARKED_MAX = 12
FELT_KEPT = 12
ANSWERS_KEPT = 64
PACES = ("guided", "light", "bare")


@dataclass(frozen=True, slots=True)
class Pause:
    """Both rest until `until`; who asked for it is nowhere."""

    until: datetime
    ready: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, as it is read from the log. `author` is the space itself for acts of the room."""

    seq: int
    author: UUID
    at: datetime
    do: str
    step: str
    body: Mapping[str, Any]
    prev: str = ""

    @property
    def by(self) -> UUID:
        """Whose act it was: at one device between two people the room writes down for whom it was done."""
        return UUID(self.body["by"]) if "by" in self.body else self.author


@dataclass(frozen=True, slots=True)
class State:
    """The folded log. `seq` is the last entry's number, `turn` the number of the entry that opened this step."""

    script: str
    medium: str
    people: tuple[UUID, ...]
    asked_at: datetime
    minutes: int
    step: str
    seq: int
    turn: int
    turn_at: datetime
    begun_at: datetime | None = None
    sender: int = 0
    round: int = 0
    prompt: int = 0
    tries: int = 0
    done: frozenset[UUID] = frozenset()
    latest: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    chunks: tuple[int, ...] = ()
    chunks_before: int = 0
    confirmed: int = 0
    parked: tuple[int, ...] = ()
    felt: tuple[int, ...] = ()
    signal: str = ""
    at: datetime | None = None
    paused: Pause | None = None
    over: str = ""
    prev: str = ""
    lists: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    marks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    paces: Mapping[UUID, str] = field(default_factory=dict)

    @property
    def pace(self) -> str:
        """How much guidance both wish for: the most that anyone does."""
        return min((self.paces.get(person, PACES[0]) for person in self.people), key=PACES.index)

    def lines_of(self, kind: str, *, without: UUID | None = None) -> tuple[str, ...]:
        """The lines under a kind, listed or marked, as `entry.line`; if asked, those that someone else wrote."""
        found: dict[str, None] = {}
        for seq in self.latest.get(kind, ()):
            if seq in self.lists:
                found |= dict.fromkeys(f"{seq}.{line}" for line in range(self.lists[seq][1]))
            found |= dict.fromkeys(self.marks.get(seq, ()))
        return tuple(line for line in found if without is None or self.writer_of(line) != without)

    def writer_of(self, line: str) -> UUID:
        """Who wrote a line."""
        return self.people[self.lists[int(line.partition(".")[0])][0]]

    def role_of(self, person: UUID) -> str:
        """*sender* or *receiver*."""
        return "sender" if self.people[self.sender] == person else "receiver"

    def needed(self) -> frozenset[int]:
        """The numbers of the entries some screen of this step may show."""
        kept = {1, self.confirmed, *self.chunks}
        kept.update(seq for seqs in self.latest.values() for seq in seqs)
        kept.update(int(line.partition(".")[0]) for lines in self.marks.values() for line in lines)
        return frozenset(kept - {0})

    def packed(self) -> dict[str, Any]:
        """The state as plain JSON values, to be sealed beside the dialogue."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return plain | {
            "people": [person.hex for person in self.people],
            "done": sorted(person.hex for person in self.done),
            "asked_at": self.asked_at.isoformat(),
            "turn_at": self.turn_at.isoformat(),
            "at": self.at.isoformat() if self.at else None,
            "begun_at": self.begun_at.isoformat() if self.begun_at else None,
            "paces": {person.hex: pace for person, pace in self.paces.items()},
            "lists": {str(seq): told for seq, told in self.lists.items()},
            "marks": {str(seq): lines for seq, lines in self.marks.items()},
            "paused": [self.paused.until.isoformat(), sorted(one.hex for one in self.paused.ready)]
            if self.paused
            else None,
        }

    @classmethod
    def unpacked(cls, plain: Mapping[str, Any]) -> "State":
        """The state that was packed so."""
        facts = {name: plain[name] for name in cls.__slots__ if name in plain}
        paused = facts["paused"]
        return cls(
            **facts
            | {
                "people": tuple(UUID(person) for person in facts["people"]),
                "done": frozenset(UUID(person) for person in facts["done"]),
                "latest": {kind: tuple(seqs) for kind, seqs in facts["latest"].items()},
                "chunks": tuple(facts["chunks"]),
                "paces": {UUID(person): pace for person, pace in facts.get("paces", {}).items()},
                "lists": {int(seq): (told[0], told[1]) for seq, told in facts.get("lists", {}).items()},
                "marks": {int(seq): tuple(lines) for seq, lines in facts.get("marks", {}).items()},
                "parked": tuple(facts["parked"]),
                "felt": tuple(facts["felt"]),
                "asked_at": datetime.fromisoformat(facts["asked_at"]),
                "turn_at": datetime.fromisoformat(facts["turn_at"]),
                "at": datetime.fromisoformat(facts["at"]) if facts["at"] else None,
                "begun_at": datetime.fromisoformat(facts["begun_at"]) if facts["begun_at"] else None,
                "paused": Pause(datetime.fromisoformat(paused[0]), frozenset(UUID(one) for one in paused[1]))
                if paused
                else None,
            }
        )

    def with_(self, **changes: Any) -> "State":
        """The same state but for `changes`."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[T]):
    """A state and the stored entries its screens may show, by number."""

    state: State
    entries: Mapping[int, T]

    def grown(self, state: State, seq: int, entry: T) -> "Snapshot[T]":
        """The next snapshot: with the new entry, without those no screen needs any more."""
        needed = state.needed()
        kept = {number: one for number, one in self.entries.items() if number in needed}
        return Snapshot(state, kept | {seq: entry} if seq in needed else kept)
