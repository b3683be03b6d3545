"""The people of all tests: Ana and Ben are together, Cleo is their therapist, Eve is a stranger.

They sign up once a run, through the same services a visitor uses, and are put into each test's database as rows: a test
may change them as it likes.
"""

import copy
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory

from mandorla.accounts.models import Person
from mandorla.accounts.services import sign_up
from mandorla.accounts.services.sessions import enter
from mandorla.spaces.services import invite, join, spaces_of
from mandorla.vault.backends import SessionStore
from mandorla.vault.core import Bundle
from mandorla.vault.services import KeyRing
from mandorla.vault.services.sessions import open_request

FEATURES = ("vault", "accounts", "spaces", "safety", "notices", "dialogue")


@dataclass(frozen=True, slots=True)
class Someone:
    """One of the cast: signs in under `name`, is called `called`, and can be given a ring or a browser at once."""

    name: str
    called: str
    passphrase: str
    recovery_code: str
    id: UUID
    personal: UUID
    bundle: bytes

    def ring(self) -> KeyRing:
        """A new open key ring; nothing is stretched for it."""
        return KeyRing(self.id, self.personal, Bundle.read(self.bundle))

    def browser(self, *, csrf: bool = False) -> Client:
        """A browser in which this person is signed in and unlocked. With `csrf`, forms need their token."""
        request = RequestFactory().get("/")
        request.session = SessionStore()
        open_request(request)
        request.ring = request.unlock = request.unlock_cookie = None  # type: ignore[attr-defined]  # as the middleware
        enter(request, Person.objects.get(id=self.id), self.ring())
        request.session.save()
        return _with_cookies(Client(enforce_csrf_checks=csrf), request)

    def locked_browser(self) -> Client:
        """A browser in which this person is signed in and locked."""
        browser = self.browser()
        del browser.cookies[settings.UNLOCK_COOKIE_NAME]
        return browser


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and the space of Ana and Ben."""

    ana: Someone
    ben: Someone
    cleo: Someone
    eve: Someone
    space: UUID
    rows: list[models.Model]

    def enter(self) -> None:
        """Put everybody into this test's database."""
        for model in _models():
            mine = [copy.copy(row) for row in self.rows if type(row) is model]
            model._base_manager.bulk_create(mine)


class Rehearsed(Exception):
    """Takes the rows out of the database again."""


def rehearse() -> Cast:
    """Make everybody, remember their rows, and leave the database as it was."""
    try:
        with transaction.atomic():
            ana, ben, cleo, eve = (_someone(called) for called in ("Ana", "Ben", "Cleo", "Eve"))
            invitation = invite(ana.ring())
            join(ben.ring(), invitation.code)
            spaces_of(ana.ring())  # the inviter learns the other's keys when looking
            rows = [row for model in _models() for row in model._base_manager.all()]
            cast = Cast(ana, ben, cleo, eve, invitation.space, rows)
            raise Rehearsed
    except Rehearsed:
        return cast


def _models() -> list[type[models.Model]]:
    """Every table after those it points to."""
    found = [model for model in apps.get_models() if model._meta.app_label in FEATURES]
    return sorted(found, key=lambda model: [field.is_relation for field in model._meta.local_fields].count(True))


def _someone(called: str) -> Someone:
    name, passphrase = called.lower(), f"{called} walks slowly under seven old lindens"
    made = sign_up(name, called, passphrase)
    bundle = bytes(made.ring.bundle().written())
    return Someone(name, called, passphrase, made.recovery_code, made.person.id, made.person.personal, bundle)


def _with_cookies(client: Client, request: HttpRequest) -> Client:
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key or ""
    client.cookies[settings.UNLOCK_COOKIE_NAME] = request.unlock_cookie  # type: ignore[attr-defined]
    return client
