"""How long the next try must wait after wrong ones. A delay that grows and passes; never a lock."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR = 60, 3600
QUARTER_HOUR = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Rule:
    """After `free` wrong tries each further one makes the next wait: `seconds`, then twice that, up to a quarter hour.

    `forgotten` seconds after the last wait all is as if nothing had been tried.
    """

    free: int
    seconds: int
    forgotten: int


# By what is tried, then by whom it is counted: the account as tried from one address, the account from anywhere, the
# address for all accounts. An account's own limit is wide: a partner elsewhere who tries and tries delays nobody soon.
RULES = {
    "sign-in": {
        "pair": Rule(free=5, seconds=15, forgotten=QUARTER_HOUR),
        "account": Rule(free=30, seconds=15, forgotten=QUARTER_HOUR),
        "address": Rule(free=9, seconds=15, forgotten=QUARTER_HOUR),
    },
    "unlock": {"account": Rule(free=5, seconds=15, forgotten=QUARTER_HOUR)},
    "recover": {
        "pair": Rule(free=5, seconds=QUARTER_HOUR, forgotten=HOUR),
        "account": Rule(free=30, seconds=QUARTER_HOUR, forgotten=HOUR),
        "address": Rule(free=9, seconds=QUARTER_HOUR, forgotten=HOUR),
    },
    "name": {"address": Rule(free=9, seconds=15, forgotten=HOUR)},
    "invitation": {"account": Rule(free=5, seconds=15, forgotten=HOUR)},
}


def wait_after(tries: int, rule: Rule) -> timedelta:
    """How long nobody may try again after so many wrong tries."""
    if tries < rule.free:
        return timedelta(0)
    doublings = min(tries - rule.free, 16)
    return timedelta(seconds=min(rule.seconds * 2**doublings, QUARTER_HOUR))


def neighbourhood(address: str) -> str:
    """What counts as one address: for IPv6 the whole /64, because one household has all of it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def is_over(until: datetime, rule: Rule, now: datetime) -> bool:
    """Has the last wait passed so long ago that it no longer counts?"""
    return now >= until + timedelta(seconds=rule.forgotten)
