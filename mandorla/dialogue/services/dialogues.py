"""Asking for a dialogue, the list of one's dialogues, the gentle path, rests, and what a person was shown before."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from mandorla.dialogue.core import (
    IN_CALL,
    REMINDED_AFTER,
    Entry,
    Script,
    State,
    appointment,
    change,
    dues,
    fold,
    has_lapsed,
    screen,
    wire,
)
from mandorla.dialogue.core.bodies import AHEAD_MAX
from mandorla.dialogue.models import Event, Thread
from mandorla.dialogue.services import presence, rooms, scripts
from mandorla.dialogue.services.calls import PEOPLE_MAX as CALL_PEOPLE_MAX
from mandorla.dialogue.services.calls import possible
from mandorla.dialogue.services.rests import rests_until
from mandorla.dialogue.services.saying import in_words
from mandorla.dialogue.services.screens import moment
from mandorla.notices import services as notices
from mandorla.notices.core import Change, Due
from mandorla.spaces import services as spaces
from mandorla.spaces.core import FACILITATOR, GUIDE, LEAST, MemberView, SpaceView
from mandorla.vault.core import NotYours, Refused, Sealed
from mandorla.vault.services import KeyRing, ThreadKeys, let_into

TOPIC_MAX = 120
PAGE = 20
PATH_LOOKBACK = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone asks for. `key` becomes the dialogue's id, so that asking twice asks once.

    `people` are those who are asked, everyone of the space if none is named; `guests` come with their role.
    """

    key: UUID
    script: str
    topic: str
    medium: str
    minutes: int
    wish: datetime | None = None
    people: tuple[UUID, ...] = ()
    guests: tuple[tuple[UUID, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FormView:
    """A form one may ask for. `closed` says why not now: *guide*, *gentle* or *resting*."""

    script: Script
    words: dict[str, str]
    closed: str


@dataclass(frozen=True, slots=True)
class DialogueView:
    """A dialogue in a list. `mine` when the next move is this person's; `calendar` as in the room."""

    id: UUID
    topic: str
    form: str
    partner: str
    day: str
    status: str
    when: str
    mine: bool
    over: bool
    reminded: bool
    asked_at: datetime
    calendar: str


def forms_for(ring: KeyRing, space: UUID) -> list[FormView]:
    """The forms of this space, with what keeps one closed just now: the same for everybody."""
    view, rest = spaces.space_for(ring, space), rests_until(ring, space)
    fitting = [script for script in scripts.forms() if view.kind in script.among]
    fitting.sort(key=lambda script: script.among.index(view.kind))  # what is most for them comes first
    path = _path_left(ring, space) if any(script.gentle for script in fitting) else 0
    guided = bool(guides_of(view) or _facilitators(view))
    return [
        FormView(script, dict(scripts.words(script.id).form), _closed(script, path, rest, guided=guided))
        for script in fitting
    ]


def guides_of(view: SpaceView) -> tuple[MemberView, ...]:
    """The guides from outside who could be asked to be there."""
    return tuple(guest for guest in view.guests if not guest.arriving)


def may_be_asked(view: SpaceView) -> tuple[MemberView, ...]:
    """The others of a space who could be asked."""
    return tuple(other for other in view.others if not other.arriving)


def ask(ring: KeyRing, space: UUID, asked: Asked) -> UUID:
    """Asks the partner, or those who are named, for a dialogue and returns its id.

    Refused: "topic" (empty), "line_too_long", "time" (past or too far), "form", "guide" (it needs one, and none is
    named), "guest" (nobody who could be one), "too_few", "too_many", "gentle", "resting", and what `spaces.current`
    refuses ("closed", "waiting").
    """
    view = spaces.space_for(ring, space)
    form = next((one for one in forms_for(ring, space) if one.script.name == asked.script), None)
    _check(asked, form)
    assert form is not None  # _check refuses
    people = _people(view, asked, form.script)
    guests = _guests(view, asked, form.script, people)
    body = {
        "guests": [[guest.hex, role] for guest, role in guests],
        "topic": asked.topic.strip(),
        "medium": asked.medium,
        "minutes": asked.minutes,
        "wish": asked.wish.isoformat() if asked.wish else None,
        "script": form.script.id,
    }
    try:
        with transaction.atomic():
            spaces.current(ring, space)
            body |= {"people": [one.hex for one in people], "paces": _paces(ring, space)}
            entry = Entry(1, ring.person, timezone.now(), "ask", form.script.start, body)
            _begin(ring, space, asked.key, form.script, entry)
    except IntegrityError:
        if not Thread.objects.filter(pk=asked.key, space=space).exists():
            raise NotYours from None
    return asked.key


def dialogues_of(ring: KeyRing, views: Iterable[SpaceView], *, page: int = 0, zone: str = "UTC") -> list[DialogueView]:
    """The dialogues I have a part in, in these spaces, newest first, at most 20 a page."""
    by_id = {view.id: view for view in views}
    rows = list(threads_of(ring, by_id.values())[page * PAGE : (page + 1) * PAGE])
    firsts = {
        thread: rooms.Stored(1, author, command, b"", envelope)
        for thread, author, command, envelope in Event.objects.filter(thread__in=rows, seq=1).values_list(
            "thread", "author", "command", "envelope"
        )
    }
    listed = (_listed(ring, by_id[row.space], row, firsts.get(row.id), zone) for row in rows)
    return sorted(filter(None, listed), key=lambda one: (one.over, -one.asked_at.timestamp()))


def has_older(ring: KeyRing, views: Iterable[SpaceView], *, page: int = 0) -> bool:
    """Whether there is a page after this one."""
    return threads_of(ring, views)[(page + 1) * PAGE :].exists()


def threads_of(ring: KeyRing, views: Iterable[SpaceView]) -> QuerySet[Thread]:
    """The dialogues of these spaces that I may look into, newest first."""
    places = [(view.id, view.me.role == GUIDE) for view in views]
    mine = Q(space__in=[space for space, guest in places if not guest])
    visited = [space for space, guest in places if guest]
    if visited:
        mine |= Q(space__in=visited, pk__in=let_into(ring, visited))
    return Thread.objects.filter(mine).order_by("-day", "id")


def agreed_times(ring: KeyRing) -> list[datetime]:
    """The times ahead at which this person is awaited, in every dialogue of theirs, also where they are a guest."""
    views = [view for view in (*spaces.spaces_of(ring), *spaces.guest_spaces_of(ring)) if not view.closed]
    found = _dues(ring, threads_of(ring, views))
    return [due.at for dues in found for due in dues if (due.kind, due.person) == ("time", ring.person)]


def forget_times(ring: KeyRing, space: UUID, person: UUID) -> None:
    """Nothing falls due any more in a space in which, once one of its people leaves, too few are left."""
    people = spaces.members_of(space)
    if person not in people or len(people) > LEAST or not ring.epochs(space):
        return
    for found in _dues(ring, Thread.objects.filter(space=space)):
        notices.write(Change(goes=found), timezone.now())


def _dues(ring: KeyRing, rows: QuerySet[Thread]) -> Iterator[frozenset[Due]]:
    """What falls due in each of these dialogues, where anything does. One look at the store for all of them.

    Which of them lie ahead stands in their sealed states alone, so every state is opened, one after the other.
    """
    now = timezone.now()
    for row in rows.iterator():
        state = state_in(ring, row)
        if state and (found := dues(scripts.script(state.script), state, now)):
            yield found


def begin_gentle_path(ring: KeyRing, space: UUID) -> None:
    """Draws how many appreciation dialogues come first in a new space. Sealed; a wait tells nobody anything.

    Whoever joins later walks the path as it is. Where no gentle form is held, such as in a family, there is none.
    """
    record = spaces.only(space, "gentle_path", space)
    if spaces.item_of(ring, space, "gentle_path", record=record) is None:
        walked = settings.GENTLE_PATH and any(form.script.gentle for form in forms_for(ring, space))
        drawn = 1 + secrets.randbelow(settings.GENTLE_PATH) if walked else 0
        spaces.put(ring, space, "gentle_path", {"dialogues": drawn}, author=space, record=record)


def end_gentle_path(ring: KeyRing, space: UUID) -> None:
    """Lets a couple go on to every form at once: for those who know dialogues already."""
    record = spaces.only(space, "gentle_path", space)
    spaces.put(ring, space, "gentle_path", {"dialogues": 0}, author=space, record=record)


def was_shown(ring: KeyRing, what: str) -> bool:
    """Whether this person has seen a page that comes once, such as *how* or *before*."""
    return spaces.item_of(ring, ring.personal, "shown", record=_shown_id(ring, what)) is not None


def shown(ring: KeyRing, what: str) -> None:
    """Notes, in the person's own space, that they have seen it; not what they answered."""
    spaces.put(ring, ring.personal, "shown", {"what": what}, record=_shown_id(ring, what))


def _shown_id(ring: KeyRing, what: str) -> UUID:
    return spaces.only(ring.personal, f"shown-{what}", ring.person)


def _check(asked: Asked, form: FormView | None) -> None:
    if form is None or asked.medium not in possible(form.script.media) or asked.minutes not in form.script.minutes:
        raise Refused("form")
    if form.closed:
        raise Refused(form.closed)
    if not asked.topic.strip():
        raise Refused("topic")
    if len(asked.topic.strip()) > TOPIC_MAX:
        raise Refused("line_too_long", most=TOPIC_MAX, length=len(asked.topic.strip()))
    now = timezone.now()
    if asked.wish and not now < asked.wish <= now + AHEAD_MAX:
        raise Refused("time")


def _people(view: SpaceView, asked: Asked, script: Script) -> tuple[UUID, ...]:
    """Who would hold it, whoever asks first."""
    there = [other.person for other in may_be_asked(view)]
    people = (view.me.person, *(one for one in there if not asked.people or one in asked.people))
    least, most = script.people
    if set(asked.people) - set(people):
        raise Refused("form")
    if len(people) < least:
        raise Refused("too_few")
    if len(people) > (min(most, CALL_PEOPLE_MAX) if asked.medium in IN_CALL else most):
        raise Refused("too_many")
    return people


def _guests(view: SpaceView, asked: Asked, script: Script, people: tuple[UUID, ...]) -> tuple[tuple[UUID, str], ...]:
    """Who would be there besides. A facilitator among the people guides where a guide is needed."""
    facilitators = {(one, "guide") for one in _facilitators(view) if one in people}
    possible_ones = {(guide.person, "guide") for guide in guides_of(view)} | facilitators
    possible_ones |= {(one.person, "observer") for one in may_be_asked(view) if one.person not in people}
    if set(asked.guests) - possible_ones:
        raise Refused("guest")
    guests = dict(asked.guests)
    if script.guard and "guide" not in guests.values():
        guests |= dict(sorted(facilitators))
    if script.guard and "guide" not in guests.values():
        raise Refused("guide")
    return tuple(guests.items())


def _facilitators(view: SpaceView) -> list[UUID]:
    return [one.person for one in (view.me, *may_be_asked(view)) if one.role == FACILITATOR]


def _paces(ring: KeyRing, space: UUID) -> dict[str, str]:
    """How much guidance each wished for in the dialogue before this one."""
    rows = Thread.objects.filter(space=space).order_by("-day", "id")[:PAGE]
    newest = [state for row in rows if row.day == rows[0].day and (state := state_in(ring, row))]
    last = max(newest, key=lambda state: state.asked_at, default=None)
    return {person.hex: pace for person, pace in last.paces.items()} if last else {}


def _begin(ring: KeyRing, space: UUID, thread: UUID, script: Script, entry: Entry) -> None:
    keys = ring.thread_keys(space, thread, [ring.person, space])
    envelope = keys.seal(wire.packed(entry), type="event", record=thread, author=ring.person, revision=1)
    state = fold(script, None, entry, envelope.digest.hex())
    Thread.objects.create(
        id=thread,
        space=space,
        day=entry.at.date(),
        next_seq=2,
        epoch=keys.epoch,
        state=rooms.sealed_state(keys, thread, space, state),
    )
    Event.objects.create(
        thread_id=thread,
        seq=1,
        command=thread,
        author=ring.person,
        epoch=keys.epoch,
        digest=envelope.digest,
        envelope=envelope,
    )
    notices.write(change(script, None, state, entry.at, partial(presence.is_here, thread, ring.person)), entry.at)


def _closed(script: Script, path_left: int, rest: datetime | None, *, guided: bool) -> str:
    if script.guard and not guided:
        return "guide"
    if script.gentle:
        return ""
    return "gentle" if path_left else "resting" if rest else ""


def _path_left(ring: KeyRing, space: UUID) -> int:
    """How many gentle dialogues are still to come before the other forms open."""
    record = spaces.only(space, "gentle_path", space)
    item = spaces.item_of(ring, space, "gentle_path", record=record)
    drawn = 0 if item is None or item.broken else int(item.value["dialogues"])
    if not drawn:
        return 0
    states = (state_in(ring, row) for row in Thread.objects.filter(space=space).order_by("day")[:PATH_LOOKBACK])
    held = sum(1 for state in states if state and state.over == "closed" and scripts.script(state.script).gentle)
    return max(0, drawn - held)


def state_in(ring: KeyRing, row: Thread) -> State | None:
    """How a dialogue stands, from its row alone; nothing if that cannot be opened."""
    keys = ring.thread_keys(row.space, row.id, [row.space])
    try:
        return rooms.state_of(row, keys.open)
    except Sealed:
        return None
    finally:
        keys.close()


def _listed(ring: KeyRing, view: SpaceView, row: Thread, first: rooms.Stored | None, zone: str) -> DialogueView | None:
    """Nothing for a dialogue somebody else holds."""
    state = state_in(ring, row)
    if state and not state.is_welcome(ring.person) and ring.person not in state.gone:
        return None
    here = state.people if state else [one.person for one in view.others]
    language = translation.get_language() or "en"
    partner = in_words([view.named(one) for one in here if one != ring.person], language)
    if state is None or first is None:
        day = datetime.combine(row.day, time.min, tzinfo=UTC)
        facts = {"mine": False, "over": True, "reminded": False}
        return DialogueView(row.id, "", "", partner, "", "unreadable", "", asked_at=day, calendar="", **facts)
    now = timezone.now()
    script = scripts.script(state.script)
    seen = screen(script, state, ring.person)
    over = state.over or ("lapsed" if has_lapsed(script, state, now) else "")
    status = over or ("paused" if state.paused else state.step if not seen.begun else "begun")
    until = state.paused.until if state.paused else state.at
    ahead = appointment(script, state, now, closed=view.closed)
    return DialogueView(
        id=row.id,
        topic=_topic(ring, view, row, first),
        form=scripts.words(state.script).form["name"],
        partner=partner,
        day=moment(state.asked_at, language, zone),
        status="closed_space" if view.closed and not over else status,
        when=moment(until, language, zone) if until else "",
        mine=seen.my_turn and not over and not view.closed,
        over=bool(over) or view.closed,
        reminded=not seen.begun and seen.my_turn and now > state.turn_at + REMINDED_AFTER,
        asked_at=state.asked_at,
        calendar=ahead.standing if ahead else "",
    )


def _topic(ring: KeyRing, view: SpaceView, row: Thread, first: rooms.Stored) -> str:
    if first.envelope is None:
        return ""
    keys: ThreadKeys = ring.thread_keys(view.id, row.id, [first.author])
    try:
        plain = keys.open(first.envelope, type="event", record=first.command, author=first.author, revision=1)
    except Sealed:
        return ""
    finally:
        keys.close()
    return str(wire.entry(plain, 1, first.author).body["topic"])
