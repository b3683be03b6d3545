"""People with keys, for tests of the vault alone: an account as the vault sees it, and rings that are open."""

import os
from dataclasses import dataclass
from uuid import UUID

from mandorla.accounts.models import Person, State
from mandorla.vault import services as vault
from mandorla.vault.core import Bundle, Root, new_id
from mandorla.vault.services import KeyRing

PHRASE = "vier Stühle am runden Tisch"
OTHER_PHRASE = "ein Licht brennt noch im Flur"


_made: dict[UUID, vault.Made] = {}
_roots: dict[UUID, bytes] = {}


@dataclass(slots=True)
class Made:
    """A stored account with its open ring and its recovery code."""

    person: Person
    ring: KeyRing
    code: str

    def anew(self) -> KeyRing:
        """A ring that has to read everything again."""
        return vault.open_with_code(self.person, self.code)


def make() -> Made:
    """A person with all their keys. Stretching passphrases takes time, so those of earlier tests come again."""
    id = next((each for each in _made if not Person.objects.filter(id=each).exists()), None) or new_id()
    made = _made.setdefault(id, _made.get(id) or vault.make_keys(id, new_id(), PHRASE))
    ring = KeyRing(id, made.ring.personal, Bundle.read(made.ring.bundle().written()))
    made.store()
    person = Person(
        id=id,
        personal=ring.personal,
        name_digest=os.urandom(32),
        password=made.account.verifier,
        salt=made.account.salt,
        kdf=made.account.kdf,
        x25519=made.x25519,
        ed25519=made.ed25519,
        name=ring.seal({"called": "Ana"}, space=ring.personal, type="person", record=id, field="name"),
        state=State.SETTLED,
    )
    person.save(force_insert=True)
    return Made(person, ring, made.recovery_code)


def root_of(made: Made) -> Root:
    """What the passphrase stretches to, worked out once for each person."""
    id = made.person.id
    if id not in _roots:
        _roots[id] = bytes(vault.check(made.person, PHRASE).secret)
    return Root(id.bytes, bytearray(_roots[id]))


def together(inviter: Made, invitee: Made) -> UUID:
    """A space two people share, both having pinned each other."""
    space = new_id()
    vault.make_space_key(inviter.ring, space)
    invitation = vault.wrap_for_invitation(inviter.ring, space)
    answer = vault.accept_invitation(invitee.ring, space, invitation.code, invitation.wrapped)
    vault.confirm_invitation(inviter.ring, space, invitation.code, invitee.ring.public, answer.mac)
    return space
