"""What somebody asks to be told while they are away, what falls due, and how it is sent. Off until they ask."""

from mandorla.notices.services.dues import renew_times, write
from mandorla.notices.services.feeds import feed_at
from mandorla.notices.services.sender import Sender, send_due
from mandorla.notices.services.signals import renewed
from mandorla.notices.services.wishes import (
    View,
    choose,
    make_feed,
    mine,
    no_device,
    no_feed,
    no_mail,
    prove,
    seen,
    send_to,
    show_on,
)

__all__ = [
    "Sender",
    "View",
    "choose",
    "feed_at",
    "make_feed",
    "mine",
    "no_device",
    "no_feed",
    "no_mail",
    "prove",
    "renew_times",
    "renewed",
    "seen",
    "send_due",
    "send_to",
    "show_on",
    "write",
]
