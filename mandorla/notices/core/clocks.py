"""Clocks on the wall: the zone a person is in, the moment they name, and until when their quiet hours last."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mandorla.vault.core import Refused

ZONE_MAX = 64
HERE, CHOSEN = "zone", "own-zone"  # cookies: what the browser says, and what somebody chose instead


def zone_from(name: str) -> ZoneInfo:
    """The time zone of this name, or UTC. A browser names it, so it may be anything."""
    try:
        return ZoneInfo(name[:ZONE_MAX])
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def zone_of(cookies: Mapping[str, str]) -> ZoneInfo:
    """The time zone somebody chose, or the one their browser is in."""
    return zone_from(cookies.get(CHOSEN) or cookies.get(HERE, ""))


def zone_here(cookies: Mapping[str, str]) -> str:
    """The name of the zone this browser is in; nothing if it did not say."""
    said = cookies.get(HERE, "")
    return zone_from(said).key if said else ""


def named(told: str, zone: str) -> datetime:
    """The moment at which a clock in this zone shows `told` (YYYY-MM-DDTHH:MM); the first, where it does so twice.

    Refused: "gap" for a time that clocks pass over on that day. ValueError for what is no time.
    """
    there = datetime.fromisoformat(told).replace(tzinfo=zone_from(zone))
    try:
        moment = there.astimezone(UTC)
        shown = moment.astimezone(there.tzinfo)
    except OverflowError:
        raise ValueError(told) from None
    if shown.replace(tzinfo=None) != there.replace(tzinfo=None):
        raise Refused("gap")
    return moment


def comes_twice(at: datetime, zone: str) -> bool:
    """Whether a clock in this zone shows this time twice that day, because it is put back."""
    there = at.astimezone(zone_from(zone))
    return there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()


def quiet_until(now: datetime, zone: str, start: int, end: int) -> datetime | None:
    """When the quiet hours that hold now are over; nothing if none do. `start` and `end` in minutes of the day."""
    there = now.astimezone(zone_from(zone))
    minute = there.hour * 60 + there.minute
    over_night = start > end
    holds = minute >= start or minute < end if over_night else start <= minute < end
    if not holds:
        return None
    day = there.date() + timedelta(days=over_night and minute >= start)
    until = datetime.combine(day, time(end // 60, end % 60), there.tzinfo)
    return until if until.astimezone(UTC) > now else until.replace(fold=1)
