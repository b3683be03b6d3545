"""The field for everything that is sealed. It takes an envelope and nothing else, so clear text cannot slip in."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from mandorla.vault.core.envelope import Envelope

S = TypeVar("S")
G = TypeVar("G")

if TYPE_CHECKING:

    class Typed(models.BinaryField[S, G]):
        """Tells mypy what goes in and comes out."""

        _pyi_private_set_type: Envelope
        _pyi_private_get_type: Envelope  # type: ignore[assignment]  # an envelope instead of bytes

else:

    class Typed(models.BinaryField):
        def __class_getitem__(cls, types: object) -> type:
            return cls


class SealedField(Typed[S, G]):
    """Stores an `Envelope`; text and bytes raise `TypeError`. It cannot be compared, searched or dumped as text."""

    def to_python(self, value: Any) -> Envelope | None:
        return self.checked(value)

    def get_prep_value(self, value: Any) -> bytes | None:
        envelope = self.checked(value)
        return None if envelope is None else envelope.raw

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        raw = value if prepared else self.get_prep_value(value)
        return None if raw is None else connection.Database.Binary(raw)

    def from_db_value(self, value: Any, expression: object, connection: object) -> Envelope | None:
        return None if value is None else Envelope(bytes(value))

    def value_to_string(self, obj: models.Model) -> str:
        return repr(self.value_from_object(obj))

    def checked(self, value: Any) -> Envelope | None:
        """An envelope, or nothing."""
        if value is None or (isinstance(value, Envelope) and value.is_whole()):
            return value
        raise TypeError(f"{self.name} takes an Envelope alone")
