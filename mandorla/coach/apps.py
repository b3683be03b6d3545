"""Tells Django of this feature."""

from django.apps import AppConfig


class CoachConfig(AppConfig):
    name = "mandorla.coach"
    label = "coach"
