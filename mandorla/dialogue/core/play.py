"""The table: what a move does. `decide` says whether someone may and what then happened; `fold` is where that leads.

Neither looks at the words. `decide` raises Refused with a reason, Moved for a screen that is out of date, and
NotYours for anyone who is not one of the dialogue's people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mandorla.dialogue.core.script import VOICES, Move, Script, Step
from mandorla.dialogue.core.state import CHUNKS_SHOWN, FELT_KEPT, PACES, PARKED_MAX, Entry, Pause, State
from mandorla.vault.core import Moved, NotYours, Refused

WORDS_MAX = 2000
LINE_MAX = 300
PARKED_WORDS_MAX = 120
LEAD_MAX = 200
FEELINGS_MAX = 3
FEELING_MAX = 60
PAUSE_MINUTES = (20, 24 * 60)
AHEAD_MAX = timedelta(days=60)
ANYWHERE = frozenset({"pause", "go_on", "end", "park", "pace"})
BY_THE_ROOM = frozenset({"pause", "end", "park"})


@dataclass(frozen=True, slots=True)
class Command:
    """What someone asks for. `key` makes a repeat harmless; `seen` is the version on their screen."""

    key: UUID
    seen: int
    do: str
    words: str = ""
    lead: str = ""
    feelings: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    at: datetime | None = None
    minutes: int = 0
    marks: tuple[str, ...] = ()
    pace: str = ""


def decide(  # noqa: PLR0913  # six facts, none of which belong together
    script: Script, state: State, person: UUID, command: Command, *, now: datetime, room: UUID, resting: bool = False
) -> Entry:
    """The entry that `command` becomes. Acts of the room carry the space's id as author, and nobody's.

    While dialogues rest, only a gentle script may begin. A move of the step must have seen this turn; stopping need
    not: nobody has to look again before they may stop.
    """
    if person not in state.people:
        raise NotYours
    if state.over:
        raise Refused("over")
    newest = state.seq if is_one_device(script, state) else state.turn  # there, a second tap would be the other's
    if command.seen < newest and command.do not in ANYWHERE:
        raise Moved(state.seq)
    if has_lapsed(script, state, now):
        raise Refused("lapsed")
    step = script.steps[state.step]
    if command.do in ANYWHERE:
        body = _anywhere(state, step, person, command, now)
    elif state.paused:
        raise Refused("paused")
    else:
        person = actor(script, state, person, command.do)
        move = _allowed(step, state, person, command.do, script)
        if resting and not script.gentle and step.place == "appointment" and _begins(script, move):
            raise Refused("resting")
        body = _in_step(state, move, person, command, now)
    author = room if command.do in BY_THE_ROOM else person
    if author == person and is_one_device(script, state):  # who touched it nobody can tell: only for whom it was done
        author, body = room, body | {"by": person.hex}
    return Entry(state.seq + 1, author, now, command.do, state.step, body, state.prev)


def has_lapsed(script: Script, state: State, now: datetime) -> bool:
    """Whether a request or an appointment has gone by unanswered."""
    hours = script.steps[state.step].lapses_hours
    since = max(state.turn_at, state.at) if state.at else state.turn_at
    return bool(hours) and not state.over and now > since + timedelta(hours=hours)


def is_one_device(script: Script, state: State) -> bool:
    """Whether both act on one device now: in that medium, once the dialogue has begun."""
    return state.medium == "shared" and script.steps[state.step].place != "appointment"


def holder(script: Script, state: State, person: UUID) -> UUID:
    """For whom the screen of this person is: at one device, whoever's turn it is."""
    if not is_one_device(script, state):
        return person
    step, sender = script.steps[state.step], state.people[state.sender]
    (other,) = (one for one in state.people if one != sender)
    return other if step.role == "receiver" or (step.role == "both" and sender in state.done) else sender


def actor(script: Script, state: State, person: UUID, do: str) -> UUID:
    """Who makes a move that comes from this person's device: at one device, whoever may make it."""
    if not is_one_device(script, state):
        return person
    first = holder(script, state, person)
    able = [one for one in state.people if any(move.name == do for move in moves_of(script, state, one))]
    return first if first in able or not able else able[0]


