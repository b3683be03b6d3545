"""Feelings one caught: what somebody guessed, beside what the other says they feel. In words, never a number.

What somebody caught over the months is read anew from their dialogues each time, and kept nowhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial, reduce
from itertools import groupby, islice
from operator import attrgetter, or_
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from django.db.models import Q
from django.utils import translation

from mandorla.coach import services as coach
from mandorla.coach.services.thread import read
from mandorla.dialogue.core import Entry, Script, State
from mandorla.dialogue.core.numerals import numerals
from mandorla.dialogue.models import Event, Thread
from mandorla.dialogue.services import rooms, scripts
from mandorla.dialogue.services.dialogues import PAGE, state_in, threads_of
from mandorla.dialogue.services.listening import listens
from mandorla.dialogue.services.rooms import Stored
from mandorla.dialogue.services.saying import locale_of
from mandorla.spaces import services as spaces
from mandorla.vault.core import Busy, Sealed
from mandorla.vault.services import KeyRing

LOOKED_INTO = 3 * PAGE  # of which the newest PAGE count in which anything was picked
ANSWER_WITHIN = 12  # entries: a pause, what is parked or who comes in may stand between a guess and what the other says
ASKED_MAX = 40  # pairs of feelings a page asks the coach about: a third of a second
CONFIRMS = "yes"

Nearness = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Catch:
    """Feelings that somebody has, by how near a guess came: keys of the wheel, or words of their own."""

    caught: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    def named(self, language: str) -> "Catch":
        """The same as they are called."""
        parts = (self.caught, self.near, self.new)
        return Catch(*(tuple(scripts.feeling_name(one, language) for one in part) for part in parts))


@dataclass(frozen=True, slots=True)
class Month:
    """What was caught in a month; `name` as its language writes it."""

    name: str
    found: Catch


@dataclass(frozen=True, slots=True)
class Lately:
    """The newest month first. `by_name` says why only the very same word counts: *off*, *busy*, or nothing."""

    months: tuple[Month, ...]
    by_name: str


@dataclass(frozen=True, slots=True)
class _Guess:
    """What was guessed, when, and what the other named."""

    at: datetime
    guessed: tuple[str, ...]
    named: tuple[str, ...]


def catch(guessed: Sequence[str], named: Iterable[str], language: str, nearness: Nearness | None = None) -> Catch:
    """How near what was guessed came to what is felt. Where words differ, the coach is asked, or `nearness` instead."""
    near_to = nearness or partial(_nearness, language)
    places: dict[str, list[str]] = {"caught": [], "near": [], "new": []}
    for feeling in named:
        same = any(_spellings(feeling, language) & _spellings(one, language) for one in guessed)
        nearest = 1.0 if same else max((near_to(feeling, one) for one in guessed), default=0.0)
        place = "caught" if nearest >= coach.CAUGHT_MIN else "near" if nearest >= coach.NEAR_MIN else "new"
        places[place].append(feeling)
    return Catch(**{place: tuple(felt) for place, felt in places.items()})


def feelings_caught(ring: KeyRing, zone: str, *, coached: bool) -> Lately:
    """What I caught in the last 20 dialogues in which feelings were picked; of a long one, in its last guesses.

    With the coach off or busy, only what was guessed by its very name counts.
    """
    language = translation.get_language() or "en"
    guesses = sorted(_guesses(ring, ZoneInfo(zone)), key=attrgetter("at"), reverse=True)
    months = partial(_by_month, guesses, language)
    by_name = "" if coached else "off"
    if coached and any(set(one.named) - set(one.guessed) for one in guesses):
        try:
            return Lately(read(partial(months, _asked_once(language))), "")
        except Busy:
            by_name = "busy"
    return Lately(months(lambda _one, _other: 0.0), by_name)


def feelings_in(entry: Entry, language: str = "") -> tuple[str, ...]:
    """The feelings an entry tells: keys of the wheel, or what a language calls them, and words of one's own."""
    keys = (scripts.feeling_name(key, language) if language else key for key in entry.body.get("feelings", ()))
    return (*keys, *map(str, entry.body.get("own", ())))


def named_after(script: Script, guess: Entry, entry: Entry) -> tuple[str, ...] | None:
    """The feelings another names to a guess: those guessed where they say that it fits. None if this is no answer."""
    guessing, answering = (script.steps[one.step].moves.get(one.do) for one in (guess, entry))
    answers = listens()["guesses"].get(guessing.kind) if guessing else None
    if guessing is None or answers is None or answering is None or entry.by == guess.by:
        return None
    confirms = entry.step == guessing.next and entry.do == CONFIRMS
    if answering.kind not in answers and not confirms:
        return None
    return feelings_in(entry) or feelings_in(guess)


