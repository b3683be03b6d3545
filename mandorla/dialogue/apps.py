"""Tells Django of this feature."""

from django.apps import AppConfig


class DialogueConfig(AppConfig):
    name = "mandorla.dialogue"
    label = "dialogue"
