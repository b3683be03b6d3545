"""An appointment to take along into one's own calendar. It says when, and nothing of what, why or with whom."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext
from icalendar import Alarm, Event

from mandorla.dialogue.core import Appointment, appointment
from mandorla.dialogue.services import rooms
from mandorla.dialogue.services.rooms import Seat
from mandorla.notices.core import calendar, event
from mandorla.spaces import services as spaces

REMINDED_BEFORE = timedelta(minutes=15)


def calendar_file(seat: Seat) -> bytes | None:
    """The appointment of this dialogue as a calendar file, or nothing where no time lies ahead.

    However often it is taken along, it is the same event: moved, or cancelled once the time no longer holds.
    """
    room = rooms.room_of(seat, checked=True)
    now = timezone.now()
    found = appointment(room.script, room.shown.state, now, closed=seat.closed)
    if found is None or room.shown.state.is_at_door(seat.person):
        return None
    with translation.override(seat.language):
        return bytes(calendar([_event(seat, found, now)]).to_ical())


def _event(seat: Seat, found: Appointment, now: datetime) -> Event:
    """Two calendars cannot be joined by it: each person's event has an id of its own, made from the dialogue's."""
    words = gettext("Time together")
    made = event(spaces.only(seat.thread, "calendar", seat.person), found.at, words, now=now)
    made.add("sequence", found.change)
    made.add("dtend", found.until.astimezone(UTC))
    made.add("status", found.standing.upper())
    if found.standing != "cancelled":
        made.add_component(_alarm(words))
    return made


def _alarm(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMINDED_BEFORE)
    alarm.add("description", words)
    return alarm
