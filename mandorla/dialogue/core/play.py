"""The table: what a move does. `decide` says whether someone may and what then happened; `fold` is where that leads.

Neither looks at the words. `decide` raises Refused with a reason, Moved for a screen that is out of date, and
NotYours for anyone who is neither one of the dialogue's people nor their guest.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mandorla.dialogue.core.bodies import Command, anywhere, in_step
from mandorla.dialogue.core.company import called, lacks_guide, only_appoints, roles_of
from mandorla.dialogue.core.going import back, gone_on, guest_gone, left, left_out, missing
from mandorla.dialogue.core.script import ANYWHERE, Move, Script, Step
from mandorla.dialogue.core.state import CHUNKS_SHOWN, FELT_KEPT, GATHERED_SHOWN, NOBODY, Entry, Pause, State
from mandorla.vault.core import Moved, NotYours, Refused

BY_THE_ROOM = frozenset({"pause", "end", "park", "dismiss"})


def decide(  # noqa: PLR0913  # six facts, none of which belong together
    script: Script, state: State, person: UUID, command: Command, *, now: datetime, room: UUID, resting: bool = False
) -> Entry:
    """The entry that `command` becomes. Acts of the room carry the space's id as author, and nobody's.

    While dialogues rest, only a gentle script may begin. A move of the step must have seen this turn; stopping need
    not: nobody has to look again before they may stop.
    """
    if person not in state.people and person not in state.guests:
        raise NotYours
    if state.is_at_door(person) and command.do != "leave":
        raise Refused("guest")  # before anything else is said: they know nothing of where it stands
    if state.over:
        raise Refused("over")
    newest = state.seq if is_one_device(script, state) else state.turn  # there, a second tap would be the other's
    if command.seen < newest and command.do not in ANYWHERE:
        raise Moved(state.seq)
    if has_lapsed(script, state, now):
        raise Refused("lapsed")
    step = script.steps[state.step]
    if command.do in ANYWHERE:
        body = anywhere(script, state, person, command, now)
        if resting and command.do in ("leave", "dismiss") and _rests(script, step):
            body |= {"rests": True}  # it does not begin because somebody goes
    elif state.paused:
        raise Refused("paused")
    else:
        person = actor(script, state, person, command.do)
        move = _allowed(step, state, person, command.do, script)
        _may_go_on(script, state, step, move, resting=resting)
        body = in_step(state, move, person, command, now)
    author = room if command.do in BY_THE_ROOM else person
    # Who touched one device nobody can tell: only for whom it was done. And a guest has no key to seal with.
    if author == person and (is_one_device(script, state) or person not in state.people):
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
    if not is_one_device(script, state) or person not in state.people:
        return person
    step, sender = script.steps[state.step], state.people[state.sender]
    (other,) = (one for one in state.people if one != sender)
    return other if step.role == "receiver" or (step.role == "both" and sender in state.done) else sender


def actor(script: Script, state: State, person: UUID, do: str) -> UUID:
    """Who makes a move that comes from this person's device: at one device, whoever may make it."""
    if not is_one_device(script, state) or person not in state.people:
        return person
    first = holder(script, state, person)
    able = [one for one in state.people if any(move.name == do for move in moves_of(script, state, one))]
    return first if first in able or not able else able[0]


def moves_of(script: Script, state: State, person: UUID) -> tuple[Move, ...]:
    """The moves this person may make now, were nothing paused or over."""
    step = script.steps[state.step]
    if not state.is_welcome(person):
        return ()
    roles, done = roles_of(script, state, person), person in state.done
    return tuple(
        move
        for move in step.moves.values()
        if (move.role or step.role) in roles
        and not (done and (move.role is None or step.counts(move)))
        and state.medium in move.media
        and (not move.optional_prompts or script.prompt_at(state.prompt) in script.optional_prompts)
        and not (move.act == "signal" and state.signal == move.name)
    )


def fold(  # noqa: PLR0911, PLR0912  # one for each move that works in every step
    script: Script, state: State | None, entry: Entry, digest: str
) -> State:
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
        case "queue":
            changes = {"queue": (*state.queue, entry.by)}
        case "unqueue":
            changes = {"queue": tuple(one for one in state.queue if one != entry.by)}
        case "bring":
            told = entry.body["role"], frozenset({entry.by})
            changes = {"guests": {**state.guests, UUID(entry.body["person"]): told}}
        case "welcome":
            guest = UUID(entry.body["person"])
            role, by = state.guests[guest]
            changes = {"guests": {**state.guests, guest: (role, by | {entry.by})}}
        case "dismiss":
            return guest_gone(script, state, UUID(entry.body["person"]), entry)
        case "leave":
            return left(script, state, UUID(entry.body["person"]) if "person" in entry.body else entry.by, entry)
        case "lend":
            changes = {"lent": {**state.lent, UUID(entry.body["person"]): entry.seq}}
        case "slow":
            changes = {"slowed_at": entry.at}
        case "back":
            return back(script, state, entry)
        case _:
            return _moved(script, state, script.steps[entry.step].moves[entry.do], entry)
    return state.with_(**changes)


