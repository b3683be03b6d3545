"""Notices by e-mail, through the operator's server: a subject and a sentence that are the same for everybody."""

import logging
import smtplib
from email.utils import make_msgid, parseaddr
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext

from mandorla.notices.services.words import words
from mandorla.vault.core import Refused

log = logging.getLogger("mandorla.notices")
PROBLEMS: Final = (OSError, smtplib.SMTPException)


def mail(address: str, kind: str, language: str) -> bool:
    """Sends one notice; whether the operator's server took it."""
    with translation.override(language):
        body = "\n\n".join(
            [words(kind), gettext("You asked to be told. You can change that where you asked, under “Me”.")]
        )
        return _sent(address, body)


def send_code(address: str, code: str, language: str) -> None:
    """Sends the code that proves an address. Refused: "unsent"."""
    with translation.override(language):
        body = gettext("Your code: %(code)s\n\nIf you asked for none, there is nothing you need to do.") % {
            "code": code
        }
        if not _sent(address, body):
            raise Refused("unsent")


def _sent(address: str, body: str) -> bool:
    subject = settings.MAIL_SUBJECT or gettext("A short note")
    place = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]  # not the name of this machine
    headers = {"Auto-Submitted": "auto-generated", "Message-ID": make_msgid(domain=place)}
    try:
        EmailMessage(subject, f"{body}\n", to=[address], headers=headers).send()
    except PROBLEMS as problem:
        log.warning("mail: %s", type(problem).__name__)
        return False
    return True
