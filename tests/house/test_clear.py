"""Whatever is stored in clear is listed with a reason in clear.toml; everything else is sealed."""

import tomllib
from pathlib import Path

from django.apps import apps
from django.db import models

from mandorla.vault.fields import SealedField

LIST = tomllib.loads((Path(__file__).parent / "clear.toml").read_text())
HARMLESS = (  # ids, dates, numbers and links: they have no room for words
    models.AutoField,
    models.CompositePrimaryKey,
    models.BooleanField,
    models.DateField,
    models.DurationField,
    models.FloatField,
    models.IntegerField,
    models.UUIDField,
    models.ForeignKey,
    models.OneToOneField,
)


def _in_clear() -> set[str]:
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if not isinstance(field, (SealedField, *HARMLESS)) or isinstance(field, models.DateTimeField)
    }


def _listed() -> dict[str, str]:
    return {
        f"{app}.{model}.{field}": reason
        for app, models_ in LIST.items()
        for model, fields in models_.items()
        for field, reason in fields.items()
    }


def test_no_column_in_clear_is_unlisted() -> None:
    assert _in_clear() - _listed().keys() == set()


def test_no_listed_column_is_gone() -> None:
    assert _listed().keys() - _in_clear() == set()


def test_every_reason_is_a_reason() -> None:
    assert [name for name, reason in _listed().items() if len(reason.split()) < 4] == []
