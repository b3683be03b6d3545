"""What is stored of spaces: who is in which, under what epoch, and sealed items."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from mandorla.spaces.core import KINDS, ROLES
from mandorla.vault.core import new_id
from mandorla.vault.fields import SealedField


class Space(models.Model):
    """People who share a key. Personal spaces have no row: their id is `Person.personal`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=16)
    epoch = models.PositiveIntegerField(default=1)
    rotate_due = models.DateField()
    closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="space_kind", condition=Q(kind__in=sorted(KINDS))),
            models.CheckConstraint(name="space_epoch", condition=Q(epoch__gte=1)),
        ]


class Member(models.Model):
    """A person's place in a space; `until` is the day it ended, under epoch `ended`. A guide's is a guest's place."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    space = models.ForeignKey(Space, models.CASCADE)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, default="partner")
    until = models.DateField(null=True, default=None)
    ended = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "person"], name="member_once"),
            models.CheckConstraint(name="member_role", condition=Q(role__in=sorted(ROLES))),
        ]


class PendingGrant(models.Model):
    """What an invitation offers, wrapped under its code, which is not stored beside it. The id is derived from it."""

    id = models.UUIDField(primary_key=True, editable=False)
    space = models.ForeignKey(Space, models.CASCADE)
    wrapped = SealedField()
    expires = models.DateTimeField(db_index=True)


class Item(models.Model):
    """One sealed thing of one author in a space, personal ones included (so `space` is no foreign key)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    space = models.UUIDField()
    type = models.CharField(max_length=24)
    author = models.UUIDField()
    epoch = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)
    envelope = SealedField()

    class Meta:
        constraints = [models.CheckConstraint(name="item_revision", condition=Q(revision__gte=1))]
        indexes = [models.Index(fields=["space", "type", "author"], name="item_place")]
