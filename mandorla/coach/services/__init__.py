"""What the coach can be asked, and what somebody chose about it."""

from mandorla.coach.services.choices import choices_of, hear_again, silence, switch
from mandorla.coach.services.coach import codes, counsel, feelings, mirror, reads, request, says, send, topic, traits

__all__ = [
    "choices_of",
    "codes",
    "counsel",
    "feelings",
    "hear_again",
    "mirror",
    "reads",
    "request",
    "says",
    "send",
    "silence",
    "switch",
    "topic",
    "traits",
]
