"""Making an account, finding a person by sign-in name and passphrase, and what they call themselves.

Refused reasons: "taken" (this sign-in name belongs to somebody), and the vault's for a passphrase too short or long.
"""

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from mandorla.accounts.core import fold, name_digest
from mandorla.accounts.models import Person, State
from mandorla.vault import services as vault
from mandorla.vault.core import Envelope, NotYours, Refused, Root, new_id
from mandorla.vault.services import KeyRing, Stored

TYPE, FIELD = "person", "name"  # where my name is sealed

renamed = Signal()
"""Someone is called otherwise from now on. Sent inside the transaction, with `ring` and `called`."""


@dataclass(frozen=True, slots=True)
class SignedUp:
    """A new account: `ring` is open (close it or keep it), `recovery_code` is told this once."""

    person: Person
    ring: KeyRing
    recovery_code: str


def sign_up(name: str, called: str, passphrase: str, *, settled: bool = True) -> SignedUp:
    """Makes an account with all its keys; nothing is half made. `Refused`: "taken", or the vault's for the passphrase.

    Unless `settled`, the person must first show that the recovery code is written down. How strong the passphrase is
    was judged before, by `weakness`.
    """
    digest = digest_of(name)
    if Person.objects.filter(name_digest=digest).exists():
        raise Refused("taken")
    id, personal = new_id(), new_id()
    made = vault.make_keys(id, personal, fold(passphrase))
    person = Person(
        id=id,
        personal=personal,
        name_digest=digest,
        x25519=made.x25519,
        ed25519=made.ed25519,
        name=_sealed_name(made.ring, called, revision=1),
        state=State.SETTLED if settled else State.NEW,
    )
    keep_account(person, made.account)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            made.store()
    except IntegrityError:  # somebody took the name in this very moment
        raise Refused("taken") from None
    return SignedUp(person, made.ring, made.recovery_code)


def recognise(name: str, passphrase: str) -> tuple[Person, Root]:
    """Who this is, and the root of their keys. `Sealed` if it is not theirs; takes as long for a name nobody has."""
    person = find(name)
    root = vault.check(person, fold(passphrase))
    if person is None:
        raise AssertionError("the vault knows nobody's passphrase")
    return person, root


def open_ring(name: str, passphrase: str) -> KeyRing:
    """A key ring without a request, for commands and tests; `Sealed` if the passphrase is wrong. Close it after use."""
    person, root = recognise(name, passphrase)
    ring = vault.open_keys(person, root)
    root.close()
    return ring


def find(name: str) -> Person | None:
    """Who signs in under this name, unless the account is closed."""
    return Person.objects.filter(name_digest=digest_of(name)).exclude(state=State.CLOSED).first()


@transaction.atomic
def close_account(name: str) -> None:
    """The operator's: nobody signs in under this name any more, and every session ends; open rooms notice in seconds.

    Nothing of the person's is opened or deleted. `NotYours` if nobody signs in under it.
    """
    person = _locked(name)
    Person.objects.filter(id=person.id).update(state=State.CLOSED)
    vault.end_sessions(person.id)


@transaction.atomic
def reopen_account(name: str) -> None:
    """Lets someone whose account was closed sign in again; they are asked to write down a new recovery code.

    An account that is open stays as it is. `NotYours` if nobody signs in under this name.
    """
    person = _locked(name)
    Person.objects.filter(id=person.id, state=State.CLOSED).update(state=State.NEW)


def is_open(person: UUID) -> bool:
    """Whether somebody may sign in to this account."""
    return Person.objects.filter(id=person).exclude(state=State.CLOSED).exists()


def digest_of(name: str) -> bytes:
    """The digest under which this installation finds a sign-in name."""
    return name_digest(name, bytes.fromhex(settings.NAME_KEY))


def keep_account(person: Person, account: Stored) -> None:
    """Takes over what is stored of a passphrase; not yet saved."""
    person.password, person.salt, person.kdf = account.verifier, account.salt, account.kdf


def is_as_it_was(person: Person) -> bool:
    """Whether nobody changed the passphrase or closed the account since `person` was read; the row is then locked.

    Call inside the transaction that stores what was worked out, and before `keep_account`: stretching takes so long
    that somebody else may have come first.
    """
    same = Person.objects.select_for_update().filter(id=person.id, password=person.password)
    return same.exclude(state=State.CLOSED).first() is not None


def my_name(ring: KeyRing) -> str:
    """How I am called."""
    person = Person.objects.get(id=ring.person)
    value = ring.open(
        person.name,
        space=ring.personal,
        type=TYPE,
        record=ring.person,
        field=FIELD,
        author=ring.person,
        revision=person.revision,
    )
    return str(value["called"])


def rename(ring: KeyRing, called: str) -> None:
    """From now on I am called this."""
    with transaction.atomic():
        person = Person.objects.select_for_update().get(id=ring.person)
        person.revision += 1
        person.name = _sealed_name(ring, called, revision=person.revision)
        person.save(update_fields=["name", "revision"])
        renamed.send(Person, ring=ring, called=called.strip())


def _locked(name: str) -> Person:
    person = Person.objects.select_for_update().filter(name_digest=digest_of(name)).first()
    if person is None:
        raise NotYours
    return person


def _sealed_name(ring: KeyRing, called: str, *, revision: int) -> Envelope:
    spelt = unicodedata.normalize("NFC", called).strip()
    value = {"called": spelt}
    return ring.seal(value, space=ring.personal, type=TYPE, record=ring.person, field=FIELD, revision=revision)
