"""Who has an account, without a name in it; and how many wrong tries there were of late, without saying whose."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from mandorla.accounts.fields import Parameters
from mandorla.vault.core import new_id
from mandorla.vault.fields import SealedField


class State(models.TextChoices):
    """`new`: the recovery code is not yet written down. `closed`: the operator has disabled the account."""

    NEW = "new"
    SETTLED = "settled"
    CLOSED = "closed"


class Person(AbstractBaseUser):
    """An account. `password` is the passphrase's verifier, `name` how the person is called, sealed for them alone."""

    last_login = None  # nobody needs to know

    id = models.UUIDField(primary_key=True, default=new_id)
    name_digest = models.BinaryField(max_length=32, unique=True)
    salt = models.BinaryField(max_length=16)
    kdf = Parameters()
    x25519 = models.BinaryField(max_length=32)
    ed25519 = models.BinaryField(max_length=32)
    personal = models.UUIDField(unique=True)
    name = SealedField()
    revision = models.PositiveIntegerField(default=1)
    idle_minutes = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)

    USERNAME_FIELD = "name_digest"

    def __str__(self) -> str:
        return self.id.hex

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # what Django's sessions ask
        return self.state != State.CLOSED


class Throttle(models.Model):
    """Wrong tries of one kind by one digest, under a key that changes every day."""

    digest = models.BinaryField(max_length=32, primary_key=True)
    tries = models.PositiveIntegerField()
    until = models.DateTimeField()
    day = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["day"], name="throttles_of_a_day")]