def _opened(script: Script, entry: Entry, digest: str) -> State:
    body = entry.body
    people = tuple(UUID(person) for person in body["people"])
    asker = frozenset({people[0]})
    return State(
        script=script.id,
        medium=body["medium"],
        people=people,
        receiver=1 if len(people) == 2 else NOBODY,
        guests={UUID(guest): (role, asker) for guest, role in body.get("guests", ())},
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


def _may_go_on(script: Script, state: State, step: Step, move: Move, *, resting: bool) -> None:
    """Refused where dialogues rest, or where a guide has to be there first."""
    if only_appoints(script, step, move):
        return
    if resting and _rests(script, step):
        raise Refused("resting")
    if lacks_guide(script, state, begun=step.place != "appointment"):
        raise Refused("guide")


def _rests(script: Script, step: Step) -> bool:
    """Whether a dialogue at this step does not begin while others rest."""
    return step.place == "appointment" and not script.gentle


def _ready_again(state: State, person: UUID, *, alone: bool) -> State:
    ready = (state.paused.ready if state.paused else frozenset()) | {person}
    if state.paused is None or alone or ready >= set(state.people):
        return state.with_(paused=None)
    return state.with_(paused=Pause(state.paused.until, ready))


def _moved(script: Script, state: State, move: Move, entry: Entry) -> State:
    state = _remembered(script, state, move, entry)
    step = script.steps[entry.step]
    if move.act == "signal" and not move.next:
        return state.with_(signal=move.name)
    match move.act:
        case "name":
            state = state.with_(receiver=state.people.index(UUID(entry.body["person"])), chosen_at=step.name)
        case "take":
            state = state.with_(receiver=state.people.index(entry.by), chosen_at=step.name)
        case "queue":
            state = called(state, entry.by)
    if move.out:
        state = left_out(script, state, (entry.by,) if move.out == "me" else missing(script, state))
    if state.over:
        return state
    if step.counts(move):
        waiting = state.with_(done=state.done | (set() if move.out == "me" else {entry.by}))
        if missing(script, waiting):
            return waiting
    state = back(script, state, entry) if step.chooses and state.safe else gone_on(script, state, move, entry)
    return state.with_(safe=(state.step, state.prompt, move.confirms)) if move.confirms and not state.over else state


def _remembered(script: Script, state: State, move: Move, entry: Entry) -> State:
    """What later steps may show of this entry."""
    latest: Mapping[str, tuple[int, ...]] = state.latest
    if move.kind:
        together = tuple(seq for seq in latest.get(move.kind, ()) if seq > state.turn)
        latest = {**latest, move.kind: (*together, entry.seq)}
    at = script.prompt_at(state.prompt)
    if move.chunk and at in script.left_at:
        latest = {**latest, at: (*latest.get(at, ()), entry.seq)[-CHUNKS_SHOWN:]}
    chunks, before = state.chunks, state.chunks_before
    if move.chunk:
        chunks, before = (*chunks, entry.seq)[-CHUNKS_SHOWN:], before + (len(chunks) == CHUNKS_SHOWN)
    lists, marks = state.lists, state.marks
    if "lines" in entry.body:
        lists = {**lists, entry.seq: (entry.by, len(entry.body["lines"]))}
    if "marks" in entry.body:
        marks = {**marks, entry.seq: tuple(entry.body["marks"])}
    if lists:
        shown = {seq for seqs in latest.values() for seq in seqs}
        marks = {seq: lines for seq, lines in marks.items() if seq in shown}
        shown |= {int(line.partition(".")[0]) for lines in marks.values() for line in lines}
        lists = {seq: told for seq, told in lists.items() if seq in shown}
    gathered, gathered_before = state.gathered, state.gathered_before
    if move.gathers:
        gathered_before += len(gathered) == GATHERED_SHOWN
        gathered = (*gathered, entry.seq)[-GATHERED_SHOWN:]
    return state.with_(
        gathered=gathered,
        gathered_before=gathered_before,
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
