"""The doors of the account. Nothing typed here is kept in the session; what was typed comes back in the form alone."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from mandorla.accounts import forms, services
from mandorla.vault.core import Busy, NotYours, Refused
from mandorla.vault.views import UnlockedRequest, public, signed_in, unlocked

AGAIN: Final = "again"
Act = Callable[[UnlockedRequest], HttpResponse]

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@public
@get_or_post
def sign_up(request: HttpRequest) -> HttpResponse:
    """Makes an account, and leads to its recovery code."""
    if request.user.is_authenticated:
        return redirect(_home())
    offer = _offer(request)
    if _wants_other_words(request):
        form = forms.SignUp(offer=offer, initial=_typed(request, "name", "called"))
        return _page(request, "sign_up", form, offer=offer)
    form = forms.SignUp(request.POST or None, offer=offer)
    if form.is_valid():
        name, called, passphrase = (form.cleaned_data[field] for field in ("name", "called", "passphrase"))
        try:
            made = services.sign_up_here(request, name, called, passphrase)
            return _show(services.show_code(made.ring, made.recovery_code))
        except (Refused, Busy) as problem:
            form.tell(problem)
    return _page(request, "sign_up", form, offer=offer)


@public
@get_or_post
def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in and unlocks."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(_next(request))
    form = forms.SignIn(request.POST or None)
    if form.is_valid():
        try:
            services.sign_in(request, form.cleaned_data["name"], form.cleaned_data["passphrase"])
            return redirect(_next(request))
        except (Refused, Busy) as problem:
            form.tell(problem)
    return _page(request, "sign_in", form, next=_wanted(request))


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends this session."""
    services.sign_out(request)
    return _cleared(redirect("site:front"))


