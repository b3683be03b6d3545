"""Coming in and going out: signing up and in at a door, unlocking, locking, other sessions, the idle lock.

Refused reasons: "wrong" (this is not the passphrase), "wait" (too many wrong tries; fact `seconds`), "taken".
"""

from contextlib import suppress
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from mandorla.accounts.core import device, fold, neighbourhood, plain_name
from mandorla.accounts.models import Person
from mandorla.accounts.services.people import SignedUp, is_as_it_was, keep_account, recognise, sign_up
from mandorla.accounts.services.throttle import right_try
from mandorla.vault import services as vault
from mandorla.vault.core import Busy, Sealed
from mandorla.vault.services import KeyRing, SessionView

MINUTES_TO_CHOOSE = (2, 5, 10, 15, 20, 30)


def sign_up_here(request: HttpRequest, name: str, called: str, passphrase: str) -> SignedUp:
    """Signs up at a door and stays: signed in and unlocked, the recovery code still to be written down."""
    with right_try("name", address=address_of(request)):
        signed_up = sign_up(name, called, passphrase, settled=False)
    enter(request, signed_up.person, signed_up.ring)
    return signed_up


def sign_in(request: HttpRequest, name: str, passphrase: str) -> None:
    """Signs in and unlocks. `Refused` as wrong alike for a wrong passphrase and for a name that nobody has."""
    with right_try("sign-in", **who_tries(request, name)):
        person, root = recognise(name, passphrase)
        ring = vault.open_keys(person, root)
    root.close()
    _strengthen(person, passphrase)
    enter(request, person, ring)


def enter(request: HttpRequest, person: Person, ring: KeyRing) -> None:
    """Begins a session that is unlocked, under a new id."""
    auth.login(request, person)
    vault.stay_unlocked(request, ring, idle_minutes=person.idle_minutes)
    vault.name_session(request, device(request.headers.get("User-Agent", "")))


def unlock(request: HttpRequest, passphrase: str) -> None:
    """Opens the keys of someone who is signed in."""
    person = who_is_here(request)
    with right_try("unlock", **who_unlocks(request)):
        vault.unlock(request, person, fold(passphrase), idle_minutes=person.idle_minutes)


def lock(request: HttpRequest) -> None:
    """Closes the keys; open rooms notice within seconds. The person stays signed in."""
    vault.lock(request)


def sign_out(request: HttpRequest) -> None:
    """Ends this session."""
    vault.lock(request)
    auth.logout(request)


def step_up(request: HttpRequest, passphrase: str) -> None:
    """The passphrase once more, for what touches keys."""
    person = who_is_here(request)
    with right_try("unlock", **who_unlocks(request)):
        vault.step_up(request, person, fold(passphrase))


def sessions_of(request: HttpRequest) -> list[SessionView]:
    """Where I am signed in."""
    return vault.sessions_of(request)


def end_session(request: HttpRequest, session: UUID) -> None:
    """Signs out another device of mine."""
    vault.end_session(request, session)


def end_other_sessions(request: HttpRequest) -> None:
    """Signs out all my other devices."""
    vault.end_other_sessions(request)


def idle_choices() -> list[int]:
    """After how many minutes of doing nothing a person may choose to be locked; the last is the server's own."""
    return [minutes for minutes in MINUTES_TO_CHOOSE if minutes < settings.IDLE_MINUTES] + [settings.IDLE_MINUTES]


def idle_minutes(request: HttpRequest) -> int:
    """After how many minutes I am locked when I do nothing."""
    most: int = settings.IDLE_MINUTES
    return min(who_is_here(request).idle_minutes or most, most)


def shorten_idle(request: HttpRequest, minutes: int) -> None:
    """Locks sooner than the server would, here and wherever I sign in from now on."""
    vault.shorten_idle(request, minutes)
    Person.objects.filter(id=who_is_here(request).id).update(idle_minutes=minutes)


def who_is_here(request: HttpRequest) -> Person:
    """The person of a request that is signed in."""
    return cast("Person", request.user)


def who_tries(request: HttpRequest, name: str) -> dict[str, str]:
    """By what the tries of someone who gives this name are counted."""
    account, address = plain_name(name), address_of(request)
    return {"pair": f"{address} {account}", "account": account, "address": address}


def who_unlocks(request: HttpRequest) -> dict[str, str]:
    """By what the wrong passphrases of someone signed in are counted: on this device, and for the account."""
    account = who_is_here(request).id.hex
    return {"pair": f"{vault.session_here(request)} {account}", "account": account}


def address_of(request: HttpRequest) -> str:
    """From where somebody tries."""
    return neighbourhood(request.META.get("REMOTE_ADDR", ""))


def _strengthen(person: Person, passphrase: str) -> None:
    """Raise what a guess costs to what this server asks today; another time if there is no room or a new passphrase."""
    with suppress(Busy, Sealed):
        changed = vault.strengthen(person, fold(passphrase))
        with transaction.atomic():
            if changed is None or not is_as_it_was(person):
                return
            keep_account(person, changed.account)
            person.save(update_fields=["password", "salt", "kdf"])
            changed.store()
