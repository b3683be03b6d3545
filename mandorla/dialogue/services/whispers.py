"""What the coach whispers in a room: to the one who writes or reads, to nobody else, and nothing of it is kept.

`overheard` gathers on the loop what the coach needs, from entries that are at hand, and touches no database; `whispers`
thinks about it in a thread of its own, without keys. Which words are listened to is data: content/coach/listens.toml.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from mandorla.coach import services as coach
from mandorla.coach.core import DANGER, MIRROR, VALIDATE, Mirrored, Sent, Whisper
from mandorla.dialogue.core import Entry, Screen, is_one_device, screen
from mandorla.dialogue.services import rooms, scripts
from mandorla.dialogue.services.catching import catch, feelings_in, named_after
from mandorla.dialogue.services.listening import listens
from mandorla.dialogue.services.rooms import Room, Seat
from mandorla.dialogue.services.saying import in_words
from mandorla.vault.core import Sealed

AT_ONCE: Final = 2
WORDS_MIN: Final = 4
CHARACTERS_MAX: Final = 2_400  # of what stands beside, as of a draft
LINES_MAX: Final = 3
BY_RULE: Final = "rules"  # nothing but the rules of danger is asked
WISHED: Final = "wished"  # a wish that arrived
UNFREE: Final = "coercive_or_unsafe"
NOT_A_MIRROR: Final = ("rebuttal", "advice", "interpretation")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a page asks the coach: about `words` being written under version `seen`, or, with none, about what arrived.

    `without` are whispers that were of no help, or not followed, a moment ago. Empty words take the last question back.
    """

    number: int
    seen: int
    words: str | None
    lead: str = ""
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Overheard:
    """What the coach thinks about, in clear for as long as it does. `guessed` and `named` are feelings.

    What stands `beside` may be said back: danger in it was there before.
    """

    hears: str
    words: str
    beside: str = ""
    guessed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Whispered:
    """What the coach found: whispers, whether it could read the words at all, and feelings caught, as sentences."""

    whispers: tuple[Whisper, ...] = ()
    reads: bool = True
    caught: tuple[str, ...] = ()


def may_be_whispered_in(medium: str) -> bool:
    """Where one screen is for two there is no telling one of them something alone."""
    return medium != "shared"


def overheard(seat: Seat, asking: Asking) -> Overheard | None:
    """What to think about, or nothing: the turn has passed, or there are no words."""
    room = rooms.hot(seat.thread)
    if room is None:
        return None
    state = room.shown.state
    gone_by = asking.seen < state.turn or state.over or state.paused or not state.is_welcome(seat.person)
    if gone_by or is_one_device(room.script, state):
        return None
    if asking.words is None:
        return _arrived(seat, room)
    return _written(seat, room, asking.words, asking.lead)


def whispers(heard: Overheard, without: frozenset[str]) -> Whispered:
    """Every danger first, whatever is `without`; then the most useful whispers, one for each sentence: two in all."""
    if heard.named:
        return Whispered(tuple(_danger(heard)), caught=tuple(_caught(heard)))
    sure = tuple(_danger(heard))
    if heard.hears == BY_RULE:
        return Whispered(sure)
    if not coach.reads(heard.words):
        return Whispered(sure, reads=bool(sure))
    short = replace(heard, words=heard.words[:CHARACTERS_MAX], beside=heard.beside[-CHARACTERS_MAX:])
    sent = None if short.beside else coach.send(short.words)  # of what is said back, nothing of it is used
    found: dict[str, Whisper] = {}
    dangers = {one.span: one for one in _danger(heard, sent)}
    for one in HEARS[heard.hears](short, sent):
        if one.code == DANGER:
            dangers.setdefault(one.span, one)
        elif one.code not in without:
            found.setdefault(one.code, one)
    others = sorted(found.values(), key=lambda one: _rank(one.code))[: AT_ONCE - bool(dangers)]
    return Whispered((*dangers.values(), *others))


def _written(seat: Seat, room: Room, words: str, lead: str) -> Overheard | None:
    script, state = room.script, room.shown.state
    seen = screen(script, state, seat.person)
    moves = script.steps[state.step].moves
    kinds = (moves[offer.name].kind for offer in seen.offers if offer.act in ("say", "list"))
    row: dict[str, str] = next((listens()["kinds"][kind] for kind in kinds if kind in listens()["kinds"]), {})
    if not seen.my_turn or not words.strip():
        return None
    beside = _told(_beside(seat, room, seen, row["beside"])) if "beside" in row else ""
    is_heard = row and len(words.split()) >= WORDS_MIN and ("beside" not in row or beside)
    said = f"{lead.removesuffix('…').rstrip()} {words}".strip()
    return Overheard(row["hears"] if is_heard else BY_RULE, said, beside)


def _arrived(seat: Seat, room: Room) -> Overheard | None:
    """What the other said to open this step, to look for danger in it; or what they feel, beside what one guessed."""
    state = room.shown.state
    entry = _opened(seat, room, state.turn)
    felt = _felt(seat, room, entry)
    on_screen = _on_screen(seat, room)
    if felt or entry is None or entry.by in (seat.person, seat.space) or state.turn not in on_screen:
        return felt
    said = _said(entry)
    if not said:
        return None
    move = room.script.steps[entry.step].moves.get(entry.do)
    row = listens()["kinds"].get(move.kind if move else "")
    if row is None or len(said.split()) < WORDS_MIN:
        return Overheard(BY_RULE, said)
    told = (_opened(seat, room, seq) for seq in sorted({*state.chunks, *on_screen})) if "beside" in row else ()
    beside = _told(one for one in told if one and one.by not in (entry.by, seat.space))
    return Overheard(WISHED if row["hears"] == "request" else DANGER, said, beside)


