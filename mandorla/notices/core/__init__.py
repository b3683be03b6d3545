"""When somebody wishes to be told, as pure values: wishes, what falls due, clocks and calendars."""

from mandorla.notices.core.calendar import calendar, event, feed
from mandorla.notices.core.clocks import CHOSEN, comes_twice, named, quiet_until, zone_from, zone_here, zone_of
from mandorla.notices.core.wishes import LEADS, Change, Due, Wishes, asked_for, minute, proved

__all__ = [
    "CHOSEN",
    "LEADS",
    "Change",
    "Due",
    "Wishes",
    "asked_for",
    "calendar",
    "comes_twice",
    "event",
    "feed",
    "minute",
    "named",
    "proved",
    "quiet_until",
    "zone_from",
    "zone_here",
    "zone_of",
]