@signed_in
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Closes the keys at once. Whoever comes back is where they were."""
    services.lock(request)
    then = {"next": wanted} if (wanted := _wanted(request)) else {}
    return _cleared(redirect(f"{reverse('accounts:unlock')}{'?' if then else ''}{urlencode(then)}"), '"cache"')


@signed_in
@get_or_post
def unlock(request: HttpRequest) -> HttpResponse:
    """Asks the passphrase of someone signed in.

    Whoever follows a link from elsewhere comes without the unlock cookie, which browsers keep from other sites'
    requests. So the page asks for itself once more, as one of ours, before it asks for a passphrase nobody needs.
    """
    if getattr(request, "ring", None) is not None:
        return redirect(_next(request))
    if _may_come_from_elsewhere(request):
        return _once_more(request)
    return _with_passphrase(request, "unlock", services.unlock)


@unlocked
@get_or_post
def step_up(request: UnlockedRequest) -> HttpResponse:
    """Asks the passphrase once more."""
    return _with_passphrase(request, "step_up", services.step_up)


@public
@get_or_post
def recover(request: HttpRequest) -> HttpResponse:
    """Comes in by the recovery code, and leads to the new one."""
    offer = _offer(request)
    if _wants_other_words(request):
        form = forms.Recover(offer=offer, initial=_typed(request, "name", "code"))
        return _page(request, "recover", form, offer=offer)
    form = forms.Recover(request.POST or None, offer=offer)
    if form.is_valid():
        name, code, passphrase = (form.cleaned_data[field] for field in ("name", "code", "passphrase"))
        try:
            return _show(services.recover(request, name, code, passphrase))
        except (Refused, Busy) as problem:
            form.tell(problem)
    return _page(request, "recover", form, offer=offer)


@unlocked
@get_or_post
def me(request: UnlockedRequest) -> HttpResponse:
    """My account: how I am called, and the ways to everything else."""
    called = services.my_name(request.ring)
    form = forms.Called(request.POST or None, initial={"called": called})
    if form.is_valid():
        services.rename(request.ring, form.cleaned_data["called"])
        return _done("name")
    return _page(request, "me", form, called=called, done=request.GET.get("done", ""))


@unlocked
@get_or_post
def passphrase(request: UnlockedRequest) -> HttpResponse:
    """Changes the passphrase."""
    offer = _offer(request)
    if _wants_other_words(request):
        return _page(request, "passphrase", forms.Change(offer=offer), offer=offer)
    form = forms.Change(request.POST or None, offer=offer, called=services.my_name(request.ring))
    if form.is_valid():
        try:
            services.change_passphrase(request, form.cleaned_data["today"], form.cleaned_data["passphrase"])
            return _done("passphrase")
        except (Refused, Busy) as problem:
            form.tell(problem)
    return _page(request, "passphrase", form, offer=offer)


@unlocked
@get_or_post
def code(request: UnlockedRequest) -> HttpResponse:
    """The recovery code: made, shown until it is written down, asked back."""
    try:
        return CODE_ACTS.get(request.POST.get("act", ""), _see_code)(request)
    except Refused as refused:
        if refused.reason != "stale":
            raise
        return redirect("accounts:code")


def _see_code(request: UnlockedRequest) -> HttpResponse:
    """The code that is not written down yet, the same at every look; else the way to a new one."""
    with suppress(Refused):
        if not services.is_settled(request.user):
            shown = services.show_again(request.ring, request.COOKIES.get(settings.CODE_COOKIE_NAME, ""))
            return render(request, "accounts/code_show.html", {"code": shown.code, "token": shown.token})
    return _code_page(request, forms.Passphrase())


def _make_code(request: UnlockedRequest) -> HttpResponse:
    form = forms.Passphrase(request.POST)
    if form.is_valid():
        try:
            return _show(services.renew_code(request, request.ring, form.cleaned_data["passphrase"]))
        except (Refused, Busy) as problem:
            form.tell(problem)
    return _code_page(request, form)


def _code_page(request: UnlockedRequest, form: forms.Passphrase) -> HttpResponse:
    return _page(request, "code_make", form, settled=services.is_settled(request.user))


def _ask_code(request: UnlockedRequest) -> HttpResponse:
    asked = services.ask_back(request.ring, _token(request))
    return _page(request, "code_ask", forms.Quiz(asked=asked.places), token=asked.token)


def _keep_code(request: UnlockedRequest) -> HttpResponse:
    asked = services.asked(request.ring, _token(request))
    form = forms.Quiz(request.POST, asked=asked.places)
    if form.is_valid():
        try:
            services.settle(request.ring, asked.token, form.groups())
            response = redirect(_home())
            response.delete_cookie(settings.CODE_COOKIE_NAME, samesite="Strict")
            return response
        except (Refused, Busy) as problem:
            form.tell(problem)
    return _page(request, "code_ask", form, token=asked.token)


CODE_ACTS: Final[dict[str, Act]] = {"make": _make_code, "ask": _ask_code, "keep": _keep_code}


@unlocked
@get_or_post
def sessions(request: UnlockedRequest) -> HttpResponse:
    """Where I am signed in, and how soon a session locks by itself."""
    if request.method == "POST":
        return SESSION_ACTS.get(request.POST.get("act", ""), _see_sessions)(request)
    return _see_sessions(request)


def _see_sessions(request: UnlockedRequest) -> HttpResponse:
    return _sessions_page(request, forms.Idle(initial={"minutes": services.idle_minutes(request)}))


def _end_session(request: UnlockedRequest) -> HttpResponse:
    try:
        session = UUID(hex=request.POST.get("session", ""))
    except ValueError:
        raise NotYours from None
    services.end_session(request, session)
    return redirect("accounts:sessions")


def _end_others(request: UnlockedRequest) -> HttpResponse:
    services.end_other_sessions(request)
    return redirect("accounts:sessions")


def _shorten_idle(request: UnlockedRequest) -> HttpResponse:
    form = forms.Idle(request.POST)
    if not form.is_valid():
        return _sessions_page(request, form)
    services.shorten_idle(request, form.cleaned_data["minutes"])
    return redirect("accounts:sessions")


def _sessions_page(request: UnlockedRequest, form: forms.Idle) -> HttpResponse:
    found = services.sessions_of(request)
    return _page(request, "sessions", form, sessions=[(session, date_format(session.began)) for session in found])


SESSION_ACTS: Final[dict[str, Act]] = {"end": _end_session, "end-others": _end_others, "idle": _shorten_idle}


def _with_passphrase(request: HttpRequest, template: str, service: Callable[[HttpRequest, str], None]) -> HttpResponse:
    """A page that asks the passphrase for a service, then goes on."""
    form = forms.Passphrase(request.POST or None)
    if form.is_valid():
        try:
            service(request, form.cleaned_data["passphrase"])
            return redirect(_next(request))
        except (Refused, Busy) as problem:
            form.tell(problem)
    return _page(request, template, form, next=_wanted(request))


def _page(request: HttpRequest, name: str, form: forms.Told, **facts: object) -> HttpResponse:
    response = render(request, f"accounts/{name}.html", {"form": form} | facts, status=form.status)
    if form.wait_seconds:
        response["Retry-After"] = str(form.wait_seconds)
    return response


def _show(shown: services.Shown) -> HttpResponse:
    """Leads to the page of the code, which it reaches sealed, in a cookie: to look at it again makes no other one."""
    response = redirect("accounts:code")
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(settings.CODE_COOKIE_NAME, shown.token, secure=secure, httponly=True, samesite="Strict")
    return response


def _may_come_from_elsewhere(request: HttpRequest) -> bool:
    first = request.method != "POST" and AGAIN not in request.GET
    return first and settings.UNLOCK_COOKIE_NAME not in request.COOKIES


def _once_more(request: HttpRequest) -> HttpResponse:
    again = f"{request.path}?{urlencode({AGAIN: 1, 'next': _wanted(request)})}"
    response = render(request, "accounts/moment.html", {"again": again})
    response["Refresh"] = f"0; url={again}"
    return response


def _cleared(response: HttpResponseRedirect, what: str = '"cache", "storage"') -> HttpResponse:
    """`storage` ends the notices this browser shows: right after signing out, but a lock is for a moment."""
    response["Clear-Site-Data"] = what
    return response


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('accounts:me')}?{urlencode({'done': what})}")


def _offer(request: HttpRequest) -> str:
    return services.offer_passphrase("" if _wants_other_words(request) else request.POST.get("offer", ""))


def _wants_other_words(request: HttpRequest) -> bool:
    return request.POST.get("act") == "another"


def _typed(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in names}


def _token(request: HttpRequest) -> str:
    return request.POST.get("token", "")


def _next(request: HttpRequest) -> str:
    return _wanted(request) or _home()


def _wanted(request: HttpRequest) -> str:
    """Where this person wanted to go, if it is a page of ours; else nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours and wanted not in (reverse("accounts:lock"), reverse("accounts:sign-out")) else ""


def _home() -> str:
    return resolve_url(settings.LOGIN_REDIRECT_URL)
