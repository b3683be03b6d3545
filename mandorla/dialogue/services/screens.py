"""What one person's screen says: opened with their own keys, in their language, the same for push and reload."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import UnknownLocaleError
from babel.dates import format_datetime
from django.utils import timezone, translation

from mandorla.dialogue.core import Entry, Screen, Script, State, has_lapsed, screen
from mandorla.dialogue.services import rooms, scripts
from mandorla.dialogue.services.moves import opened_draft
from mandorla.dialogue.services.rooms import Room, Seat, Stored
from mandorla.dialogue.services.scripts import FeelingGroup, Words
from mandorla.vault.core import Sealed


@dataclass(frozen=True, slots=True)
class Shown:
    """Words on the screen: whose, of which kind, and what. `state` is *open*, *withdrawn* or *unreadable*."""

    seq: int
    kind: str
    label: str
    author: str
    mine: bool
    room: bool
    lead: str
    words: str
    feelings: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Button:
    """A move one can make: its name, act and wording; `stem`s and `field` belong to a move with words."""

    name: str
    act: str
    label: str


@dataclass(frozen=True, slots=True)
class RoomView:
    """Everything `_room.html` shows. Keys, tokens and running clocks stand outside it."""

    v: int
    turn: int
    topic: str
    form: str
    medium: str
    minutes: int
    partner: str
    step: str
    place: str
    role: str
    my_turn: bool
    done: bool
    begun: bool
    demanding: bool
    title: str
    prompt: str
    signal: str
    field: str
    stems: tuple[str, ...]
    shows: tuple[Shown, ...]
    chunks: tuple[Shown, ...]
    chunks_before: int
    buttons: tuple[Button, ...]
    aside: tuple[Button, ...]
    breathes: bool
    together: bool
    wheel: tuple[FeelingGroup, ...]
    draft: str
    draft_version: int
    lead: str
    picked: tuple[str, ...]
    own: str
    at: str
    when: str
    until: str
    paused: bool
    i_am_ready: bool
    confirmed: Shown | None
    over: str
    closed: bool
    rests: str

    @property
    def says(self) -> bool:
        """Whether something can be written now."""
        return self.medium == "written" and any(button.act == "say" for button in self.buttons)

    @property
    def appoints(self) -> bool:
        """Whether a time can be named now."""
        return any(button.act == "appoint" for button in self.buttons)


Clocks = dict[str, tuple[int, int]]
"""Running clocks by name: how many seconds each lasts, and how many milliseconds of it are left."""


def room_for(seat: Seat, *, checked: bool = False) -> RoomView:
    """The screen of this seat as the store has it. `checked` asks the store whether the room has gone on elsewhere."""
    room = rooms.room_of(seat, checked=checked)
    with translation.override(seat.language):
        return _viewed(seat, room)


def clocks_of(seat: Seat) -> Clocks:
    """The clocks of a live room: breathing together, a pause, the length agreed on. They never end anything."""
    return _clocks(rooms.room_of(seat))


def at_hand(seat: Seat) -> tuple[RoomView, Clocks] | None:
    """The screen of this seat and its clocks, if they are there without a look at the store."""
    room = rooms.hot(seat.thread)  # once: it may go cold at any moment
    if room is None:
        return None
    with translation.override(seat.language):
        return _viewed(seat, room), _clocks(room)


def shown(seat: Seat, stored: Stored, words: Words, script: Script) -> Shown:
    """One entry as this seat may see it."""
    try:
        entry = rooms.opened(seat, stored)
    except Sealed:
        return _closed(seat, stored, "unreadable")
    return _closed(seat, stored, "withdrawn") if entry is None else _opened(seat, entry, words, script)


def tells(entry: Shown) -> bool:
    """Whether an entry has something to read: choices, readiness and what was spoken pass without a line."""
    return entry.state != "open" or bool(entry.words or entry.feelings)


def lost(seq: int) -> Shown:
    """What stands for an entry that the store has lost."""
    return Shown(seq, "", "", "", mine=False, room=False, lead="", words="", feelings=(), state="unreadable")


def when(seat: Seat, at: datetime) -> str:
    """A moment in this person's language and time zone."""
    return moment(at, seat.language, seat.zone)


