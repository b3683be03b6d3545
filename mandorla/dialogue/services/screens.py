"""What one person's screen says: opened with their own keys, in their language, the same for push and reload."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandorla.dialogue.core import (
    IN_CALL,
    TOGETHER,
    VOICES,
    Entry,
    Move,
    Offer,
    Screen,
    Script,
    State,
    appointment,
    has_lapsed,
    screen,
)
from mandorla.dialogue.core.company import lacks_guide
from mandorla.dialogue.core.numerals import numerals
from mandorla.dialogue.core.state import NOBODY
from mandorla.dialogue.services import rooms, scripts
from mandorla.dialogue.services.drafts import EMPTY, NOTHING, Beside, look_again, opened_draft
from mandorla.dialogue.services.rooms import Room, Seat, Stored
from mandorla.dialogue.services.saying import in_words, locale_of
from mandorla.dialogue.services.scripts import FeelingGroup, Words
from mandorla.dialogue.services.several import Several, several
from mandorla.notices.core import comes_twice
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
    lines: tuple[str, ...] = ()
    strokes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A move one can make: its name, act and wording; `stem`s and `field` belong to a move with words."""

    name: str
    act: str
    label: str

    @property
    def takes(self) -> str:
        """The field whose text goes with it, if any."""
        return {"say": "words", "list": "words", "draw": "words", "pick": "own"}.get(self.act, "")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of somebody's list, to be marked: its key, who wrote it, and what it says."""

    key: str
    author: str
    text: str
    marked: bool = False


@dataclass(slots=True)  # not frozen: two are made a turn, and freezing so many fields is felt
class RoomView:
    """Everything `_room.html` shows. Keys, tokens and running clocks stand outside it.

    `young`: this person was asked, and may be a child. `before` is what to know before a yes; `set_down` tells who is
    who, where it rests, waits for a guide or ended while someone stood in for somebody else. `calendar` is how a time
    ahead stands: *confirmed*, *tentative*, *cancelled*, or nothing.
    """

    v: int
    turn: int
    topic: str
    form: str
    medium: str
    minutes: int
    partner: str
    step: str
    place: str
    course: tuple[str, ...]
    role: str
    my_turn: bool
    done: bool
    begun: bool
    demanding: bool
    young: bool
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
    lines: tuple[Line, ...]
    least: int
    most: int
    one_device: bool
    holder: str
    writer: str
    both: tuple[str, ...]
    pace: str
    wish: str
    breathes: bool
    timed: bool
    chunk: bool
    readable: bool
    together: bool
    wheel: tuple[FeelingGroup, ...]
    sketches: bool
    draft: str
    draft_version: int
    lead: str
    picked: tuple[str, ...]
    own: str
    at: str
    when: str
    until: str
    calendar: str
    before: str
    ending: str
    set_down: str
    paused: bool
    i_am_ready: bool
    confirmed: Shown | None
    over: str
    closed: bool
    rests: str
    several: Several | None

    @property
    def draws(self) -> bool:
        """Whether a drawing can be made now."""
        return any(button.act == "draw" for button in self.buttons)

    @property
    def says(self) -> bool:
        """Whether something can be written now."""
        return self.lists or (not self.aloud and any(button.act == "say" for button in self.buttons))

    @property
    def lists(self) -> bool:
        """Whether lines can be written now, one below the other: on the screen in every medium."""
        return any(button.act == "list" for button in self.buttons)

    @property
    def aloud(self) -> bool:
        """Whether words are said here and not typed."""
        return self.medium in VOICES["aloud"]

    @property
    def call(self) -> str:
        """How the call of this dialogue stands: *soon*, *on*, *rests*, *over*; nothing where there is none."""
        if self.medium not in IN_CALL:
            return ""
        if self.over or self.closed:
            return "over"
        return "rests" if self.paused else "on" if self.begun else "soon"

    @property
    def appoints(self) -> bool:
        """Whether a time can be named now."""
        return any(button.act == "appoint" for button in self.buttons)


Clocks = dict[str, tuple[int, int]]
"""Running clocks by name: how many seconds each lasts, and how many milliseconds of it are left."""


def room_for(seat: Seat, *, checked: bool = False) -> RoomView:
    """The screen of this seat as the store has it. `checked` asks the store whether the room has gone on elsewhere."""
    room = rooms.room_of(seat, checked=checked)
    if checked:
        look_again(seat, room)
    return _viewed(seat, room)


