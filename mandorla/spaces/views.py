"""The doors of spaces. What is refused is worded here, beside the field it belongs to."""

import io
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import segno
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mandorla.accounts.forms import wait_in_words
from mandorla.spaces import services
from mandorla.spaces.core import GUIDE, Invitation, SpaceView
from mandorla.spaces.forms import GroupForm, GuideForm, JoinForm, LeaveForm, MakeForm
from mandorla.vault.core import NotYours, Refused
from mandorla.vault.views import UnlockedRequest, public, unlocked

REFUSALS: Final[dict[str, Promise]] = {
    "mistyped": _("Something is mistyped. Please compare it with the code, group by group."),
    "wrong": _("This code does not open anything, or not any more. Ask for a new one if you need it."),
    "own": _("You are there already. Hand the code to the one it is for; they enter it."),
    "full": _("There is no more room in this space."),
    "together": _("You two share a space already. You find it on your home page."),
    "doubtful": _("This invitation does not hold together. Please ask for a new one."),
    "daily": _("That was the last new code for today. Those you have still open."),
    "open": _("As many codes are open as there are places. Take one of them back, or wait until somebody has come."),
    "arriving": _(
        "Somebody new came in and is not confirmed yet. As soon as whoever invited them looks in, you can go on."
    ),
}
FORMS: Final[dict[str, type[MakeForm]]] = {"family": MakeForm, "group": GroupForm}


@unlocked
@require_http_methods(["GET", "POST"])
def invite(request: UnlockedRequest) -> HttpResponse:
    """Explains, or shows the open invitation or the space it led to; a POST makes it or renews it."""
    if request.method != "POST":
        invitation = services.invitation_of(request.ring)
        return _met(request, invitation) or _invitation(request, invitation)
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


@public
@require_GET
def still_open(request: HttpRequest) -> HttpResponse:
    """Whether these invitations are all open still. The page that shows them looks here by itself, without its cookies,
    so that nobody seems to be there; an id that is made up, used, taken back or over gets one and the same answer.
    """
    try:
        wanted = {UUID(one) for one in request.GET.getlist("of")}
    except ValueError:
        return JsonResponse({"open": False})
    return JsonResponse({"open": services.are_open(wanted)})


@unlocked
@require_http_methods(["GET", "POST"])
def join(request: UnlockedRequest) -> HttpResponse:
    """Enter a code."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            guide = GuideForm(request.POST if "trained" in request.POST else None, initial=form.cleaned_data)
            found = services.join(request.ring, form.cleaned_data["code"], as_guide=guide.is_valid())
            return redirect("spaces:space", found.id)
        except Refused as no:
            if no.reason == "guide":
                return render(request, "spaces/as_guide.html", {"form": guide}, status=422 if guide.errors else 200)
            form.add_error("code", _said(no))
    return render(request, "spaces/join.html", {"form": form}, status=422 if form.errors else 200)


@unlocked
@require_http_methods(["GET", "POST"])
def make(request: UnlockedRequest, kind: str) -> HttpResponse:
    """A new family or group, with nobody else in it yet."""
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("spaces:invite-into", services.make(request.ring, kind, form.cleaned_data["title"]))
        except Refused as no:
            form.add_error(None, _said(no))
    return render(request, "spaces/make.html", {"kind": kind, "form": form}, status=422 if form.errors else 200)


@unlocked
@require_GET
def space(request: UnlockedRequest, space: UUID) -> HttpResponse:
    """One of my spaces, or one I am a guest of."""
    found = _mine(request, space)
    page = "spaces/visit.html" if found.me.role == GUIDE else "spaces/space.html"
    return render(request, page, {"space": found, "came": "came" in request.GET and found.open})


@unlocked
@require_http_methods(["GET", "POST"])
def invite_into(request: UnlockedRequest, space: UUID) -> HttpResponse:
    """My open invitations into one space; a POST makes one more, or takes one back."""
    found, refusal = services.space_for(request.ring, space), ""
    if request.method == "POST":
        try:
            _invited_into(request, space)
        except Refused as no:
            refusal = _said(no)
        else:
            return redirect("spaces:invite-into", space)
    mine = [_handed_over(request, one) for one in services.invitations_of(request.ring, space)]
    facts = {"space": found, "invitations": mine, "refusal": refusal, "minutes": request.unlock.idle_minutes}
    return render(request, "spaces/invitations.html", facts, status=422 if refusal else 200)


@unlocked
@require_http_methods(["GET", "POST"])
def take_out(request: UnlockedRequest, space: UUID, person: UUID) -> HttpResponse:
    """Says what ending somebody's place does; a POST ends it."""
    found = services.space_for(request.ring, space)
    if not found.may_take_out(person):
        raise NotYours
    if request.method == "POST":
        services.take_out(request.ring, space, person)
        return redirect("spaces:space", space)
    who = next(one for one in found.everyone if one.person == person)
    return render(request, "spaces/take_out.html", {"space": found, "who": who})


