"""What is stored of dialogues: the log, its folded state, and drafts. Words and states are sealed."""

from django.db import models

from mandorla.vault.core import new_id
from mandorla.vault.fields import SealedField


class Thread(models.Model):
    """One dialogue. `next_seq` is the number the next entry gets; `state` is the folded log up to the one before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    space = models.UUIDField(db_index=True)
    day = models.DateField()
    next_seq = models.BigIntegerField()
    epoch = models.BigIntegerField()
    state = SealedField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(next_seq__gte=1), name="thread_has_entries")]


class Event(models.Model):
    """One entry of the log, written once. Withdrawn words leave their `digest` (SHA-256) and no envelope."""

    pk = models.CompositePrimaryKey("thread", "seq")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, db_index=False)
    seq = models.BigIntegerField()
    command = models.UUIDField()
    author = models.UUIDField()
    epoch = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    envelope = SealedField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "command"], name="event_once_a_command")]


class Draft(models.Model):
    """What someone is writing and has not sent: sealed in their own space, so that nobody else has a key to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, db_index=False)
    person = models.UUIDField()
    version = models.BigIntegerField()
    envelope = SealedField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="draft_one_each")]
