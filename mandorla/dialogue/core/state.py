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
GATHERED_SHOWN = 12  # of what stays on the list for everybody; the rest is read in the transcript
GUESTS_MAX = 8
APART_MAX = 16
PACES = ("guided", "light", "bare")
GUEST_ROLES = ("observer", "guide")
NOBODY = -1


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
    """The folded log. `seq` is the last entry's number, `turn` the number of the entry that opened this step.

    `people` take turns, in this order; `gone` did so until they left, `declined` never did. `receiver` is NOBODY until
    somebody is named or offers to listen. A guest has a role and has been welcomed by some of the people, and is there
    once all have. `safe` is where it stood after the last accurate mirror of this turn, and that mirror's kind;
    `chosen_at`, where its receiver was found. `apart`: between which entries some wrote in a step of several that then
    was left before all had.
    """

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
    lists: Mapping[int, tuple[UUID, int]] = field(default_factory=dict)
    marks: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    paces: Mapping[UUID, str] = field(default_factory=dict)
    receiver: int = 1
    guests: Mapping[UUID, tuple[str, frozenset[UUID]]] = field(default_factory=dict)
    gone: tuple[UUID, ...] = ()
    declined: tuple[UUID, ...] = ()
    queue: tuple[UUID, ...] = ()
    gathered: tuple[int, ...] = ()
    gathered_before: int = 0
    lent: Mapping[UUID, int] = field(default_factory=dict)
    slowed_at: datetime | None = None
    safe: tuple[str, int, str] | None = None
    chosen_at: str = ""
    apart: tuple[tuple[int, int], ...] = ()

    @property
    def pace(self) -> str:
        """How much guidance both wish for: the most that anyone does."""
        return min((self.paces.get(person, PACES[0]) for person in self.people), key=PACES.index)

    def is_heard(self, seq: int) -> bool:
        """Whether an entry was there when a mirror was last called accurate."""
        return seq <= self.confirmed

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
        return self.lists[int(line.partition(".")[0])][0]

    def knows(self, person: UUID) -> bool:
        """Whether someone has or had a part in this dialogue."""
        return person in self.people or person in self.guests or person in self.gone or person in self.declined

    def role_of(self, person: UUID) -> str:
        """*sender*, *receiver* or *observer* of this turn; of a guest the role they were brought as."""
        if person not in self.people:
            return self.guests[person][0] if person in self.guests else "observer"
        number = self.people.index(person)
        return "sender" if number == self.sender else "receiver" if number == self.receiver else "observer"

    def present(self, role: str) -> tuple[UUID, ...]:
        """The guests of a role who are there: welcomed by all, or among those who were asked themselves."""
        return tuple(guest for guest, (its, _) in self.guests.items() if its == role and self.is_welcome(guest))

    def is_welcome(self, guest: UUID) -> bool:
        """Whether a guest may be there: welcomed by all; to look on, also by those who have left since."""
        if guest in self.people or guest not in self.guests:
            return guest in self.people
        role, by = self.guests[guest]
        return by >= {*self.people, *(self.gone if role == "observer" else ())}

    def is_at_door(self, person: UUID) -> bool:
        """Whether somebody was asked to be there as a guest and is not let in yet."""
        return person in self.guests and not self.is_welcome(person)

    def from_door(self, start: str, person: UUID, now: datetime) -> "State":
        """All that who is at the door may know: that it was asked, among whom, and that they are asked too."""
        return State(
            script=self.script,
            medium=self.medium,
            people=self.people,
            asked_at=self.asked_at,
            minutes=self.minutes,
            step=start,
            seq=0,
            turn=0,
            turn_at=now,
            receiver=1 if len(self.people) == 2 else NOBODY,
            guests={person: self.guests[person]},
        )

    def needed(self) -> frozenset[int]:
        """The numbers of the entries some screen of this step may show."""
        kept = {1, self.confirmed, *self.chunks, *self.gathered, *self.lent.values()}
        kept.update(seq for seqs in self.latest.values() for seq in seqs)
        kept.update(int(line.partition(".")[0]) for lines in self.marks.values() for line in lines)
        return frozenset(kept - {0})

    def packed(self) -> dict[str, Any]:
        """The state as plain JSON values, to be sealed beside the dialogue."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__ if name not in LATER}
        ever = (*self.people, *self.gone)
        return (
            plain
            | self._packed_of_many()
            | {
                "people": [person.hex for person in self.people],
                "done": sorted(person.hex for person in self.done),
                "asked_at": self.asked_at.isoformat(),
                "turn_at": self.turn_at.isoformat(),
                "at": self.at.isoformat() if self.at else None,
                "begun_at": self.begun_at.isoformat() if self.begun_at else None,
                "paces": {person.hex: pace for person, pace in self.paces.items()},
                "lists": {str(seq): (ever.index(writer), count) for seq, (writer, count) in self.lists.items()},
                "marks": {str(seq): lines for seq, lines in self.marks.items()},
                "paused": [self.paused.until.isoformat(), sorted(one.hex for one in self.paused.ready)]
                if self.paused
                else None,
            }
        )

    def _packed_of_many(self) -> dict[str, Any]:
        """What two people alone have no need of is not written down for them."""
        plain: dict[str, Any] = {}
        if len(self.people) > 2:
            plain["receiver"] = self.receiver
        if self.guests:
            guests = self.guests.items()
            plain["guests"] = [[guest.hex, role, sorted(one.hex for one in by)] for guest, (role, by) in guests]
        plain |= {
            name: [one.hex for one in people]
            for name in ("gone", "declined", "queue")
            if (people := getattr(self, name))
        }
        if self.gathered:
            plain |= {"gathered": self.gathered, "gathered_before": self.gathered_before}
        if self.lent:
            plain["lent"] = {person.hex: seq for person, seq in self.lent.items()}
        if self.slowed_at:
            plain["slowed_at"] = self.slowed_at.isoformat()
        return plain | {name: value for name in ("safe", "chosen_at", "apart") if (value := getattr(self, name))}

    @classmethod
    def unpacked(cls, plain: Mapping[str, Any]) -> "State":
        """The state that was packed so."""
        facts = {name: plain[name] for name in cls.__slots__ if name in plain}
        paused = facts["paused"]
        people = tuple(UUID(person) for person in facts["people"])
        gone = tuple(UUID(person) for person in facts.get("gone", ()))
        ever = (*people, *gone)
        return cls(
            **facts
            | {
                "people": people,
                "gone": gone,
                "receiver": facts.get("receiver", 1 - facts["sender"]),
                "guests": {
                    UUID(guest): (role, frozenset(UUID(one) for one in by))
                    for guest, role, by in facts.get("guests", ())
                },
                "declined": tuple(UUID(person) for person in facts.get("declined", ())),
                "queue": tuple(UUID(person) for person in facts.get("queue", ())),
                "gathered": tuple(facts.get("gathered", ())),
                "lent": {UUID(person): seq for person, seq in facts.get("lent", {}).items()},
                "slowed_at": datetime.fromisoformat(facts["slowed_at"]) if "slowed_at" in facts else None,
                "safe": tuple(facts["safe"]) if "safe" in facts else None,
                "apart": tuple((first, last) for first, last in facts.get("apart", ())),
                "done": frozenset(UUID(person) for person in facts["done"]),
                "latest": {kind: tuple(seqs) for kind, seqs in facts["latest"].items()},
                "chunks": tuple(facts["chunks"]),
                "paces": {UUID(person): pace for person, pace in facts.get("paces", {}).items()},
                "lists": {int(seq): (ever[told[0]], told[1]) for seq, told in facts.get("lists", {}).items()},
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


LATER = frozenset(
    {
        "receiver",
        "guests",
        "gone",
        "declined",
        "queue",
        "gathered",
        "gathered_before",
        "lent",
        "slowed_at",
        "safe",
        "chosen_at",
        "apart",
    }
)


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
