"""What every view says about who may come in: anyone, someone signed in, unlocked, or with the passphrase just said."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url

from mandorla.vault.core import Locked, SignedOut, StepUp
from mandorla.vault.services import KeyedRequest, KeyRing, UnlockRow, is_stepped_up


class UnlockedRequest(KeyedRequest):
    """The request of a view declared `@unlocked` or `@step_up`: its ring is open."""

    ring: KeyRing
    unlock: UnlockRow


P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def public(view: Callable[Concatenate[R, P], HttpResponseBase]) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """Anyone may come in."""
    view.door = "public"  # type: ignore[attr-defined]  # read by the house test and the access table
    return view


def signed_in(view: Callable[Concatenate[R, P], HttpResponseBase]) -> View[P]:
    """Someone signed in, locked or not; others are asked to sign in first, or raise `SignedOut` with a form."""

    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(cast("R", request), *args, **kwargs)

    return _door("signed_in", view, enter)


def unlocked(view: Callable[Concatenate[UnlockedRequest, P], HttpResponseBase]) -> View[P]:
    """Someone whose keys are open; raises `Locked` otherwise."""

    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(_unlocked(request), *args, **kwargs)

    return _door("unlocked", view, enter)


def step_up(*, minutes: int = 5) -> Callable[[Callable[Concatenate[UnlockedRequest, P], HttpResponseBase]], View[P]]:
    """Someone who said the passphrase within the last so many minutes; raises `StepUp` otherwise."""

    def declare(view: Callable[Concatenate[UnlockedRequest, P], HttpResponseBase]) -> View[P]:
        def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            open_request = _unlocked(request)
            if not is_stepped_up(request, minutes):
                raise StepUp
            return view(open_request, *args, **kwargs)

        return _door("step_up", view, enter)

    return declare


def _door(name: str, view: Callable[..., HttpResponseBase], enter: View[P]) -> View[P]:
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated and request.method == "POST":
            raise SignedOut
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
        return enter(request, *args, **kwargs)

    update_wrapper(door, view)
    door.door = name  # type: ignore[attr-defined]  # read by the house test and the access table
    return door


def _unlocked(request: HttpRequest) -> UnlockedRequest:
    if getattr(request, "ring", None) is None:
        raise Locked
    return cast("UnlockedRequest", request)
