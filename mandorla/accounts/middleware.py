"""Leads whoever has no recovery code on paper yet to the page that makes one, before anything else is opened."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from mandorla.accounts.services import is_settled

OWN_PAGES = "accounts"
BEHIND_THE_LOCK = ("unlocked", "step_up")


class Settled:
    """Comes after the vault's `Unlock`. Public pages, the lock and the account's own pages stay open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if getattr(view, "door", "") not in BEHIND_THE_LOCK or (match and match.app_name == OWN_PAGES):
            return None
        if getattr(request, "ring", None) is None or is_settled(request.user):
            return None
        return redirect("accounts:code")
