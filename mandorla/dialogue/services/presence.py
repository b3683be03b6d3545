"""Who looks at which room in this process. Kept in memory alone; a page that is hidden does not count."""

from collections import Counter
from uuid import UUID

_here: Counter[tuple[UUID, UUID]] = Counter()


def comes(thread: UUID, person: UUID) -> None:
    """One more page of this person shows this room. Call from the loop alone, as `goes`."""
    _here[thread, person] += 1


def goes(thread: UUID, person: UUID) -> None:
    """One page less."""
    _here[thread, person] -= 1
    if not _here[thread, person]:
        del _here[thread, person]


def is_here(thread: UUID, mover: UUID, person: UUID) -> bool:
    """Whether they see by themselves what `mover` changes in this room."""
    return person == mover or (thread, person) in _here
