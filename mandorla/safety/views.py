"""The doors of help and exit. Pages are the same for everybody: nothing about who reads them reaches a template."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from mandorla.safety.services import help_lines
from mandorla.vault.services import lock
from mandorla.vault.views import public


@public
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """How to stay safe here, and for whom this is not."""
    return _alike(request, "safety/page.html")


@public
@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Whom to call."""
    return _alike(request, "safety/help.html", countries=help_lines(translation.get_language() or "en"))


@public
@require_GET
def grounding(request: HttpRequest) -> HttpResponse:
    """Something to do with body and breath when it is too much."""
    return _alike(request, "safety/grounding.html")


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """The quick exit: locks at once. A script sends POST as a beacon and goes away itself; a plain link is led away.

    No token is asked, because the page may have been open for hours and leaving must never fail. A foreign site cannot
    lock somebody out in the middle of a sentence: browsers say where a request comes from, and keep the unlock cookie
    from foreign ones. It is a link and no form because `form-action 'self'` would hold the way out.
    """
    ours = _from_our_pages(request)
    if ours:
        lock(request)
    if request.method == "POST":
        response = HttpResponse(status=204 if ours else 403)
    else:
        response = HttpResponseRedirect(settings.EXIT_TO)
    if ours:
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _alike(request: HttpRequest, template: str, **facts: object) -> HttpResponse:
    anyone = HttpRequest()
    anyone.method, anyone.path = "GET", request.path
    anyone.user = AnonymousUser()
    return render(anyone, template, facts)


def _from_our_pages(request: HttpRequest) -> bool:
    """Also true for an address somebody typed or kept as a bookmark."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