def clocks_of(seat: Seat) -> Clocks:
    """The clocks of a live room: breathing together, a pause, the length agreed on. They never end anything."""
    return _clocks(seat, rooms.room_of(seat))


def at_hand(seat: Seat) -> tuple[RoomView, Clocks] | None:
    """The screen of this seat and its clocks, if they are there without a look at the store."""
    room = rooms.hot(seat.thread)  # once: it may go cold at any moment
    if room is None:
        return None
    return _viewed(seat, room), _clocks(seat, room)


def shown(seat: Seat, stored: Stored, words: Words, script: Script, found: Mapping[int, Stored]) -> Shown:
    """One entry as this seat may see it. `found` has the lists whose lines it marks, by their numbers."""
    try:
        entry = rooms.opened(seat, stored)
    except Sealed:
        return _closed(seat, stored, "unreadable")
    if entry is None:
        return _closed(seat, stored, "withdrawn")
    return _opened(seat, entry, words, script, found)


def tells(entry: Shown) -> bool:
    """Whether an entry has something to read: choices, readiness and what was spoken pass without a line."""
    return entry.state != "open" or bool(entry.words or entry.feelings or entry.lines or entry.strokes)


def line_of(seat: Seat, key: str, found: Mapping[int, Stored]) -> Line | None:
    """One line of a list, if it can be read."""
    seq, _, place = key.partition(".")
    try:
        entry = rooms.opened(seat, found[int(seq)])
    except (KeyError, Sealed):
        return None
    return Line(key, seat.names.get(entry.by, ""), str(entry.body["lines"][int(place)])) if entry else None


def lost(seq: int) -> Shown:
    """What stands for an entry that the store has lost."""
    return Shown(seq, "", "", "", mine=False, room=False, lead="", words="", feelings=(), state="unreadable")


def when(seat: Seat, at: datetime) -> str:
    """A moment in this person's language and time zone."""
    return moment(at, seat.language, seat.zone)


def moment(at: datetime, language: str, zone: str) -> str:
    """A moment as its language writes it, such as *Tue 4 Aug, 20:30*; which of the two, where clocks show it twice."""
    locale, here = locale_of(language), at.astimezone(ZoneInfo(zone))
    shape = "HH:mm (OOOO)" if comes_twice(at, zone) else "HH:mm"
    day, time = format_skeleton("MMMEd", here, locale=locale), format_time(here, shape, locale=locale)
    told = str(get_datetime_format("short", locale=locale)).replace("{1}", day).replace("{0}", time)
    return numerals(told, language)


def _today(seat: Seat, now: datetime) -> str:
    today = format_date(now.astimezone(ZoneInfo(seat.zone)), "full", locale=locale_of(seat.language))
    return numerals(today, seat.language)


