"""What is kept so that somebody can be told while they are away: by number who and when, and nothing of what.

A row is there only for people who asked for one of these things. Where a notice goes is sealed for the server.
"""

from typing import ClassVar

from django.db import models

from mandorla.vault.fields import SealedField


class Wish(models.Model):
    """What somebody asked for: a word when something waits, a reminder (minutes before), a calendar (digest)."""

    person = models.UUIDField(primary_key=True)
    waiting = models.BooleanField(default=False)
    lead = models.PositiveIntegerField(default=0)
    feed = models.BinaryField(max_length=32, null=True, unique=True)
    envelope = SealedField()


class Device(models.Model):
    """A browser that shows notices. Its id is a digest of where it is reached, under the server's secret."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField(db_index=True)
    envelope = SealedField()


class DueRow(models.Model):
    """Something that falls due, in Unix minutes. `after`: not to be tried before; whoever moves it on, sends it.

    *time*: people meet. *near*: they are reminded of it. *waiting*: something waits for them; *told* once they know,
    until they have been here. *again*: a request is reminded of.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.UUIDField()
    kind = models.CharField(max_length=8)
    minute = models.PositiveBigIntegerField()
    after = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(kind__in=["waiting", "told"]), name="one_thing_waits"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["minute"], name="dues_by_minute"),
            models.Index(fields=["person", "kind"], name="dues_of_a_person"),
        ]
