"""Tells Django of this feature."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "mandorla.notices"
    label = "notices"
