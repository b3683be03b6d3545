"""Refuses settings under which the promise could not be kept; run by `mandorla check --deploy` and at every start."""

import ipaddress
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core import checks

from mandorla.safety.services import own_list

ARGON2_MIB_MIN = 64


def debug_is_off() -> str | None:
    if settings.DEBUG:
        return "DEBUG is on: error pages would show what people wrote."
    return None


def hosts_have_tls() -> str | None:
    if not settings.TLS and not all(map(_is_this_machine, settings.ALLOWED_HOSTS)):
        return "MANDORLA_HOSTS names hosts others can reach, but not MANDORLA_TLS: cookies would travel in clear."
    return None


def proxy_is_named() -> str | None:
    if settings.TLS and not settings.LAN and not settings.PROXY:
        return "MANDORLA_TLS is set, but MANDORLA_PROXY does not name the proxy that does it (often 127.0.0.1)."
    return None


def passphrases_are_costly() -> str | None:
    if settings.ARGON2_MIB < ARGON2_MIB_MIN:
        return f"MANDORLA_ARGON2_MIB is {settings.ARGON2_MIB}: below {ARGON2_MIB_MIN}, passphrases could be guessed."
    return None


def admin_is_absent() -> str | None:
    if "django.contrib.admin" in settings.INSTALLED_APPS:
        return "django.contrib.admin is installed: nobody may look into the tables from outside."
    return None


def one_process_on_sqlite() -> str | None:
    engine = settings.DATABASES["default"]["ENGINE"]
    if "sqlite" in engine and settings.WORKERS > 1:
        return f"SQLite is for one process and {settings.WORKERS} were asked for: set DATABASE_URL to a PostgreSQL."
    return None


def limits_hold() -> str | None:
    if settings.WORKERS < 1 or settings.GENTLE_PATH < 0 or settings.IDLE_MINUTES < 1 or settings.SESSION_HOURS < 1:
        return "the number of workers, idle minutes and session hours must be 1 or more, the gentle path 0 or more."
    return None


def relay_is_whole() -> str | None:
    kinds = {url.partition(":")[0] for url in settings.TURN_URLS}
    if kinds - {"stun", "turn", "turns"}:
        return "MANDORLA_TURN_URLS has an address that begins with none of stun:, turn: and turns:."
    if kinds & {"turn", "turns"} and not settings.TURN_SECRET:
        return "MANDORLA_TURN_URLS names a relay, but MANDORLA_TURN_SECRET is not set: it would let nobody in."
    return None


def mail_has_a_sender() -> str | None:
    if settings.MAIL and not settings.DEFAULT_FROM_EMAIL:
        return "MANDORLA_MAIL is set, but MANDORLA_MAIL_FROM does not say from whom e-mail comes."
    return None


RULES: list[Callable[[], str | None]] = [
    debug_is_off,
    hosts_have_tls,
    proxy_is_named,
    passphrases_are_costly,
    admin_is_absent,
    one_process_on_sqlite,
    limits_hold,
    relay_is_whole,
    mail_has_a_sender,
]


def unsafe_settings(**_: object) -> list[checks.CheckMessage]:
    """One error for each rule that is broken."""
    return list(_errors())


def own_help_lines(**_: object) -> list[checks.CheckMessage]:
    """A warning where the operator's help lines cannot be read: said here, as no visit to the page may be logged."""
    try:
        own_list()
    except (OSError, ValueError) as problem:
        return [checks.Warning(f"help.toml in the data folder is not used: {problem}", id="mandorla.W001")]
    return []


def _errors() -> Iterator[checks.CheckMessage]:
    for number, rule in enumerate(RULES, start=1):
        if problem := rule():
            yield checks.Error(problem, id=f"mandorla.E{number:03}")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
