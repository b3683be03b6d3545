"""What the coach can be asked. It needs no site; what somebody chose about it, in `choices`, does."""

from mandorla.coach.services.coach import codes, counsel, feelings, mirror, reads, request, says, send, topic, traits

__all__ = [
    "codes",
    "counsel",
    "feelings",
    "mirror",
    "reads",
    "request",
    "says",
    "send",
    "topic",
    "traits",
]
