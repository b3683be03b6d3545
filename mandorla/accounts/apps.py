"""Tells Django of this feature."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "mandorla.accounts"
    label = "accounts"
