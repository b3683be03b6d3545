"""How long the next try must wait after wrong ones. A delay that grows and passes; never a lock."""

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MINUTE, HOUR = 60, 3600
QUARTER_HOUR = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Rule:
    """After `free` wrong tries each further one makes the next wait: `seconds`, then twice that, up to a quarter hour.

    One of them fades every `fades` seconds, so that whoever goes on and on makes others wait some minutes and never
    the longest wait each time. `forgotten` seconds after the last wait all is as if nothing had been tried.
    """

    free: int
    seconds: int
    fades: int
    forgotten: int


# By what is tried, then by whom it is counted: the account as tried from one address or in one session, the account
# from anywhere, the address for all accounts. An account's own limit is wide: a partner with another device who tries
# and tries delays nobody soon.
PASSPHRASE = Rule(free=5, seconds=15, fades=5 * MINUTE, forgotten=QUARTER_HOUR)
CODE = Rule(free=5, seconds=QUARTER_HOUR, fades=12 * MINUTE, forgotten=HOUR)
RULES = {
    "sign-in": {"pair": PASSPHRASE, "account": replace(PASSPHRASE, free=30), "address": replace(PASSPHRASE, free=9)},
    "unlock": {"pair": PASSPHRASE, "account": replace(PASSPHRASE, free=30)},
    "recover": {"pair": CODE, "account": replace(CODE, free=30), "address": replace(CODE, free=9)},
    "name": {"address": Rule(free=9, seconds=15, fades=12 * MINUTE, forgotten=HOUR)},
    "invitation": {"account": Rule(free=5, seconds=15, fades=12 * MINUTE, forgotten=HOUR)},
}


def wait_after(tries: int, rule: Rule) -> timedelta:
    """How long nobody may try again after so many wrong tries."""
    if tries < rule.free:
        return timedelta(0)
    doublings = min(tries - rule.free, 16)
    return timedelta(seconds=min(rule.seconds * 2**doublings, QUARTER_HOUR))


def one_more(tries: int, until: datetime, rule: Rule, now: datetime) -> int:
    """How many wrong tries count, with one made now; `until` is when the wait after the earlier ones ends, or ended."""
    if is_over(until, rule, now):
        return 1
    since = now - (until - wait_after(tries, rule))
    return max(0, tries - since // timedelta(seconds=rule.fades)) + 1


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
