"""Times as a calendar (RFC 5545) that says when, and nothing of what, why or with whom.

Moments are written in UTC: every calendar shows them in its owner's own zone, and no rule about clocks going forward or
back has to travel along.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event

MAKER = "-//Time together//1//EN"  # every file names its maker; this one does not say where it comes from
LOOKED_AT_EVERY = timedelta(hours=1)


def calendar(events: Iterable[Event]) -> Calendar:
    """A calendar of these events."""
    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    for event in events:
        made.add_component(event)
    return made


def event(uid: UUID, at: datetime, words: str, *, now: datetime) -> Event:
    """One time; `words` are the whole of what a calendar shows of it."""
    made = Event()
    made.add("uid", uid.hex)
    made.add("dtstamp", now.astimezone(UTC))
    made.add("dtstart", at.astimezone(UTC))
    made.add("class", "PRIVATE")
    made.add("summary", words)
    return made


def feed(events: Iterable[Event]) -> bytes:
    """A calendar that another program looks at again and again."""
    made = calendar(events)
    made.add("refresh-interval", LOOKED_AT_EVERY, {"value": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    return bytes(made.to_ical())