def moves_of(script: Script, state: State, person: UUID) -> tuple[Move, ...]:
    """The moves this person may make now, were nothing paused or over."""
    step, role = script.steps[state.step], state.role_of(person)
    if step.role == "both" and person in state.done:
        return ()
    return tuple(
        move
        for move in step.moves.values()
        if (move.role or step.role) in (role, "both")
        and state.medium in move.media
        and (not move.optional_prompts or script.prompt_at(state.prompt) in script.optional_prompts)
        and not (move.act == "signal" and state.signal == move.name)
    )


def fold(script: Script, state: State | None, entry: Entry, digest: str) -> State:
    """The state after `entry`, whose envelope has this SHA-256 (hex). The first entry makes the first state."""
    if state is None:
        return _opened(script, entry, digest)
    state = state.with_(seq=entry.seq, prev=digest)
    changes: dict[str, Any]
    match entry.do:
        case "pause":
            changes = {"paused": Pause(datetime.fromisoformat(entry.body["until"]))}
        case "end":
            changes = {"over": "ended", "paused": None}
        case "park":
            changes = {"parked": (*state.parked, entry.seq)}
        case "pace":
            together = is_one_device(script, state)  # where both sit before one screen, it is both who wish
            wish = dict.fromkeys(state.people if together else (entry.by,), entry.body["pace"])
            changes = {"paces": {**state.paces, **wish}}
        case "go_on":
            return _ready_again(state, entry.by, alone=is_one_device(script, state))
        case _:
            return _moved(script, state, script.steps[entry.step].moves[entry.do], entry)
    return state.with_(**changes)


def _opened(script: Script, entry: Entry, digest: str) -> State:
    body = entry.body
    return State(
        script=script.id,
        medium=body["medium"],
        people=tuple(UUID(person) for person in body["people"]),
        asked_at=entry.at,
        minutes=body["minutes"],
        step=script.start,
        seq=entry.seq,
        turn=entry.seq,
        turn_at=entry.at,
        at=datetime.fromisoformat(body["wish"]) if body.get("wish") else None,
        paces={UUID(person): pace for person, pace in body.get("paces", {}).items()},
        prev=digest,
    )


def _allowed(step: Step, state: State, person: UUID, name: str, script: Script) -> Move:
    if name not in step.moves:
        raise Refused("not_here")
    for move in moves_of(script, state, person):
        if move.name == name:
            return move
    raise Refused("not_your_turn")


def _begins(script: Script, move: Move) -> bool:
    return any(script.steps[target].place != "appointment" for target in move.targets())


def _anywhere(state: State, step: Step, person: UUID, command: Command, now: datetime) -> dict[str, Any]:
    begun = step.place != "appointment"
    match command.do:
        case "pause" if begun:
            shortest, longest = PAUSE_MINUTES
            if not shortest <= command.minutes <= longest:
                raise Refused("pause_length")
            return {"until": (now + timedelta(minutes=command.minutes)).isoformat()}
        case "go_on" if state.paused:
            if person in state.paused.ready:
                raise Refused("already")
            return {}
        case "park" if begun:
            if len(state.parked) >= PARKED_MAX:
                raise Refused("parked_enough")
            return {"words": _words(command.words, PARKED_WORDS_MAX)}
        case "pace":
            if command.pace not in PACES:
                raise Refused("not_here")
            return {"pace": command.pace}
        case "end":
            return {}
        case _:
            raise Refused("not_here")


def _in_step(state: State, move: Move, person: UUID, command: Command, now: datetime) -> dict[str, Any]:
    match move.act:
        case "list":
            return {"lines": _lines(command.words, move)}
        case "mark":
            return {"marks": _marks(state, move, person, command.marks)}
        case "say" if state.medium in VOICES["typed"]:
            body: dict[str, Any] = {"words": _words(command.words, WORDS_MAX, "too_long")}
            return body | {"lead": _words(command.lead, LEAD_MAX)} if command.lead else body
        case "pick":
            chosen = len(command.feelings) + len(command.own)
            if not 1 <= chosen <= FEELINGS_MAX:
                raise Refused("feelings", most=FEELINGS_MAX)
            named = [_words(feeling, FEELING_MAX) for feeling in (*command.feelings, *command.own)]
            return {"feelings": named[: len(command.feelings)], "own": named[len(command.feelings) :]}
        case "appoint":
            if command.at is None or not now < command.at <= now + AHEAD_MAX:
                raise Refused("time")
            return {"when": command.at.isoformat()}
        case _:
            return {}


