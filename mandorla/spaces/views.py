"""The doors of spaces. What is refused is worded here, beside the field it belongs to."""

import io
from typing import Final
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mandorla.accounts.forms import wait_in_words
from mandorla.spaces import services
from mandorla.spaces.core import Invitation
from mandorla.spaces.forms import JoinForm, LeaveForm
from mandorla.vault.core import Refused
from mandorla.vault.views import UnlockedRequest, public, unlocked

REFUSALS: Final[dict[str, Promise]] = {
    "mistyped": _("Something is mistyped. Please compare it with the code, group by group."),
    "wrong": _("This code does not open anything, or not any more. Ask for a new one if you need it."),
    "own": _("This is your own invitation. Hand the code to your partner; they enter it."),
    "together": _("You two share a space already. You find it on your home page."),
    "doubtful": _("This invitation does not hold together. Please ask for a new one."),
    "daily": _("That was the last new code for today. The one you have still opens."),
}


@unlocked
@require_http_methods(["GET", "POST"])
def invite(request: UnlockedRequest) -> HttpResponse:
    """Explains, or shows the open invitation; a POST makes it or renews it."""
    if request.method != "POST":
        return _invitation(request, services.invitation_of(request.ring))
    try:
        services.invite(request.ring)
    except Refused as no:
        return _invitation(request, services.invitation_of(request.ring), refusal=no.reason, status=422)
    return redirect("spaces:invite")


@unlocked
@require_POST
def withdraw(request: UnlockedRequest) -> HttpResponse:
    """Takes the open invitation back."""
    services.withdraw_invitation(request.ring)
    return redirect("dialogue:home")


@public
@require_GET
def invited(request: HttpRequest) -> HttpResponse:
    """Where an invitation's link leads. The code stays in the link's fragment, so it reaches no server and no log."""
    return render(request, "spaces/invited.html", {"form": JoinForm()})


@unlocked
@require_http_methods(["GET", "POST"])
def join(request: UnlockedRequest) -> HttpResponse:
    """Enter a code."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("spaces:space", services.join(request.ring, form.cleaned_data["code"]).id)
        except Refused as no:
            form.add_error("code", _said(no))
    return render(request, "spaces/join.html", {"form": form}, status=422 if form.errors else 200)


@unlocked
@require_GET
def space(request: UnlockedRequest, space: UUID) -> HttpResponse:
    """One of my spaces."""
    return render(request, "spaces/space.html", {"space": services.space_for(request.ring, space)})


@unlocked
@require_http_methods(["GET", "POST"])
def leave(request: UnlockedRequest, space: UUID) -> HttpResponse:
    """Says what leaving does; a POST leaves."""
    found = services.space_for(request.ring, space)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.leave(request.ring, space, withdraw=form.cleaned_data["words"] == LeaveForm.WITHDRAW)
        return redirect("dialogue:home")
    return render(request, "spaces/leave.html", {"space": found, "form": form}, status=422 if form.errors else 200)


def _said(no: Refused) -> str:
    if no.reason == "wait":
        return wait_in_words(int(no.facts["seconds"]))
    return str(REFUSALS[no.reason])


def _invitation(
    request: HttpRequest, invitation: Invitation | None, *, refusal: str | None = None, status: int = 200
) -> HttpResponse:
    said = {"refusal": REFUSALS[refusal] if refusal else ""}
    if invitation is None:
        return render(request, "spaces/invite.html", said, status=status)
    link = request.build_absolute_uri(f"{reverse('spaces:invited')}#{invitation.code}")
    ends = formats.date_format(timezone.localtime(invitation.ends_at), "j F Y, H:i")
    shown = {"invitation": invitation, "link": link, "qr": _picture(link), "ends": ends}
    return render(request, "spaces/invitation.html", said | shown, status=status)


def _picture(text: str) -> SafeString:
    """A QR code as inline SVG, without the style attributes our policy forbids."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, svgclass=None, lineclass=None, border=4
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308  # made of squares alone: none of the text is in it
