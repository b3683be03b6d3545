"""Ana, Ben and others at a table without a server: scripts of the content folder, and moves made by the core alone."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mandorla.dialogue.core import Command, Entry, Script, Snapshot, State, assemble, decide, fold, wire
from mandorla.vault.core import Refused

DIALOGUES = Path(__file__).resolve().parents[2] / "mandorla" / "content" / "dialogues"
ANA, BEN, EVE, ROOM, GUIDE, OBSERVER = (UUID(int=number) for number in (0xA, 0xB, 0xE, 0xF0, 0xC, 0xD))
CAST = (ANA, BEN, *(UUID(int=0x100 + number) for number in range(28)))
PEOPLE = {"ana": ANA, "ben": BEN, "eve": EVE, "guide": GUIDE, "observer": OBSERVER}
PEOPLE |= {f"p{number}": person for number, person in enumerate(CAST)}
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
KEY = UUID(int=1)

ANSWERED = "ben:now ana:ready ben:ready "
ARRIVED = {
    "couples": ANSWERED + "ana:skip ben:skip ana:skip ben:skip ",
    "appreciation": ANSWERED + "ana:skip ben:skip ",
}
HEARD = {
    "couples": ARRIVED["couples"] + "ana:say ben:say ana:yes ana:no_more ben:say ana:all ",
    "appreciation": ARRIVED["appreciation"] + "ana:say ben:say ana:yes " * 3 + "ana:leave_out ",
}
THANKED = "ben:say ana:lands ben:guess ana:yes ana:skip ben:skip "


def told() -> dict[str, dict[str, Any]]:
    """Every script and part in the content folder, as it is written there, by name and version."""
    return {
        f"{file.parent.name}/{file.stem}": tomllib.loads(file.read_text("utf-8"))
        for file in sorted(DIALOGUES.glob("*/[0-9]*.toml"))
    }


SCRIPTS = sorted(name for name, one in told().items() if "start" in one)


@cache
def script(name: str) -> Script:
    """A script of the content folder."""
    return assemble(told()[name], told())


class Table:
    """A dialogue Ana has asked Ben for, or more, with every entry so far. Where it needs a guide, one is there."""

    def __init__(
        self,
        script: Script,
        medium: str = "written",
        *,
        wish: datetime | None = None,
        people: int = 0,
        guided: bool = True,
    ) -> None:
        body: dict[str, Any] = {"medium": medium, "minutes": 30, "topic": "our evenings"}
        body["people"] = [person.hex for person in CAST[: people or script.people[0]]]
        if script.guard and guided:
            body["guests"] = [[GUIDE.hex, "guide"]]
        asked = Entry(1, ANA, NOW, "ask", script.start, body | {"wish": wish.isoformat() if wish else None})
        self.script, self.now, self.entries = script, NOW, [asked]
        self.state = fold(script, None, asked, digest(asked))
        self.snapshot = Snapshot(self.state, {1: asked})
        for guest in self.state.guests:
            self.is_welcomed(guest)

    def is_welcomed(self, guest: UUID) -> None:
        """Everyone who has not done so yet welcomes a guest."""
        for person in self.state.people:
            if person not in self.state.guests[guest][1]:
                self.does(person, "welcome", person=guest)

    def does(self, person: UUID, do: str, /, *, resting: bool = False, **facts: Any) -> Entry:
        """One command that suits its act unless `facts` say otherwise."""
        command = self.command(do, **facts)
        entry = decide(self.script, self.state, person, command, now=self.now, room=ROOM, resting=resting)
        self.entries.append(entry)
        self.state = fold(self.script, self.state, entry, digest(entry))
        self.snapshot = self.snapshot.grown(self.state, entry.seq, entry)
        return entry

    def play(self, moves: str) -> "Table":
        """Moves written as `ana:say ben:say`, one after the other."""
        for one in moves.split():
            name, _, do = one.partition(":")
            self.does(PEOPLE[name], do)
        return self

    def command(self, do: str, **facts: Any) -> Command:
        suits: dict[str, Any] = {
            "key": KEY,
            "do": do,
            "seen": self.state.seq,
            "words": "I miss our walks.",
            "feelings": ("lonely",),
            "at": self.now + timedelta(days=1),
            "minutes": 20,
            "drawn": "0 0 500 500; 10 20",
        }
        return Command(**suits | facts)

    def replayed(self) -> State:
        """The state that the entries lead to when they are read back from the log."""
        state = None
        for entry in self.entries:
            plain = json.loads(json.dumps(wire.packed(entry)))
            state = fold(self.script, state, wire.entry(plain, entry.seq, entry.author), digest(entry))
        assert state is not None
        return state


def digest(entry: Entry) -> str:
    """What stands here for the SHA-256 of an entry's envelope."""
    return hashlib.sha256(json.dumps([entry.seq, entry.author.hex, wire.packed(entry)]).encode()).hexdigest()


def through_json(state: State) -> State:
    """The state after it was stored and read again."""
    plain: Mapping[str, Any] = json.loads(json.dumps(state.packed()))
    return State.unpacked(plain)


def table(moves: str = "", name: str = "couples", medium: str = "written", **facts: Any) -> Table:
    """Two people at a table, after these moves."""
    return Table(script(f"{name}/1"), medium, **facts).play(moves)


def refusal(held: Table, person: Any, do: str, **facts: Any) -> Refused:
    """Why this move is refused; it leaves everything as it was."""
    before = held.state
    with pytest.raises(Refused) as refused:
        held.does(person, do, **facts)
    assert held.state == before
    return refused.value


def _as_the_other(moves: str) -> str:
    return moves.replace("ana:", "x:").replace("ben:", "ana:").replace("x:", "ben:")


def _stages(name: str) -> list[str]:
    """A whole dialogue with both turns, cut where its parts end."""
    heard = HEARD[name].removeprefix(ARRIVED[name])
    return [ARRIVED[name], heard, THANKED + "ben:now ana:now ", _as_the_other(heard), _as_the_other(THANKED)]


STAGES = {name: _stages(name) for name in ARRIVED}
