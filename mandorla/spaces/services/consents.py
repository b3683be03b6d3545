"""Which guests I let into which dialogues: noted in my own space, given as keys, renewed when a space's key is.

Below every gate. A grant that lies in the store again after I took it back is not renewed: my note decides.
"""

from uuid import UUID

from mandorla.spaces.models import Item
from mandorla.spaces.services.writing import locked, only, opened, write
from mandorla.vault import services as vault
from mandorla.vault.services import KeyRing

KIND = "consents"
Consents = set[tuple[UUID, UUID]]


def note_consent(ring: KeyRing, space: UUID, thread: UUID, guest: UUID, *, given: bool) -> None:
    """Notes that I let a guest into a dialogue, or do not any more. Call in a transaction."""
    record = _record(ring, space)
    row = locked(record)
    before = _read(ring, row)
    after = before | {(thread, guest)} if given else before - {(thread, guest)}
    if after != before:
        value = {"given": sorted([thread.hex, guest.hex] for thread, guest in after)}
        write(ring, ring.personal, KIND, value, record=record)


def give(ring: KeyRing, space: UUID, thread: UUID, guest: UUID, *, room: bool) -> None:
    """Gives a guest the keys of my words in a dialogue they lack; with `room`, those of what the room did."""
    keys = vault.keys_of(ring, space, guest)
    vault.consent(ring, space, keys, thread=thread)
    if room:
        vault.consent(ring, space, keys, thread=thread, whose=space)


def renew(ring: KeyRing, space: UUID) -> None:
    """Gives guests, where my consent stands and nobody took theirs back, the keys of newer epochs too."""
    for thread, guest in consents_in(ring, space):
        if vault.is_pinned(ring, space, guest, guest=True):
            given = vault.consented(ring, space, guest, thread)
            if ring.person in given:
                give(ring, space, thread, guest, room=space in given)


def consents_in(ring: KeyRing, space: UUID) -> Consents:
    """The dialogues of a space and the guests I let into them, as I noted it."""
    return _read(ring, Item.objects.filter(pk=_record(ring, space)).first())


def _read(ring: KeyRing, row: Item | None) -> Consents:
    note = opened(ring, row) if row else None
    return {(UUID(thread), UUID(guest)) for thread, guest in note.value["given"]} if note and not note.broken else set()


def _record(ring: KeyRing, space: UUID) -> UUID:
    return only(space, KIND, ring.person)
