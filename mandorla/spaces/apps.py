"""Tells Django of this feature."""

from importlib import import_module

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "mandorla.spaces"
    label = "spaces"

    def ready(self) -> None:
        """Services listen to names that change; they cannot be imported before all models are."""
        import_module("mandorla.spaces.services")
