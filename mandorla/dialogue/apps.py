"""Tells Django of this feature, and listens to people joining and leaving spaces."""

from typing import Any
from uuid import UUID

from django.apps import AppConfig


class DialogueConfig(AppConfig):
    name = "mandorla.dialogue"
    label = "dialogue"

    def ready(self) -> None:
        """Models must be loaded before services can be."""
        from mandorla.dialogue import services  # noqa: PLC0415
        from mandorla.spaces.services import joined, leaving  # noqa: PLC0415

        def begin(sender: object, ring: Any, space: Any, **_: object) -> None:
            services.begin_gentle_path(ring, space.id)

        def withdraw(sender: object, space: UUID, person: UUID, withdraw: bool, **_: object) -> None:
            services.withdraw_words(space, person, words=withdraw)

        joined.connect(begin, weak=False, dispatch_uid="gentle path")
        leaving.connect(withdraw, weak=False, dispatch_uid="words of who leaves")
