"""Feelings one caught: what somebody guessed, beside what the other says they feel. In words, never a number.

What somebody caught over the months is read anew from their dialogues each time, and kept nowhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from itertools import groupby
from operator import eq, or_
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from django.db.models import Q
from django.utils import translation

from mandorla.coach import services as coach
from mandorla.coach.services.thread import read
from mandorla.dialogue.core import Entry, State
from mandorla.dialogue.core.numerals import numerals
from mandorla.dialogue.models import Event, Thread
from mandorla.dialogue.services import rooms, scripts
from mandorla.dialogue.services.dialogues import PAGE, state_in, threads_of
from mandorla.dialogue.services.listening import listens
from mandorla.dialogue.services.rooms import Stored
from mandorla.dialogue.services.saying import locale_of
from mandorla.spaces import services as spaces
from mandorla.vault.core import Sealed
from mandorla.vault.services import KeyRing

ANSWER_WITHIN = 4  # entries: something parked may stand between a guess and what the other says to it
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
class _Guess:
    """What was guessed, what the other named, and in which month."""

    month: tuple[int, int]
    guessed: tuple[str, ...]
    named: tuple[str, ...]


def catch(guessed: Sequence[str], named: Iterable[str], nearness: Nearness | None = None) -> Catch:
    """How near what was guessed came to what is felt. Asks the coach, or `nearness` instead, where words differ."""
    near_to = nearness or _nearness
    places: dict[str, list[str]] = {"caught": [], "near": [], "new": []}
    for feeling in named:
        nearest = max((near_to(feeling, one) for one in guessed), default=0.0)
        place = "caught" if nearest >= coach.CAUGHT_MIN else "near" if nearest >= coach.NEAR_MIN else "new"
        places[place].append(feeling)
    return Catch(**{place: tuple(felt) for place, felt in places.items()})


def feelings_caught(ring: KeyRing, zone: str, *, coached: bool) -> tuple[Month, ...]:
    """What I caught in my last 20 dialogues, the newest month first.

    Unless `coached`, only what was guessed by its very name counts. Busy if too many ask the coach at once.
    """
    guesses = sorted(_guesses(ring, ZoneInfo(zone)), key=lambda one: one.month, reverse=True)
    months = partial(_by_month, guesses, translation.get_language() or "en")
    if coached and any(set(one.named) - set(one.guessed) for one in guesses):
        return read(partial(months, _nearness))
    return months(eq)


def feelings_in(entry: Entry, language: str = "") -> tuple[str, ...]:
    """The feelings an entry tells: keys of the wheel, or what a language calls them, and words of one's own."""
    keys = (scripts.feeling_name(key, language) if language else key for key in entry.body.get("feelings", ()))
    return (*keys, *map(str, entry.body.get("own", ())))


def _by_month(guesses: Iterable[_Guess], language: str, nearness: Nearness) -> tuple[Month, ...]:
    months = groupby(guesses, key=lambda one: one.month)
    every = ((month, [catch(one.guessed, one.named, nearness) for one in those]) for month, those in months)
    return tuple(Month(_name(month, language), _together(found).named(language)) for month, found in every)


def _together(found: Sequence[Catch]) -> Catch:
    """Each feeling once, where it came nearest."""
    caught = dict.fromkeys(feeling for one in found for feeling in one.caught)
    near = dict.fromkeys(feeling for one in found for feeling in one.near if feeling not in caught)
    new = dict.fromkeys(feeling for one in found for feeling in one.new if feeling not in caught | near)
    return Catch(tuple(caught), tuple(near), tuple(new))


def _guesses(ring: KeyRing, zone: ZoneInfo) -> Iterator[_Guess]:
    rows = threads_of(ring, spaces.spaces_of(ring))[:PAGE]
    opened = {row: state for row in rows if (state := state_in(ring, row)) and state.is_welcome(ring.person)}
    stored = _stored({row.id: state for row, state in opened.items() if state.felt})
    for row, state in opened.items():
        entries = list(_entries(ring, row, state, stored.get(row.id, ())))
        for place, entry in enumerate(entries):
            if (named := _answer(state, ring.person, entry, entries[place + 1 :])) is not None:
                at = entry.at.astimezone(zone)
                yield _Guess((at.year, at.month), feelings_in(entry), named or feelings_in(entry))


def _answer(state: State, me: UUID, entry: Entry, after: Sequence[Entry]) -> tuple[str, ...] | None:
    """What the other named to my guess: nothing at all if they said that it fits. None if this is no guess of mine."""
    answers = listens()["guesses"].get(_kind(state, entry)) if entry.by == me else None
    if answers is None:
        return None
    near = (one for one in after if one.seq <= entry.seq + ANSWER_WITHIN and one.by != me)
    return next((feelings_in(one) for one in near if _kind(state, one) in answers), None)


def _kind(state: State, entry: Entry) -> str:
    step = scripts.script(state.script).steps.get(entry.step)
    move = step.moves.get(entry.do) if step else None
    return move.kind if move else ""


def _stored(states: Mapping[UUID, State]) -> dict[UUID, list[Stored]]:
    """The guesses of all these dialogues, and what came after each, in one look at the store."""
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


def _entries(ring: KeyRing, row: Thread, state: State, stored: Iterable[Stored]) -> Iterator[Entry]:
    with closing(ring.thread_keys(row.space, row.id, [*state.people, row.space])) as keys:
        for one in stored:
            try:
                entry = rooms.opened_with(keys, one)
            except Sealed:
                continue
            if entry:
                yield entry


def _nearness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    names = scripts.feeling_name(one, "en"), scripts.feeling_name(other, "en")
    return coach.feelings(*names) if all(name.isascii() for name in names) else 0.0


def _name(month: tuple[int, int], language: str) -> str:
    return numerals(format_skeleton("yMMMM", date(*month, 1), locale=locale_of(language)), language)