def moment(at: datetime, language: str, zone: str) -> str:
    """A moment in words, such as *Tue, 4 Aug, 20:30*."""
    locale = translation.to_locale(language)
    try:
        return format_datetime(at, "EEE d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale=locale)
    except (ValueError, UnknownLocaleError):  # a locale Babel does not know
        return format_datetime(at, "EEE d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale="en")


def _clocks(room: Room) -> Clocks:
    state, now = room.shown.state, timezone.now()
    if state.paused:
        left = _ms(state.paused.until - now)
        return {"pause": (left // 1000 + 1, left)}
    clocks: Clocks = {}
    seconds = room.script.steps[state.step].seconds
    if seconds:
        clocks["breath"] = seconds, _left(state.turn_at, seconds, now)
    if state.begun_at:
        clocks["dialogue"] = state.minutes * 60, _left(state.begun_at, state.minutes * 60, now)
    return clocks


def _viewed(seat: Seat, room: Room) -> RoomView:
    with room.lock:
        snapshot, draft = room.shown, room.drafts.get(seat.person)
    state, script, entries = snapshot.state, room.script, snapshot.entries
    seen, words = screen(script, state, seat.person), scripts.words(state.script)
    told = words.of_step(state, seen.prompt)
    names = _names(seat, state)

    def show(seqs: Iterable[int]) -> tuple[Shown, ...]:
        every = (shown(seat, entries[seq], words, script) if seq in entries else lost(seq) for seq in seqs)
        return tuple(filter(tells, every))

    over = state.over or ("lapsed" if has_lapsed(script, state, timezone.now()) else "")
    paused = state.paused
    until = paused.until if paused else state.at
    return RoomView(
        v=state.seq,
        turn=state.turn,
        topic=show([1])[0].words,
        form=words.form["name"],
        medium=state.medium,
        minutes=state.minutes,
        partner=names["partner"],
        step=state.step,
        place=seen.place,
        role=seen.role,
        my_turn=seen.my_turn,
        done=seen.done,
        begun=seen.begun,
        demanding=not script.gentle,
        title=told["title"],
        prompt=_prompt(told, seen, state).format(**names),
        signal=told.get("signalled", "").format(**names) if seen.signalled else "",
        field=told.get("field", ""),
        stems=tuple(told.get("stems", ())) if seen.my_turn else (),
        shows=show(seen.shows),
        chunks=show(seen.chunks) if seen.my_turn else (),
        chunks_before=seen.chunks_before,
        buttons=_buttons(seen.offers, told, state.medium),
        aside=_buttons(seen.aside, told, state.medium),
        breathes=bool(script.steps[state.step].seconds),
        together=script.steps[state.step].role == "both",
        wheel=scripts.feelings() if any(offer.act == "pick" for offer in seen.offers) else (),
        draft=opened_draft(seat, draft) if draft else "",
        draft_version=draft.version if draft else 0,
        lead="",
        picked=(),
        own="",
        at="",
        when=when(seat, state.at) if state.at else "",
        until=when(seat, until) if until else "",
        paused=paused is not None,
        i_am_ready=bool(paused and seat.person in paused.ready),
        confirmed=next(iter(show([state.confirmed])), None) if paused else None,
        over=over,
        closed=seat.closed,
        rests=when(seat, seat.rests) if seat.rests and not script.gentle and not seen.begun else "",
    )


def _names(seat: Seat, state: State) -> dict[str, str]:
    sender = state.people[state.sender]
    others = [person for person in state.people if person != sender]
    partner = next(person for person in state.people if person != seat.person)
    return {
        "sender": seat.names.get(sender, ""),
        "receiver": seat.names.get(others[0], ""),
        "partner": seat.names.get(partner, ""),
    }


def _prompt(told: Mapping[str, Any], seen: Screen, state: State) -> str:
    if seen.done:
        return str(told["done"])
    if not seen.my_turn:
        return str(told["wait"])
    if state.tries >= 2 and "again" in told:
        return str(told["again"])
    return str(told.get("spoken", told["turn"]) if state.medium == "spoken" else told["turn"])


def _buttons(offers: Iterable[Any], told: Mapping[str, Any], medium: str) -> tuple[Button, ...]:
    labels = told["moves"] | (told.get("spoken_moves", {}) if medium == "spoken" else {})
    return tuple(Button(offer.name, offer.act, labels[offer.name]) for offer in offers)


def _closed(seat: Seat, stored: Stored, state: str) -> Shown:
    author = seat.names.get(stored.author, "")
    return Shown(stored.seq, "", author, author, stored.author == seat.person, False, "", "", (), state)


def _opened(seat: Seat, entry: Entry, words: Words, script: Script) -> Shown:
    kind = _kind(entry, script)
    author = seat.names.get(entry.author, "")
    felt = (*(scripts.feeling_name(key) for key in entry.body.get("feelings", ())), *entry.body.get("own", ()))
    return Shown(
        seq=entry.seq,
        kind=kind,
        label=words.kinds.get(kind, "{author}").format(author=author),
        author=author,
        mine=entry.author == seat.person,
        room=entry.author == seat.space,
        lead=entry.body.get("lead", ""),
        words=entry.body.get("words", entry.body.get("topic", "")),
        feelings=felt,
        state="open",
    )


def _kind(entry: Entry, script: Script) -> str:
    step = script.steps.get(entry.step)
    move = step.moves.get(entry.do) if step else None
    return move.kind if move else entry.do


def _left(began: datetime, seconds: int, now: datetime) -> int:
    """Below nothing once the time is over, so that two screens keep in step however late one is opened."""
    return seconds * 1000 - _ms(now - began)


def _ms(delta: Any) -> int:
    return max(0, int(delta.total_seconds() * 1000))
