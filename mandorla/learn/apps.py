"""Tells Django of this feature."""

from django.apps import AppConfig


class LearnConfig(AppConfig):
    name = "mandorla.learn"
    label = "learn"
