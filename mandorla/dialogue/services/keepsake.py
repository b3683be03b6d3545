"""What remains of a dialogue: a file for each if both wish it; else either may let go of their own words.

A wish is sealed where both could open it, and told to nobody before both have the same one. Files are made in the
request that asks for them and kept nowhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from mandorla.dialogue.core import VOICES
from mandorla.dialogue.core.numerals import numerals
from mandorla.dialogue.models import Draft
from mandorla.dialogue.services import bell, printing, rooms
from mandorla.dialogue.services.afterwards import take_back, whole_transcript
from mandorla.dialogue.services.rooms import Seat
from mandorla.dialogue.services.saying import in_words
from mandorla.dialogue.services.screens import Shown
from mandorla.spaces import services as spaces
from mandorla.vault.core import NotYours, Refused
from mandorla.vault.services import KeyRing

KIND = "keepsake"


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a person may know about keeping a dialogue's words. The other's wish shows only where `both` wish it.

    `offered` once it is over and there are words to keep; `mine` is *yes*, *no* or nothing yet.
    """

    offered: bool
    mine: str = ""
    both: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One passage of a file: who it is of, and what was said, listed, felt, or is to be told instead."""

    label: str = ""
    text: str = ""
    lines: tuple[str, ...] = ()
    feelings: tuple[str, ...] = ()
    note: str = ""


def keeping(ring: KeyRing, seat: Seat) -> Keeping:
    """How it stands with keeping this dialogue's words, for this person."""
    room = rooms.room_to_read(seat)
    state = room.shown.state
    readable = state.medium not in VOICES["aloud"] or room.script.writes
    if seat.closed or not (readable and state.begun_at and state.over in ("closed", "ended")):
        return Keeping(offered=False)
    everyone = (*state.people, *state.gone)
    records = {spaces.only(seat.thread, KIND, person): person for person in everyone}
    found = spaces.items_by_id(ring, [seat.space], KIND, records)
    wishes = {item.author: item.value.get("keep") for item in found.values() if records[item.id] == item.author}
    mine = {True: "yes", False: "no"}.get(wishes.get(seat.person), "")  # type: ignore[arg-type]  # None is no wish yet
    return Keeping(offered=True, mine=mine, both=all(wishes.get(person) is True for person in everyone))


def wish(ring: KeyRing, seat: Seat, *, keep: bool) -> None:
    """Says whether I wish to keep the words, until I say otherwise. Refused: "closed", and what `current` refuses."""
    if not keeping(ring, seat).offered:
        raise Refused("closed")
    spaces.put(ring, seat.space, KIND, {"keep": keep}, record=spaces.only(seat.thread, KIND, seat.person))


def let_go(ring: KeyRing, seat: Seat) -> None:
    """Takes my own words out of a dialogue for good, what I had not sent too; the other's stay, and each digest.

    Refused: "closed" (also while both wish to keep them), and what `current` refuses.
    """
    with transaction.atomic():
        spaces.current(ring, seat.space)
        now = keeping(ring, seat)
        if now.both or not now.offered:
            raise Refused("closed")
        wish(ring, seat, keep=False)
        Draft.objects.filter(thread=seat.thread, person=seat.person).delete()
        take_back(ring, seat.space, [seat.thread], seat.person)
        transaction.on_commit(partial(rooms.forget, seat.thread))
        bell.reseat(seat.thread)


def kept_text(ring: KeyRing, seat: Seat) -> str:
    """The dialogue as plain text; `NotYours` unless both wish to keep it."""
    topic, notes, parts = _kept(ring, seat)
    head = "\n".join([topic, _people(seat), *notes])
    return "\n\n".join([head, *(_written(part) for part in parts)]) + "\n"


def kept_pdf(ring: KeyRing, seat: Seat) -> bytes:
    """The dialogue as a PDF; `NotYours` unless both wish to keep it, `Busy` while too many are being made."""
    topic, notes, parts = _kept(ring, seat)
    way = "rtl" if get_language_bidi() else "ltr"
    told = {
        "lang": (get_language() or "en").partition("-")[0],
        "dir": way,
        "pages": numerals("1 / 1", seat.language),
        "title": _("Kept words"),
        "topic": {"text": topic, "dir": printing.direction(topic, otherwise=way)},
        "people": _people(seat),
        "notes": notes,
        "lacking": _("Some signs could not be set here; a box stands for them. The plain text has them all."),
        "parts": [_told(part, way) for part in parts],
    }
    return printing.printed(told)


def _kept(ring: KeyRing, seat: Seat) -> tuple[str, list[str], list[Part]]:
    """The topic, what to know beforehand, and every passage."""
    if not keeping(ring, seat).both:
        raise NotYours
    told = whole_transcript(seat)
    broken = [] if told.whole else [_("An entry is missing here, or not as it was written.")]
    return told.topic or _("Kept words"), broken, list(_parts(told.entries))


def _parts(entries: Iterable[Shown]) -> Iterator[Part]:
    """Passages in order; what the same person took back in one go is told once."""
    for (gone, author), group in groupby(entries, key=lambda entry: (entry.state == "withdrawn", entry.author)):
        if gone:
            yield Part(label=author, note=_("These words were taken back by the one who wrote them."))
        else:
            yield from (_part(entry) for entry in group if entry.kind != "ask")


def _part(entry: Shown) -> Part:
    if entry.state == "unreadable":
        return Part(label=entry.label, note=_("These words cannot be opened. Everything else still works."))
    match entry.kind:
        case "pause":
            return Part(label=_("A pause"))
        case "end":
            return Part(label=_("It ended here"))
        case "park":
            return Part(label=_("Parked:"), text=entry.words)
    lead = entry.lead.removesuffix("…").rstrip() if entry.words else entry.lead
    text = " ".join(filter(None, [lead, entry.words]))
    note = _("A drawing") if entry.strokes else ""
    return Part(label=entry.label, text=text, lines=entry.lines, feelings=entry.feelings, note=note)


def _written(part: Part) -> str:
    lines = (f"- {line}" for line in part.lines)
    return "\n".join(filter(None, [part.label, part.note, part.text, *lines, _named(part.feelings)]))


def _told(part: Part, way: str) -> dict[str, Any]:
    return {
        "label": part.label,
        "note": part.note,
        "text": part.text,
        "dir": printing.direction(part.text, otherwise=way),
        "lines": list(part.lines),
        "lines_dir": printing.direction(" ".join(part.lines), otherwise=way),
        "feelings": _named(part.feelings),
    }


def _named(feelings: tuple[str, ...]) -> str:
    return numerals(", ", get_language() or "en").join(feelings)


def _people(seat: Seat) -> str:
    state = rooms.room_of(seat).shown.state
    return in_words(sorted(seat.names.get(one, "") for one in (*state.people, *state.gone)), seat.language)
