"""What one can do in the practice room: choose somebody, try, and keep that one did, or forget it again."""

from mandorla.learn.services.keeping import Practised, forget, keep, practised, proposed
from mandorla.learn.services.people import everybody, feelings, petals, somebody
from mandorla.learn.services.trying import try_out

__all__ = [
    "Practised",
    "everybody",
    "feelings",
    "forget",
    "keep",
    "petals",
    "practised",
    "proposed",
    "somebody",
    "try_out",
]