def _felt(seat: Seat, room: Room, entry: Entry | None) -> Overheard | None:
    if entry is None or entry.by == seat.person:
        return None
    latest = room.shown.state.latest
    for kind in listens()["guesses"]:
        guess = _opened(seat, room, max(latest.get(kind, ()), default=0))
        if guess and guess.by == seat.person and (named := named_after(room.script, guess, entry)) is not None:
            return Overheard(BY_RULE, _said(entry), "", feelings_in(guess), named, seat.language)
    return None


def _beside(seat: Seat, room: Room, seen: Screen, which: str) -> Iterable[Entry]:
    """What the other has told in this turn, or what they said last since I gave something back."""
    state = room.shown.state
    told = state.chunks if which == "turn" else seen.chunks
    entries = [entry for seq in sorted({*told, *seen.shows}) if (entry := _opened(seat, room, seq))]
    others = [entry for entry in entries if entry.by not in (seat.person, seat.space)]
    if which == "turn" or not others:
        return others
    mine = max((entry.seq for entry in entries if entry.by == seat.person), default=0)
    last = others[-1]
    return [entry for entry in others if entry.by == last.by and (entry.seq > mine or entry is last)]


def _on_screen(seat: Seat, room: Room) -> frozenset[int]:
    seen = screen(room.script, room.shown.state, seat.person)
    return frozenset((*seen.shows, *seen.chunks))


def _opened(seat: Seat, room: Room, seq: int) -> Entry | None:
    stored = room.shown.entries.get(seq)
    try:
        return rooms.opened(seat, stored) if stored else None
    except Sealed:
        return None


def _told(entries: Iterable[Entry]) -> str:
    return "\n".join(filter(None, map(_said, entries)))


def _said(entry: Entry) -> str:
    """An entry's words as a sender's: with how the sentence began; lists line by line; feelings as one feels them."""
    lead, words = str(entry.body.get("lead", "")), str(entry.body.get("words", ""))
    if words:
        return f"{lead.removesuffix('…').rstrip()} {words}".strip()
    if "lines" in entry.body:
        return "\n".join(map(str, entry.body["lines"]))
    return "\n".join(f"I feel {feeling}." for feeling in feelings_in(entry, "en"))


def _danger(heard: Overheard, sent: Sent | None = None) -> Iterable[Whisper]:
    """What a rule is sure of, but nothing said back; with nothing beside, what the model found too.

    The model takes one in ten harmless mirrors for dangerous: they speak of the other's leaving, hurting, refusing.
    """
    found = coach.danger(heard.words)
    if heard.beside:
        there = coach.danger(heard.beside).values()
        return [Whisper(DANGER, words) for words, kind in found.items() if kind not in there]
    if sent and sent.danger_kind and sent.danger_kind not in found.values():
        found[next(one.span for one in sent.whispers if one.code == DANGER) or heard.words] = sent.danger_kind
    return [Whisper(DANGER, words) for words in found]


def _written_to_send(_heard: Overheard, sent: Sent | None) -> Iterable[Whisper]:
    return (one for one in (sent.whispers if sent else ()) if one.code != DANGER)


def _written_to_ask(heard: Overheard, _sent: Sent | None) -> Iterable[Whisper]:
    return (Whisper(one.code, one.span or line) for line in _lines(heard) for one in coach.request(line).whispers)


def _asked_for(heard: Overheard, _sent: Sent | None) -> Iterable[Whisper]:
    return (Whisper(DANGER, line) for line in _lines(heard) if UNFREE in coach.request(line).flags)


def _lines(heard: Overheard) -> Sequence[str]:
    return [line for line in heard.words.splitlines() if len(line.split()) >= WORDS_MIN][:LINES_MAX]


def _mirrored(heard: Overheard, _sent: Sent | None) -> Iterable[Whisper]:
    return of_mirror(coach.mirror(heard.beside, heard.words, MIRROR))


def of_mirror(found: Mirrored) -> Sequence[Whisper]:
    """What is whispered where a mirror is asked for: also that it is none, where no addition says so."""
    is_none = found.label in NOT_A_MIRROR and not found.additions
    return (*([Whisper(f"added_{found.label}")] if is_none else []), *found.whispers)


def _validated(heard: Overheard, _sent: Sent | None) -> Iterable[Whisper]:
    return coach.mirror(heard.beside, heard.words, VALIDATE).whispers


HEARS: Final[dict[str, Callable[[Overheard, Sent | None], Iterable[Whisper]]]] = {
    "send": _written_to_send,
    "request": _written_to_ask,
    "mirror": _mirrored,
    "validate": _validated,
    DANGER: lambda _heard, _sent: (),
    WISHED: _asked_for,
}


def _caught(heard: Overheard) -> Iterable[str]:
    """Which of the named feelings were guessed, nearly guessed, or are new: words, never a number."""
    found = catch(heard.guessed, heard.named, heard.language)
    with translation.override(heard.language):
        if found.caught:
            yield _("You caught: %(feelings)s.") % {"feelings": _listed(found.caught, heard)}
        if found.near:
            yield _("You were near: %(feelings)s.") % {"feelings": _listed(found.near, heard)}
        if found.new:
            yield _("You could not know yet: %(feelings)s.") % {"feelings": _listed(found.new, heard)}


def _listed(feelings: Iterable[str], heard: Overheard) -> str:
    return in_words([scripts.feeling_name(one, heard.language) for one in feelings], heard.language)


def _rank(code: str) -> int:
    first: list[str] = listens()["order"]["first"]
    return first.index(code) if code in first else len(first)
