"""Notices to browsers, through the push services that browsers' makers run. They learn that something came, no more."""

import logging
import re
import time
import urllib.request
from fnmatch import fnmatch
from http import HTTPStatus
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlsplit

from django.conf import settings

from mandorla.notices.services.words import said
from mandorla.vault.core import for_browser, passport

log = logging.getLogger("mandorla.notices")
WORDS_BYTES = 160  # every notice is as long as every other
PATIENCE_SECONDS = 10
PASSPORT_SECONDS = 12 * 3600
KEPT_SECONDS = {"near": 3600, "waiting": 24 * 3600}
ADDRESS: Final = re.compile(r"[!-~]+")  # no spaces, and nothing that would have to be written otherwise to be asked for
GONE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class Gone(Exception):
    """The browser shows no notices of ours any more."""


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follows nobody elsewhere."""


_opener = urllib.request.build_opener(_Straight)


def is_known_service(endpoint: str) -> bool:
    """Whether this is an address at one of the push services that the operator lets notices go to."""
    try:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        is_address = ADDRESS.fullmatch(endpoint) and parts.username is None and parts.port != 0
    except ValueError:  # also a port that is no number
        return False
    return bool(is_address) and any(fnmatch(origin, known) for known in settings.PUSH_SERVICES)


def _contact() -> str:
    """How a push service may reach whoever runs this site; without an address of theirs, the site's own."""
    host = settings.ALLOWED_HOSTS[0].lstrip(".*")
    return settings.CONTACT or (f"https://{host}" if "." in host else "https://localhost")


def push(endpoint: str, p256dh: str, auth: str, kind: str, language: str) -> bool:
    """Sends one notice; whether the service took it. `Gone` if it never will again."""
    if not is_known_service(endpoint):
        raise Gone
    parts = urlsplit(endpoint)
    until = int(time.time()) + PASSPORT_SECONDS
    audience = f"{parts.scheme}://{parts.netloc}"
    headers = {
        "Authorization": passport(settings.VAPID_KEY, audience=audience, contact=_contact(), until=until),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS[kind]),
        "Topic": "notice",
        "Urgency": "normal",
    }
    sealed = for_browser(said(kind, language).encode().ljust(WORDS_BYTES), p256dh, auth)
    request = urllib.request.Request(endpoint, sealed, headers, method="POST")  # noqa: S310  # a known service
    try:
        with _opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return bool(HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES)
    except HTTPError as answered:
        answered.close()
        if answered.code in GONE:
            raise Gone from None
        log.warning("push: %d", answered.code)
    except (OSError, HTTPException) as problem:  # the latter for an answer that makes no sense
        log.warning("push: %s", type(problem).__name__)
    return False
