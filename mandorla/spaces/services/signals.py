"""What higher floors may listen to. All are sent inside the transaction: a listener that raises undoes it all."""

from django.dispatch import Signal

joined = Signal()
"""Someone joined. With `ring` (theirs) and `space` (SpaceView); the space may be written to."""

leaving = Signal()
"""Someone leaves, or is taken out. With `ring` (of who does it), `space` (UUID), `person` (UUID), `withdraw` (bool)."""

shut_out = Signal()
"""A guest is not let into a dialogue any more. With `space`, `thread` and `person` (UUIDs)."""
