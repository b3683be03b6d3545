"""What somebody chose about the coach: sealed in their own space, where nobody else has a key."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

from django.db import transaction

from mandorla.coach.core import Choices
from mandorla.spaces import services as spaces
from mandorla.vault.services import KeyRing

KIND: Final = "coach"

Listener = Callable[[UUID, Choices], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Calls `listener(person, chosen)` from now on, from any thread of this process, after each choice."""
    _listeners.append(listener)


def unlisten(listener: Listener) -> None:
    """Stops calling `listener`."""
    _listeners.remove(listener)


def choices_of(ring: KeyRing) -> Choices:
    """What this person chose; what cannot be opened counts as not chosen."""
    item = spaces.item_of(ring, ring.personal, KIND, record=_record(ring))
    return Choices.unpacked(item.value) if item and not item.broken else Choices()


def switch(ring: KeyRing, *, on: bool) -> None:
    """Has the coach read along in this person's rooms, or not at all."""
    with transaction.atomic():
        _keep(ring, replace(choices_of(ring), on=on))


def silence(ring: KeyRing, code: str) -> None:
    """This whisper was of no help: it is not whispered to this person any more."""
    with transaction.atomic():
        chosen = choices_of(ring)
        _keep(ring, replace(chosen, quiet=chosen.quiet | {code}))


def hear_again(ring: KeyRing, code: str) -> None:
    """Takes `silence` back."""
    with transaction.atomic():
        chosen = choices_of(ring)
        _keep(ring, replace(chosen, quiet=chosen.quiet - {code}))


def _keep(ring: KeyRing, chosen: Choices) -> None:
    spaces.put(ring, ring.personal, KIND, chosen.packed(), record=_record(ring))
    transaction.on_commit(partial(_tell, ring.person, chosen))


def _tell(person: UUID, chosen: Choices) -> None:
    for listener in _listeners:
        listener(person, chosen)


def _record(ring: KeyRing) -> UUID:
    return spaces.only(ring.personal, KIND, ring.person)
