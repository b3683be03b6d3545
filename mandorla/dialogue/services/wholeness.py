"""Whether the logs in the store are whole, as far as that can be seen without keys: for restoring and drills."""

from collections.abc import Iterator
from uuid import UUID

from mandorla.dialogue.models import Event, Thread


def flaws(database: str = "default") -> Iterator[str]:
    """One line for each dialogue whose numbers have a gap, whose end is missing, or whose words were altered."""
    ends = dict(Thread.objects.using(database).values_list("id", "next_seq"))
    rows = Event.objects.using(database).order_by("thread", "seq").values_list("thread", "seq", "digest", "envelope")
    seen: dict[UUID, int] = dict.fromkeys(ends, 0)
    for thread, seq, digest, envelope in rows.iterator(chunk_size=500):
        if seq != seen[thread] + 1:
            yield f"dialogue {thread.hex}: entry {seen[thread] + 1} is missing"
        if envelope is not None and envelope.digest != bytes(digest):
            yield f"dialogue {thread.hex}: entry {seq} was altered"
        seen[thread] = seq
    for thread, end in ends.items():
        if seen[thread] != end - 1:
            yield f"dialogue {thread.hex}: it ends at {seen[thread]} and should at {end - 1}"
