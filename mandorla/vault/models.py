"""What the vault stores: closed keys and who was given them, sessions by digest, and open sessions' halves.

Nothing in these tables opens anything without a passphrase, a written-down code or a cookie.
People and spaces live on higher floors, so they stand here as plain ids.
"""

from typing import ClassVar

from django.db import models

from mandorla.vault.core.keys import new_id
from mandorla.vault.fields import SealedField


class KeySlot(models.Model):
    """A person's bundle of secrets, closed by one thing they know: `password` or `recovery`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.UUIDField()
    kind = models.CharField(max_length=16)
    revision = models.PositiveIntegerField(default=1)
    envelope = SealedField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "kind"], name="one_slot_of_a_kind")]


class DrawerSlot(models.Model):
    """One of two drawers everybody has. `spare` is the same secret closed by the recovery code.

    Which one is in use only its owner can tell: `mark` says so, sealed in their personal space.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.UUIDField(db_index=True)
    revision = models.PositiveIntegerField(default=1)
    x25519 = models.BinaryField(max_length=32)
    envelope = SealedField()
    spare = SealedField()
    mark = SealedField()


class Grant(models.Model):
    """A key given by one person to another, or to themselves: sealed for the grantee, signed by the grantor."""

    id = models.UUIDField(primary_key=True, default=new_id)
    space = models.UUIDField()
    epoch = models.PositiveIntegerField()
    scope = models.CharField(max_length=8)
    subject = models.UUIDField()
    thread = models.UUIDField()
    grantee = models.UUIDField()
    grantor = models.UUIDField()
    not_after = models.PositiveBigIntegerField(default=0)
    box = models.BinaryField()
    sig = models.BinaryField(max_length=64)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["grantee", "space"], name="grants_of_a_person"),
            models.Index(fields=["space"], name="grants_of_a_space"),
        ]


class Pin(models.Model):
    """Another person's public keys as this person learnt them face to face; who it is stays sealed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    person = models.UUIDField(db_index=True)
    envelope = SealedField()


class Vouch(models.Model):
    """Whose public keys a member of a space verified, signed by that member. It holds nothing but public keys."""

    id = models.UUIDField(primary_key=True, default=new_id)
    space = models.UUIDField()
    author = models.UUIDField()
    epoch = models.PositiveIntegerField()
    guest = models.BooleanField()
    person = models.UUIDField()
    x25519 = models.BinaryField(max_length=32)
    ed25519 = models.BinaryField(max_length=32)
    sig = models.BinaryField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["space", "author", "person"], name="vouched_once_by_each")
        ]


class Session(models.Model):
    """A sign-in on one device. The id is a digest of the cookie, so the table opens no session."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField(null=True, db_index=True)
    data = models.TextField()
    began = models.DateField()
    expires = models.DateTimeField(db_index=True)
    label = SealedField(null=True)


class UnlockRow(models.Model):
    """Half of what keeps keys open: the bundle under a key that only the cookie holds. Times in Unix minutes."""

    id = models.UUIDField(primary_key=True)
    session = models.UUIDField(db_index=True)
    person = models.UUIDField(db_index=True)
    last_use = models.PositiveIntegerField()
    idle_minutes = models.PositiveSmallIntegerField()
    passphrase_at = models.PositiveIntegerField()
    ends = models.PositiveIntegerField(db_index=True)
    envelope = SealedField()
