"""What the coach can be asked."""

from mandorla.coach.services.coach import counsel, feelings, mirror, request, says, send, topic, traits

__all__ = ["counsel", "feelings", "mirror", "request", "says", "send", "topic", "traits"]
