"""An appointment to take along into one's own calendar (RFC 5545). It says when, and nothing of what, why or with whom.

The moment is written in UTC: it is one moment for two people who may live in different time zones, every calendar shows
it in its owner's own, and no rule about clocks going forward or back has to travel along.
"""

from datetime import UTC, datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext
from icalendar import Alarm, Calendar, Event

from mandorla.dialogue.core import Appointment, appointment
from mandorla.dialogue.services import rooms
from mandorla.dialogue.services.rooms import Seat
from mandorla.spaces import services as spaces

REMINDED_BEFORE = timedelta(minutes=15)
MAKER = "-//Time together//1//EN"  # every file names its maker; this one does not say where it comes from


def calendar_file(seat: Seat) -> bytes | None:
    """The appointment of this dialogue as a calendar file, or nothing where no time lies ahead.

    However often it is taken along, it is the same event: moved, or cancelled once the time no longer holds.
    """
    room = rooms.room_of(seat, checked=True)
    now = timezone.now()
    found = appointment(room.script, room.shown.state, now, closed=seat.closed)
    if found is None:
        return None
    with translation.override(seat.language):
        return bytes(_calendar(_event(seat, found, now)).to_ical())


def _calendar(event: Event) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return calendar


def _event(seat: Seat, found: Appointment, now: datetime) -> Event:
    """Two calendars cannot be joined by it: each person's event has an id of its own, made from the dialogue's."""
    event, words = Event(), gettext("Time together")
    event.add("uid", spaces.only(seat.thread, "calendar", seat.person).hex)
    event.add("sequence", found.change)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", found.at.astimezone(UTC))
    event.add("dtend", found.until.astimezone(UTC))
    event.add("status", found.standing.upper())
    event.add("class", "PRIVATE")
    event.add("summary", words)
    if found.standing != "cancelled":
        event.add_component(_alarm(words))
    return event


def _alarm(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -REMINDED_BEFORE)
    alarm.add("description", words)
    return alarm
