"""The door of the coach: one page that says what it is, where one switches it off and takes back what one silenced."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mandorla.coach import forms, services
from mandorla.coach.services import choices
from mandorla.vault.services import KeyRing
from mandorla.vault.views import UnlockedRequest, unlocked

ACTS: Final[dict[str, Callable[[KeyRing, str], None]]] = {
    "on": lambda ring, _code: choices.switch(ring, on=True),
    "off": lambda ring, _code: choices.switch(ring, on=False),
    "silence": choices.silence,
    "hear_again": choices.hear_again,
}


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: UnlockedRequest) -> HttpResponse:
    """The coach."""
    if request.method != "POST":
        return _page(request)
    form = forms.Choice(request.POST)
    if not form.is_valid():
        return _page(request, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    ACTS[form.cleaned_data["act"]](request.ring, form.cleaned_data["code"])
    return redirect("coach:page")


def _page(request: UnlockedRequest, *, status: int = HTTPStatus.OK) -> HttpResponse:
    chosen = choices.choices_of(request.ring)
    quiet = [(code, services.says(code)) for code in services.codes() if code in chosen.quiet]
    return render(request, "coach/page.html", {"on": chosen.on, "quiet": quiet}, status=status)
