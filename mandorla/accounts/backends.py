"""How Django recognises a person: by sign-in name and passphrase, compared by the vault. No other hash is ever made."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from mandorla.accounts.models import Person, State
from mandorla.accounts.services import recognise
from mandorla.vault.core import Sealed


class Passphrase(BaseBackend):
    """Signs in without unlocking; `services.sign_in` does both with one stretching of the passphrase."""

    def authenticate(
        self, request: HttpRequest | None, name: str = "", passphrase: str = "", **_: Any
    ) -> Person | None:
        try:
            person, root = recognise(name, passphrase)
        except Sealed:
            return None
        root.close()
        return person

    def get_user(self, user_id: UUID) -> Person | None:
        return Person.objects.filter(id=user_id).exclude(state=State.CLOSED).first()
