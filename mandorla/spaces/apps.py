"""Tells Django of this feature."""

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "mandorla.spaces"
    label = "spaces"