@unlocked
@require_http_methods(["GET", "POST"])
def leave(request: UnlockedRequest, space: UUID) -> HttpResponse:
    """Says what leaving does; a POST leaves."""
    found = _mine(request, space)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.leave(request.ring, space, withdraw=form.cleaned_data["words"] == LeaveForm.WITHDRAW)
        return redirect("dialogue:home")
    return render(request, "spaces/leave.html", {"space": found, "form": form}, status=422 if form.errors else 200)


def _said(no: Refused) -> str:
    if no.reason == "wait":
        return wait_in_words(int(no.facts["seconds"]))
    return str(REFUSALS[no.reason])


def _met(request: UnlockedRequest, invitation: Invitation | None) -> HttpResponse | None:
    """Leads from an invitation that is used to the space named beside it, where the two are now."""
    with suppress(NotYours, ValueError):
        found = None if invitation else services.space_for(request.ring, UUID(request.GET.get("space", "")))
        if found and found.partner:
            return redirect(reverse("spaces:space", args=[found.id], query={"came": ""}))
    return None


def _invitation(
    request: UnlockedRequest, invitation: Invitation | None, *, refusal: str | None = None, status: int = 200
) -> HttpResponse:
    said = {"refusal": REFUSALS[refusal] if refusal else "", "minutes": request.unlock.idle_minutes}
    if invitation is None:
        return render(request, "spaces/invite.html", said, status=status)
    return render(request, "spaces/invitation.html", said | _handed_over(request, invitation), status=status)


def _handed_over(request: HttpRequest, invitation: Invitation) -> dict[str, Any]:
    """An invitation with its link, a picture of that, and when it was made and ends in words."""
    link = request.build_absolute_uri(f"{reverse('spaces:invited')}#{invitation.code}")
    made, ends = (
        formats.date_format(timezone.localtime(at), shape)
        for at, shape in ((invitation.made_at, "j F, H:i"), (invitation.ends_at, "j F Y, H:i"))
    )
    return {"invitation": invitation, "link": link, "qr": _picture(link), "made": made, "ends": ends}


def _invited_into(request: UnlockedRequest, space: UUID) -> None:
    taken_back = request.POST.get("withdraw", "")
    if not taken_back:
        services.invite(request.ring, space=space, role=request.POST.get("role", ""))
        return
    with suppress(ValueError):  # not an id of ours: nothing to take back
        services.withdraw_invitation(request.ring, space, UUID(taken_back))


def _mine(request: UnlockedRequest, space: UUID) -> SpaceView:
    try:
        return services.space_for(request.ring, space)
    except NotYours:
        return services.guest_space_for(request.ring, space)


def _picture(text: str) -> SafeString:
    """A QR code as inline SVG, without the style attributes our policy forbids."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, svgclass=None, lineclass=None, border=4
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308  # made of squares alone: none of the text is in it