def _by_month(guesses: Iterable[_Guess], language: str, nearness: Nearness) -> tuple[Month, ...]:
    months = groupby(guesses, key=lambda one: (one.at.year, one.at.month))
    every = ((month, [catch(one.guessed, one.named, language, nearness) for one in those]) for month, those in months)
    return tuple(Month(_name(month, language), _together(found).named(language)) for month, found in every)


def _together(found: Sequence[Catch]) -> Catch:
    """Each feeling once, where it came nearest."""
    caught = dict.fromkeys(feeling for one in found for feeling in one.caught)
    near = dict.fromkeys(feeling for one in found for feeling in one.near if feeling not in caught)
    new = dict.fromkeys(feeling for one in found for feeling in one.new if feeling not in caught | near)
    return Catch(tuple(caught), tuple(near), tuple(new))


def _guesses(ring: KeyRing, zone: ZoneInfo) -> Iterator[_Guess]:
    rows = threads_of(ring, spaces.spaces_of(ring))[:LOOKED_INTO]
    states = ((row, state) for row in rows if (state := state_in(ring, row)) and state.felt and _was_in(state, ring))
    opened = list(islice(states, PAGE))
    stored = _stored({row.id: state for row, state in opened})
    for row, state in opened:
        yield from _guessed_in(ring.person, state, _entries(ring, row, state, stored.get(row.id, ())), zone)


def _was_in(state: State, ring: KeyRing) -> bool:
    return ring.person in state.people or ring.person in state.gone


def _guessed_in(me: UUID, state: State, entries: Iterable[Entry], zone: ZoneInfo) -> Iterator[_Guess]:
    """My guesses that were answered, in order."""
    script, guess = scripts.script(state.script), None
    for entry in entries:
        if guess and (named := named_after(script, guess, entry)) is not None:
            yield _Guess(guess.at.astimezone(zone), feelings_in(guess), named)
            guess = None
        move = script.steps[entry.step].moves.get(entry.do)
        if entry.by == me and move and move.kind in listens()["guesses"]:
            guess = entry


def _stored(states: Mapping[UUID, State]) -> dict[UUID, list[Stored]]:
    """What was picked in all these dialogues, and what came after each, in one look at the store."""
    found: dict[UUID, list[Stored]] = {}
    if not states:
        return found
    wanted = (
        Q(thread=thread, seq__in={seq + step for seq in state.felt for step in range(ANSWER_WITHIN + 1)})
        for thread, state in states.items()
    )
    rows = Event.objects.filter(reduce(or_, wanted)).order_by("thread", "seq")
    facts = rows.values_list("thread", "seq", "author", "command", "digest", "envelope")
    for thread, seq, author, command, digest, envelope in facts:
        found.setdefault(thread, []).append(Stored(seq, author, command, bytes(digest), envelope))
    return found


def _entries(ring: KeyRing, row: Thread, state: State, stored: Sequence[Stored]) -> Iterator[Entry]:
    """In clear, what can be opened. Who has left reads to their own last word at most."""
    last = max((one.seq for one in stored if one.author == ring.person), default=0)
    with closing(ring.thread_keys(row.space, row.id, [*state.people, *state.gone, row.space])) as keys:
        for one in stored:
            if ring.person in state.gone and one.seq > last:
                return
            try:
                entry = rooms.opened_with(keys, one)
            except Sealed:
                continue
            if entry:
                yield entry


def _spellings(feeling: str, language: str) -> set[str]:
    """A feeling as it may be written: its key, or what it is called."""
    return {scripts.feeling_name(feeling, one).casefold() for one in (language, "en")} | {feeling.casefold()}


def _nearness(language: str, one: str, other: str) -> float:
    """What the coach says, which knows the wheel in every language and words of one's own in English alone."""
    known = scripts.feeling_keys()
    if not (language.startswith("en") or {one, other} <= known):
        return 0.0
    return coach.feelings(scripts.feeling_name(one, "en"), scripts.feeling_name(other, "en"))


def _asked_once(language: str) -> Nearness:
    """The same for a page: each pair once, and not more of them than it can wait for."""
    asked: dict[frozenset[str], float] = {}

    def near(one: str, other: str) -> float:
        pair = frozenset((one, other))
        if pair not in asked:
            asked[pair] = _nearness(language, one, other) if len(asked) < ASKED_MAX else 0.0
        return asked[pair]

    return near


def _name(month: tuple[int, int], language: str) -> str:
    return numerals(format_skeleton("yMMMM", date(*month, 1), locale=locale_of(language)), language)
