"""What higher floors may listen to. Both are sent inside the transaction: a listener that raises undoes it all."""

from django.dispatch import Signal

joined = Signal()
"""Someone joined. With `ring` (theirs) and `space` (SpaceView); the space may be written to."""

leaving = Signal()
"""Someone leaves. With `ring` (theirs, still able to read), `space` (UUID), `person` (UUID), `withdraw` (bool)."""
