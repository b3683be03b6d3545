"""The sealed field takes envelopes and nothing else."""

from typing import Any

import pytest
from django.core import serializers
from django.db import transaction

from mandorla.vault.core import Envelope, Place, new_id, seal
from mandorla.vault.fields import SealedField
from mandorla.vault.models import Pin, Session

AT = Place(bytes(16), "note", bytes(16), "body", bytes(16), 1)
ENVELOPE = seal(bytes(32), b"I felt alone", epoch=1, at=AT)


@pytest.mark.django_db
def test_an_envelope_is_stored_and_read_again() -> None:
    Pin.objects.create(id=new_id(), person=new_id(), envelope=ENVELOPE)

    assert Pin.objects.get().envelope == ENVELOPE


@pytest.mark.django_db
@pytest.mark.parametrize("clear", ["I felt alone", b"I felt alone", ENVELOPE.raw, Envelope(b"I felt alone"), 7])
def test_clear_text_is_not_stored(clear: Any) -> None:
    with pytest.raises(TypeError), transaction.atomic():
        Pin.objects.create(id=new_id(), person=new_id(), envelope=clear)
    with pytest.raises(TypeError), transaction.atomic():
        Pin.objects.update(envelope=clear)

    assert Pin.objects.count() == 0


@pytest.mark.django_db
def test_nothing_is_stored_as_nothing() -> None:
    Session.objects.create(id=new_id(), data="", began="2026-01-01", expires="2026-01-01T00:00Z", label=None)

    assert Session.objects.get().label is None


def test_it_prints_as_sealed() -> None:
    pin = Pin(id=new_id(), person=new_id(), envelope=ENVELOPE)

    assert f"{pin.envelope}" == "sealed"
    assert '"envelope": "sealed"' in serializers.serialize("json", [pin])


def test_a_form_cannot_turn_text_into_it() -> None:
    field: SealedField[Envelope, Envelope] = SealedField()

    assert field.to_python(ENVELOPE) is ENVELOPE
    assert field.to_python(None) is None
    with pytest.raises(TypeError):
        field.to_python("I felt alone")
