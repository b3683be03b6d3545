"""Tells Django of this feature."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "mandorla.vault"
    label = "vault"
