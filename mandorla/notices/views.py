"""The doors of notices: one page where everything is chosen, the calendar's address, and the worker that shows them."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from mandorla.accounts.forms import Told
from mandorla.notices import forms, services
from mandorla.notices.core import CHOSEN, zone_here
from mandorla.vault.core import Refused
from mandorla.vault.views import UnlockedRequest, public, unlocked

WORKER = (Path(__file__).parent / "static" / "notices" / "worker.js").read_text()


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: UnlockedRequest) -> HttpResponse:
    """Notices and calendar."""
    if request.method == "POST" and (act := ACTS.get(request.POST.get("act", ""))):
        return act(request)
    return _page(request)


def _times(request: UnlockedRequest) -> HttpResponse:
    form = forms.Times(request.POST, here=_here(request))
    if not form.is_valid():
        return _page(request, {"times": form})
    language = translation.get_language() or "en"
    services.choose(request.ring, forms.wished(form, here=_here(request), language=language))
    return remember_zone(request, _done("times"), form.cleaned_data["zone"])


def _mail(request: UnlockedRequest) -> HttpResponse:
    return _told(request, "mail", forms.Address(request.POST), lambda told: services.send_to(request.ring, **told))


def _code(request: UnlockedRequest) -> HttpResponse:
    return _told(request, "code", forms.Code(request.POST), lambda told: services.prove(request.ring, **told))


def _device(request: UnlockedRequest) -> HttpResponse:
    return _told(request, "device", forms.Device(request.POST), lambda told: services.show_on(request.ring, **told))


def _no_mail(request: UnlockedRequest) -> HttpResponse:
    services.no_mail(request.ring)
    return _done("no-mail")


def _no_device(request: UnlockedRequest) -> HttpResponse:
    services.no_device(request.ring, request.POST.get("endpoint", ""))
    return _done("no-device")


def _feed(request: UnlockedRequest) -> HttpResponse:
    """Shows the address in the answer, because it is stored nowhere."""
    path = reverse("notices:feed", args=[services.make_feed(request.ring)])
    return _page(request, address=f"{'https' if settings.TLS else 'http'}://{request.get_host()}{path}")


def _no_feed(request: UnlockedRequest) -> HttpResponse:
    services.no_feed(request.ring)
    return _done("no-feed")


ACTS: Final[dict[str, Callable[[UnlockedRequest], HttpResponse]]] = {
    "times": _times,
    "mail": _mail,
    "code": _code,
    "device": _device,
    "no-mail": _no_mail,
    "no-device": _no_device,
    "feed": _feed,
    "no-feed": _no_feed,
}


@public
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody's times, for their own calendar."""
    return HttpResponse(services.feed_at(secret), content_type="text/calendar; charset=utf-8")


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """What shows notices while no page is open: under one address for ever, since browsers look for it again there."""
    return HttpResponse(WORKER, content_type="text/javascript; charset=utf-8")


def remember_zone(request: HttpRequest, response: HttpResponse, zone: str) -> HttpResponse:
    """Has this browser show times in the zone its person chose, or again in its own."""
    if zone and request.COOKIES.get(CHOSEN) != zone:
        response.set_cookie(CHOSEN, zone, samesite="Lax", secure=settings.TLS, httponly=True)
    elif not zone and CHOSEN in request.COOKIES:
        response.delete_cookie(CHOSEN, samesite="Lax")
    return response


def _told(request: UnlockedRequest, name: str, form: Told, act: Callable[[dict[str, Any]], None]) -> HttpResponse:
    """What came in, done; or said again with what is wrong beside it."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
            return _done(name)
        except Refused as refused:
            form.tell(refused)
    return _page(request, {name: form})


def _page(request: UnlockedRequest, told: Mapping[str, Told] | None = None, *, address: str = "") -> HttpResponse:
    view = services.mine(request.ring.person)
    asked: dict[str, Told] = {
        "times": forms.Times(initial=forms.shown(view.wishes), here=_here(request)),
        "mail": forms.Address(),
        "code": forms.Code(),
        "device": forms.Device(),
    }
    facts = {"view": view, "address": address, "done": request.GET.get("done", ""), **asked, **(told or {})}
    status = next((form.status for form in (told or {}).values()), HTTPStatus.OK)
    return render(request, "notices/page.html", facts, status=status)


def _here(request: HttpRequest) -> str:
    """Where the browser is."""
    return zone_here(request.COOKIES) or "UTC"


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('notices:page')}?done={what}")
