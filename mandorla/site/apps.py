"""Tells Django of this feature, and of the rules its settings must keep."""

from django.apps import AppConfig
from django.core.checks import register

from mandorla.site.checks import own_help_lines, unsafe_settings


class SiteConfig(AppConfig):
    name = "mandorla.site"
    label = "site"

    def ready(self) -> None:
        register(unsafe_settings, "mandorla", deploy=True)
        register(own_help_lines, "mandorla")
