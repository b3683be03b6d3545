"""Tells Django of this feature."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    name = "mandorla.safety"
    label = "safety"
