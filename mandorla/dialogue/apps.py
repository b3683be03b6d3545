"""Tells Django of this feature, listens to people joining and leaving spaces, and looks at scripts before a start."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import AppConfig
from django.core import checks


class DialogueConfig(AppConfig):
    name = "mandorla.dialogue"
    label = "dialogue"

    def ready(self) -> None:
        """Models must be loaded before services can be."""
        from mandorla.accounts.services.people import renamed  # noqa: PLC0415
        from mandorla.dialogue import services  # noqa: PLC0415
        from mandorla.notices.services import renewed  # noqa: PLC0415
        from mandorla.spaces.services import joined, leaving, shut_out  # noqa: PLC0415

        def begin(sender: object, ring: Any, space: Any, **_: object) -> None:
            services.begin_gentle_path(ring, space.id)

        def withdraw(  # what the signal carries
            sender: object, ring: Any, space: UUID, person: UUID, *, withdraw: bool, **_: object
        ) -> None:
            services.leave_all(ring, space, person)
            services.forget_times(ring, space, person)
            services.withdraw_words(ring, space, person, words=withdraw)

        def rename(sender: object, ring: Any, **_: object) -> None:
            services.say_names_anew(ring)

        def seat_anew(sender: object, thread: UUID, **_: object) -> None:
            services.reseat(thread)

        def times(sender: object, ring: Any, **_: object) -> list[datetime]:
            return services.agreed_times(ring)

        renewed.connect(times, weak=False, dispatch_uid="times people agreed on")
        renamed.connect(rename, weak=False, dispatch_uid="names in open rooms")
        joined.connect(begin, weak=False, dispatch_uid="gentle path")
        leaving.connect(withdraw, weak=False, dispatch_uid="words of who leaves")
        shut_out.connect(seat_anew, weak=False, dispatch_uid="places of guests")
        checks.register(scripts_hold, "mandorla", deploy=True)


def scripts_hold(**_: object) -> list[checks.CheckMessage]:
    """A script that cannot be played or breaks a promise keeps the site from starting, in a sentence."""
    from mandorla.dialogue.services import scripts  # noqa: PLC0415

    return [checks.Error(f"{flaw}.", id="mandorla.scripts") for flaw in scripts.unplayable()]
