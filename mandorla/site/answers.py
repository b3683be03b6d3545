"""What a person is told when a page cannot be shown: kindly, and without a word about whose or why.

A page that is not there and a page that is not yours get the same answer, byte for byte.
"""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_noop as _

from mandorla.dialogue.forms import SHEET
from mandorla.vault.core.errors import Busy, Locked, Moved, NotYours, Refused, Sealed, SignedOut, StepUp

RETRY_SECONDS = 3
TOKEN = "csrfmiddlewaretoken"
SECRETS = {"passphrase", "today", "again", "code", "token"}
WORDS = {*SHEET, "words", "own", "topic", "title"}  # the fields in which people write
CHOSEN = {"spaces:leave"}  # where `words` says what becomes of them


def page(request: HttpRequest, kind: str, status: int, **facts: object) -> HttpResponse:
    """One of the pages of `site/answer.html`."""
    return render(request, "site/answer.html", {"kind": kind, "held": [], "typed": []} | facts, status=status)


def held(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into a form that could not be taken just now, to be sent again; never anything that opens keys."""
    if request.method != "POST" or SECRETS & set(request.POST):
        return []
    return [(name, value) for name in request.POST if name != TOKEN for value in request.POST.getlist(name)]


def typed(request: HttpRequest) -> list[str]:
    """The words in a form that cannot be taken, to be copied from a page: nothing that opens keys or works a form."""
    match = request.resolver_match
    if SECRETS & set(request.POST) or (match and match.view_name in CHOSEN):
        return []
    return [value for name in request.POST if name in WORDS for value in request.POST.getlist(name) if value.strip()]


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is nothing here, or it is not yours; nobody can tell which."""
    return page(request, "missing", 404)


def unclear(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request made no sense to us. Plain, because not even its address may be trusted; but for what is too long."""
    if isinstance(exception, RequestDataTooBig):
        request.POST = QueryDict()  # the page asks for its fields, and they are not taken
        return page(request, "long", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _plain(request, 400, _("This request could not be understood."))


def broken(request: HttpRequest) -> HttpResponse:
    """Our mistake. Plain, because templates may be what broke; the number finds the line in the log."""
    return _plain(
        request,
        500,
        _("Something went wrong on our side. What was saved is still there; please go back and try again."),
        _("If it happens again, tell whoever runs this site this number: %(number)s"),
    )


def _plain(request: HttpRequest, status: int, *lines: str) -> HttpResponse:
    """Lines in the language of the request: it may not have come as far as where that is looked at."""
    with translation.override(translation.get_language_from_request(request)):
        text = "".join(f"{translation.gettext(line)}\n" for line in lines)
    number = getattr(request, "number", "-")
    return HttpResponse(text % {"number": number}, status=status, content_type="text/plain; charset=utf-8")


def ask_sign_in(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Ask who it is. A browser that sent words gets them back to copy; a script has kept them on its page."""
    words = typed(request) if request.headers.get("Accept") != "application/json" else []
    if words:
        return page(request, "signed_out", HTTPStatus.FORBIDDEN, typed=words)
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))


def ask_passphrase(request: HttpRequest, exception: Exception, *, at: str) -> HttpResponse:
    """Ask for the passphrase, then come back here; what was typed waits on the page meanwhile."""
    waiting = held(request)
    if waiting:
        return page(request, "locked", HTTPStatus.LOCKED, held=waiting, unlock=reverse(at))
    back = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""  # a form's address may be no page
    return HttpResponseRedirect(reverse(at) + back)


def foreign(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came from elsewhere, or lay open so long that its token is gone. `reason` names addresses: unused.

    What a page of ours sent is given back to be copied; of what came from elsewhere nothing is shown.
    """
    words = typed(request) if _is_from_our_page(request) else []
    kind = "foreign" if not words else "stale" if request.user.is_authenticated else "signed_out"
    return page(request, kind, 403, typed=words)


def _is_from_our_page(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def busy(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing was changed; trying again soon will do."""
    response = page(request, "busy", 503, held=held(request))
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def refused(request: HttpRequest, exception: Exception, *, kind: str) -> HttpResponse:
    """An ordinary no that its own page did not word."""
    return page(request, kind, 409)


Answer = Callable[[HttpRequest, Exception], HttpResponse]
ANSWERS: dict[type, Answer] = {
    SignedOut: ask_sign_in,
    Locked: partial(ask_passphrase, at="accounts:unlock"),
    StepUp: partial(ask_passphrase, at="accounts:step-up"),
    NotYours: missing,
    Busy: busy,
    OperationalError: busy,
    Moved: partial(refused, kind="moved"),
    Refused: partial(refused, kind="refused"),
    Sealed: partial(refused, kind="sealed"),
}
