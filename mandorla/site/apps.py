"""Tells Django of this feature."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "mandorla.site"
    label = "site"
