"""The few ways an act can end otherwise than well. None of them carries what anyone wrote."""


class SignedOut(Exception):
    """A form came in, and nobody is signed in in this browser, or nobody any more."""


class Locked(Exception):
    """The person is signed in, but their keys are closed."""


class StepUp(Locked):
    """The keys are open; for this act the passphrase is asked once more."""


class NotYours(Exception):
    """There is no such thing, or it is not this person's. The two look alike on purpose."""


class Busy(Exception):
    """The server cannot do this just now; trying again in a moment is safe."""


class Moved(Exception):
    """Something happened in between; `head` is the version that now stands."""

    def __init__(self, head: int) -> None:
        super().__init__()
        self.head = head


class Refused(Exception):
    """A move that is not allowed now. `reason` is a key that a template puts into words, `facts` its numbers."""

    def __init__(self, reason: str, **facts: int | str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Sealed(Exception):
    """It cannot be opened. Every cause gives this same error, so that none can be told from another."""
