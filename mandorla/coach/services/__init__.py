"""What the coach can be asked. It needs no site; what somebody chose about it, in `choices`, does."""

from mandorla.coach.services.coach import (
    CAUGHT_MIN,
    NEAR_MIN,
    carried,
    codes,
    counsel,
    danger,
    feelings,
    mirror,
    reads,
    request,
    says,
    send,
    topic,
    traits,
)

__all__ = [
    "CAUGHT_MIN",
    "NEAR_MIN",
    "carried",
    "codes",
    "counsel",
    "danger",
    "feelings",
    "mirror",
    "reads",
    "request",
    "says",
    "send",
    "topic",
    "traits",
]
