"""A mail server and a push service beside every test that wants them, and settings that lead there."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.notices.outside import Mailbox, PushBox, mailbox, pushbox


@pytest.fixture
def mail(settings: Settings) -> Iterator[Mailbox]:
    """The operator's mail server."""
    with mailbox() as kept:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", kept.port
        settings.DEFAULT_FROM_EMAIL = "Notes <notes@example.org>"
        yield kept


@pytest.fixture
def browser_push(settings: Settings) -> Iterator[PushBox]:
    """A browser's push service."""
    with pushbox() as box:
        settings.PUSH_SERVICES = [f"http://127.0.0.1:{box.port}"]
        yield box