def _clocks(seat: Seat, room: Room) -> Clocks:
    state, now = room.shown.state, timezone.now()
    if state.is_at_door(seat.person):
        return {}
    if state.paused:
        left = _ms(state.paused.until - now)
        return {"pause": (left // 1000 + 1, left)}
    clocks: Clocks = {}
    seconds = room.script.steps[state.step].seconds
    if seconds:
        clocks["breath" if room.script.steps[state.step].place == "arrival" else "step"] = (
            seconds,
            _left(state.turn_at, seconds, now),
        )
    if state.begun_at and state.medium != "letters":
        clocks["dialogue"] = state.minutes * 60, _left(state.begun_at, state.minutes * 60, now)
    return clocks


def _viewed(seat: Seat, room: Room) -> RoomView:
    with room.lock:
        snapshot, draft = room.shown, room.drafts.get(seat.person)
    state, script, entries = snapshot.state, room.script, snapshot.entries
    now = timezone.now()
    if state.is_at_door(seat.person):
        state = state.from_door(script.start, seat.person, now)
    seen, words = screen(script, state, seat.person), scripts.words(state.script, seat.language)
    told = words.of_step(state, seen.prompt)
    names, choice = _names(seat, state, seen), next((one for one in seen.offers if one.most), None)

    def show(seqs: Iterable[int]) -> tuple[Shown, ...]:
        every = (shown(seat, entries[seq], words, script, entries) if seq in entries else lost(seq) for seq in seqs)
        return tuple(filter(tells, every))

    paused = state.paused
    over = state.over or ("lapsed" if has_lapsed(script, state, now) else "")
    stood = EMPTY if over else _stood_before(seat, seen, choice, state, entries)
    typed, beside = opened_draft(seat, draft, state, seen.person) or stood
    set_down = script.steps[state.step].lent and (paused or over or lacks_guide(script, state, begun=seen.begun))
    ahead = appointment(script, state, now, closed=seat.closed)
    return RoomView(
        v=state.seq,
        turn=state.turn,
        topic=seat.said.get(1) or seat.said.setdefault(1, show([1])[0].words),
        form=words.form["name"],
        medium=state.medium,
        minutes=state.minutes,
        partner=names["partner"],
        step=state.step,
        place=seen.place,
        course=script.course,
        role=seen.role,
        my_turn=seen.my_turn,
        done=seen.done,
        begun=seen.begun,
        demanding=not script.gentle,
        young=script.young and seat.person != state.people[0],
        title=told["title"],
        prompt=_prompt(told, words, seen, state).format(**names),
        signal=told.get("signalled", "").format(**names) if seen.signalled else "",
        field=told.get("field", ""),
        stems=tuple(told.get("stems", ())) if seen.my_turn else (),
        shows=show(seen.shows),
        chunks=show(seen.chunks) if seen.my_turn else (),
        chunks_before=seen.chunks_before,
        buttons=_buttons(seen.offers, told, state.medium),
        aside=_buttons(seen.aside, told, state.medium),
        lines=tuple(line for key in (choice.lines if choice else ()) if (line := line_of(seat, key, entries))),
        least=choice.least if choice else 0,
        most=choice.most if choice else 0,
        one_device=seen.one_device,
        holder=seat.names.get(seen.person, "") if seen.one_device else "",
        writer=seen.person.hex if seen.one_device else "",
        both=tuple(seat.names.get(one, "") for one in state.people) if seen.one_device else (),
        pace=state.pace,
        wish=state.paces.get(seat.person, state.pace),
        breathes=bool(script.steps[state.step].seconds) and seen.place == "arrival",
        timed=bool(script.steps[state.step].seconds) and seen.place != "arrival",
        chunk=seen.my_turn and any(move.chunk for move in script.steps[state.step].moves.values()),
        readable=state.medium not in VOICES["aloud"] or (bool(over) and script.writes),
        together=script.steps[state.step].role in TOGETHER,
        wheel=scripts.feelings(seat.language) if any(offer.act == "pick" for offer in seen.offers) else (),
        sketches=script.draws,
        draft=typed,
        draft_version=draft.version if draft else 0,
        lead=beside.lead or "",
        picked=beside.feelings,
        own=beside.own,
        at="",
        when=when(seat, state.at) if state.at and not seen.begun else "",
        until=when(seat, paused.until) if paused else "",
        calendar=ahead.standing if ahead else "",
        before="" if seen.begun else words.form.get("before", ""),
        ending=words.form.get("closed", "") if over == "closed" else "",
        set_down=words.form["set_down"].format(**names, today=_today(seat, now)) if set_down else "",
        paused=paused is not None,
        i_am_ready=bool(paused and seat.person in paused.ready),
        confirmed=next(iter(show([state.confirmed])), None) if paused and state.confirmed and seen.welcome else None,
        over=over,
        closed=seat.closed,
        rests=when(seat, seat.rests) if seat.rests and not script.gentle and not seen.begun else "",
        several=several(
            seat, script, state, seen, told=told, names=names, show=show, lent=_read(seat, seen.lent, entries)
        ),
    )


def _stood_before(
    seat: Seat, seen: Screen, choice: Offer | None, state: State, entries: Mapping[int, Stored]
) -> tuple[str, Beside]:
    """A list or a summary that is written anew begins with what stands there: nobody types it all once more."""
    if choice and choice.act == "list":
        mine = (key for key in state.lines_of(choice.kind) if state.writer_of(key) == seen.person)
        return "\n".join(line.text for key in mine if (line := line_of(seat, key, entries))), NOTHING
    grown = (entry for offer in seen.offers if offer.stood and (entry := _read(seat, offer.stood, entries)))
    last = next((entry.body for entry in grown if entry.by == seen.person), {})
    return str(last.get("words", "")), Beside(str(last.get("lead", "")))


def _read(seat: Seat, seq: int, entries: Mapping[int, Stored]) -> Entry | None:
    """An entry at hand, such as what a guide has lent, if it can be read."""
    try:
        return rooms.opened(seat, entries[seq]) if seq in entries else None
    except Sealed:
        return None


def _names(seat: Seat, state: State, seen: Screen) -> dict[str, str]:
    called = [seat.names.get(person, "") for person in state.people]
    named = {
        "sender": called[state.sender],
        "receiver": called[state.receiver] if state.receiver != NOBODY else "",
        "partner": next(name for name, person in zip(called, state.people, strict=True) if person != seen.person),
        "waiting": "",
    }
    if len(called) == 2 and seen.person in state.people:
        return named
    others = [name for name, person in zip(called, state.people, strict=True) if person != seen.person]
    waiting = [seat.names.get(person, "") for person in seen.waits_for if person != seen.person]
    return named | {"partner": in_words(others, seat.language), "waiting": in_words(waiting, seat.language)}


def _prompt(told: Mapping[str, Any], words: Words, seen: Screen, state: State) -> str:
    if seen.done:
        return str(told["done"])
    if not seen.my_turn:
        alone = state.receiver == NOBODY or "done" in told
        addressed = seen.person in state.people and (seen.role != "observer" or alone)
        if addressed and "wait" in told:
            return str(told["wait"])
        return words.places.get(seen.place) or str(_("You are here to listen, and have nothing to do just now."))
    if state.tries >= 2 and "again" in told:
        return str(told["again"])
    return str(told.get("spoken", told["turn"]) if state.medium in VOICES["aloud"] else told["turn"])


def _buttons(offers: Iterable[Any], told: Mapping[str, Any], medium: str) -> tuple[Button, ...]:
    labels = told["moves"] | (told.get("spoken_moves", {}) if medium in VOICES["aloud"] else {})
    return tuple(Button(offer.name, offer.act, labels[offer.name]) for offer in offers)


def _closed(seat: Seat, stored: Stored, state: str) -> Shown:
    author = seat.names.get(stored.author, "")
    return Shown(stored.seq, "", author, author, stored.author == seat.person, False, "", "", (), state)


def _opened(seat: Seat, entry: Entry, words: Words, script: Script, found: Mapping[int, Stored]) -> Shown:
    kind = _kind(entry, script)
    author = seat.names.get(entry.by, "")
    felt = (
        *(scripts.feeling_name(key, seat.language) for key in entry.body.get("feelings", ())),
        *entry.body.get("own", ()),
    )
    return Shown(
        seq=entry.seq,
        kind=kind,
        label=words.kinds.get(kind, "{author}").format(author=author),
        author=author,
        mine=entry.by == seat.person,
        room=entry.by == seat.space,
        lead=entry.body.get("lead", ""),
        words=entry.body.get("words", entry.body.get("topic", "")) or _choice(entry, words, script),
        feelings=felt,
        state="open",
        strokes=tuple(" ".join(map(str, stroke)) for stroke in entry.body.get("strokes", ())),
        lines=_lines(seat, entry, found),
    )


def _lines(seat: Seat, entry: Entry, found: Mapping[int, Stored]) -> tuple[str, ...]:
    marked = (line_of(seat, key, found) for key in entry.body.get("marks", ()))
    return (*entry.body.get("lines", ()), *(line.text for line in marked if line))


def _choice(entry: Entry, words: Words, script: Script) -> str:
    """What was chosen, where a script shows it or leaves it behind."""
    move = _move(entry, script)
    told = move is not None and move.act == "choose" and bool(move.kind) and _is_told(move.kind, script)
    return str(words.steps[entry.step]["moves"][entry.do]) if told else ""


def _is_told(kind: str, script: Script) -> bool:
    shows = (kinds for step in script.steps.values() for kinds in step.shows.values())
    return kind in script.leaves.values() or any(kind in kinds for kinds in shows)


def _kind(entry: Entry, script: Script) -> str:
    move = _move(entry, script)
    return move.kind if move else entry.do


def _move(entry: Entry, script: Script) -> Move | None:
    step = script.steps.get(entry.step)
    return step.moves.get(entry.do) if step else None


def _left(began: datetime, seconds: int, now: datetime) -> int:
    """Below nothing once the time is over, so that two screens keep in step however late one is opened."""
    return seconds * 1000 - _ms(now - began)


def _ms(delta: Any) -> int:
    return max(0, int(delta.total_seconds() * 1000))
