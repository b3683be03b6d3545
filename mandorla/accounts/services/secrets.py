"""What opens the keys, changed: the passphrase by itself or by the recovery code, and a new recovery code.

A code is told until it is on paper. Between the pages that show it and ask three groups of it back it travels sealed,
in a cookie and in forms, so that neither session nor database ever holds it. Refused reasons: "wrong", "wait" (fact
`seconds`), "groups" (not what the code says), "stale" (a newer code was made meanwhile).
"""

import base64
import binascii
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from mandorla.accounts import core
from mandorla.accounts.core import ASKED, fold
from mandorla.accounts.models import Person, State
from mandorla.accounts.services.people import find, is_as_it_was, keep_account
from mandorla.accounts.services.sessions import enter, who_is_here, who_tries, who_unlocks
from mandorla.accounts.services.throttle import right_try
from mandorla.vault import services as vault
from mandorla.vault.core import Envelope, Refused, Sealed, new_id
from mandorla.vault.core import read as read_code
from mandorla.vault.services import KeyRing

TYPE = "recovery-code"


@dataclass(frozen=True, slots=True)
class Shown:
    """A recovery code on its way to paper: `token` is the same code, sealed for its owner."""

    code: str
    token: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A recovery code asked back: the places of the groups wanted, counted from 0."""

    places: list[int]
    token: str


def change_passphrase(request: HttpRequest, today: str, new: str) -> None:
    """Opens the keys with a new passphrase from now on; every other session ends."""
    person = who_is_here(request)
    with right_try("unlock", **who_unlocks(request)):
        changed = vault.change_passphrase(person, fold(today), fold(new), session=vault.session_here(request))
    with _unless_changed(person):
        keep_account(person, changed.account)
        person.save(update_fields=["password", "salt", "kdf"])
        changed.store()
    auth.update_session_auth_hash(request, person)


def recover(request: HttpRequest, name: str, code: str, passphrase: str) -> Shown:
    """Comes in by the recovery code: a new passphrase, a new code, and every session there was ends."""
    person = find(name) or Person(id=new_id(), personal=new_id())  # for nobody the same is tried
    with right_try("recover", **who_tries(request, name)):
        recovered = vault.recover(person, code, fold(passphrase))
    with _unless_changed(person):
        keep_account(person, recovered.account)
        person.state = State.NEW
        person.save(update_fields=["password", "salt", "kdf", "state"])
        recovered.store()
    enter(request, person, recovered.ring)
    return show_code(recovered.ring, recovered.recovery_code)


def renew_code(request: HttpRequest, ring: KeyRing, passphrase: str) -> Shown:
    """A new recovery code; the old one opens nothing any more."""
    person = who_is_here(request)
    with right_try("unlock", **who_unlocks(request)):
        renewed = vault.renew_recovery(person, fold(passphrase))
    with _unless_changed(person):
        person.state = State.NEW
        person.save(update_fields=["state"])
        renewed.store()
    return show_code(ring, renewed.recovery_code)


def is_code(code: str) -> bool:
    """Can this be a code at all, or is there a slip in it?"""
    try:
        read_code(code)
    except Refused:
        return False
    return True


def is_settled(person: Any) -> bool:
    """Has this person a recovery code written down?"""
    return bool(person.state == State.SETTLED)


def show_code(ring: KeyRing, code: str) -> Shown:
    """A code to be shown."""
    return Shown(code, _sealed(ring, {"code": code}))


def show_again(ring: KeyRing, token: str) -> Shown:
    """The same code once more, while it is the one that opens the keys. `Refused`: "stale"."""
    code = _opened(ring, token)["code"]
    _check_opens(ring, code)
    return show_code(ring, code)


def ask_back(ring: KeyRing, token: str) -> Asked:
    """Which groups of the code to ask. `Refused`: "stale"."""
    code = _opened(ring, token)["code"]
    groups = code.count("-") + 1
    places = core.groups_to_ask(secrets.SystemRandom().sample(range(groups), ASKED))
    return Asked(places, _sealed(ring, {"code": code, "places": places}))


def asked(ring: KeyRing, token: str) -> Asked:
    """What was asked. `Refused`: "stale"."""
    return Asked(_opened(ring, token).get("places", []), token)


def settle(ring: KeyRing, token: str, groups: list[str]) -> None:
    """The code is on paper. `Refused`: "groups", or "stale" if this is not the code that opens the keys now."""
    value = _opened(ring, token)
    if not core.groups_right(value["code"], value.get("places", []), groups):
        raise Refused("groups")
    _check_opens(ring, value["code"])
    Person.objects.filter(id=ring.person, state=State.NEW).update(state=State.SETTLED)


def _check_opens(ring: KeyRing, code: str) -> None:
    try:
        vault.open_with_code(Person.objects.get(id=ring.person), code).close()
    except Sealed:
        raise Refused("stale") from None


@contextmanager
def _unless_changed(person: Person) -> Iterator[None]:
    """A transaction that stores what was worked out; `Refused` as wrong if somebody else changed the account first."""
    with transaction.atomic():
        if not is_as_it_was(person):
            raise Refused("wrong")
        yield


def _sealed(ring: KeyRing, value: dict[str, Any]) -> str:
    envelope = ring.seal(value, space=ring.personal, type=TYPE, record=ring.person)
    return base64.urlsafe_b64encode(envelope.raw).decode()


def _opened(ring: KeyRing, token: str) -> dict[str, Any]:
    try:
        envelope = Envelope(base64.b64decode(token, altchars=b"-_", validate=True))
        return ring.open(envelope, space=ring.personal, type=TYPE, record=ring.person, author=ring.person)
    except (Sealed, binascii.Error, ValueError):
        raise Refused("stale") from None