def _lines(words: str, move: Move) -> list[str]:
    """What stands on the lines of a list."""
    lines = [_words(line, LINE_MAX) for line in words.splitlines() if line.strip()]
    if not lines:
        raise Refused("empty")
    if not move.least <= len(lines) <= move.most:
        raise Refused("lines", least=move.least, most=move.most, given=len(lines))
    return lines


def _marks(state: State, move: Move, person: UUID, marks: tuple[str, ...]) -> list[str]:
    """The lines someone marks, in their own order on the screen."""
    there = state.lines_of(move.of, without=person if move.theirs else None)
    marked = [line for line in there if line in marks]
    if not move.least <= len(marked) <= move.most:
        raise Refused("marks", least=move.least, most=move.most)
    return marked


def _words(words: str, most: int, too_long: str = "line_too_long") -> str:
    words = words.strip()
    if not words:
        raise Refused("empty")
    if len(words) > most:
        raise Refused(too_long, most=most, length=len(words))
    return words


def _ready_again(state: State, person: UUID, *, alone: bool) -> State:
    ready = (state.paused.ready if state.paused else frozenset()) | {person}
    if state.paused is None or alone or ready >= set(state.people):
        return state.with_(paused=None)
    return state.with_(paused=Pause(state.paused.until, ready))


def _moved(script: Script, state: State, move: Move, entry: Entry) -> State:
    state = _remembered(state, move, entry)
    step = script.steps[entry.step]
    if move.act == "signal" and not move.next:
        return state.with_(signal=move.name)
    if step.role == "both" and (move.role or "both") == "both" and move.act != "appoint":
        done = state.done | {entry.by}
        if not done >= set(state.people):
            return state.with_(done=done)
    return _gone_on(script, state, move, entry)


def _remembered(state: State, move: Move, entry: Entry) -> State:
    """What later steps may show of this entry."""
    latest: Mapping[str, tuple[int, ...]] = state.latest
    if move.kind:
        together = tuple(seq for seq in latest.get(move.kind, ()) if seq > state.turn)
        latest = {**latest, move.kind: (*together, entry.seq)}
    chunks, before = state.chunks, state.chunks_before
    if move.chunk:
        chunks, before = (*chunks, entry.seq)[-CHUNKS_SHOWN:], before + (len(chunks) == CHUNKS_SHOWN)
    lists, marks = state.lists, state.marks
    if "lines" in entry.body:
        lists = {**lists, entry.seq: (state.people.index(entry.by), len(entry.body["lines"]))}
    if "marks" in entry.body:
        marks = {**marks, entry.seq: tuple(entry.body["marks"])}
    if lists:
        shown = {seq for seqs in latest.values() for seq in seqs}
        marks = {seq: lines for seq, lines in marks.items() if seq in shown}
        shown |= {int(line.partition(".")[0]) for lines in marks.values() for line in lines}
        lists = {seq: told for seq, told in lists.items() if seq in shown}
    return state.with_(
        lists=lists,
        marks=marks,
        latest=latest,
        chunks=chunks,
        chunks_before=before,
        felt=(*state.felt, entry.seq)[-FELT_KEPT:] if move.act == "pick" else state.felt,
        confirmed=latest[move.confirms][-1] if move.confirms in latest else state.confirmed,
        tries=0 if move.confirms else state.tries + move.again,
        at=datetime.fromisoformat(entry.body["when"]) if "when" in entry.body else state.at,
    )


def _gone_on(script: Script, state: State, move: Move, entry: Entry) -> State:
    if move.over:
        return state.with_(over=move.over)
    prompt = min(state.prompt + move.advances, len(script.prompts))
    walking = move.advances and prompt < len(script.prompts)
    target = move.next if walking or not move.advances else move.done
    if move.last and not walking and state.round + 1 >= script.rounds:
        target = move.last
    while state.medium not in script.steps[target].media:
        target = script.steps[target].passed()
    begun_at = state.begun_at or (None if script.steps[target].place == "appointment" else entry.at)
    state = state.with_(
        step=target, prompt=prompt, turn=entry.seq, turn_at=entry.at, begun_at=begun_at, done=frozenset(), signal=""
    )
    return _swapped(state) if move.swaps else state


def _swapped(state: State) -> State:
    return state.with_(
        sender=(state.sender + 1) % len(state.people),
        round=state.round + 1,
        prompt=0,
        tries=0,
        latest={},
        chunks=(),
        chunks_before=0,
        lists={},
        marks={},
    )
