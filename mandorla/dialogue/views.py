"""The pages of dialogues: the list, asking, the room with its one POST, reading again, and what is private."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_permissions_policy.decorators import permissions_policy_override

from mandorla.coach.services.choices import choices_of
from mandorla.dialogue import forms, live, services
from mandorla.notices import services as notices
from mandorla.notices.core import zone_here
from mandorla.notices.views import remember_zone
from mandorla.spaces import services as spaces
from mandorla.vault.core import Busy, Moved, Refused, new_id
from mandorla.vault.services import KeyRing
from mandorla.vault.views import UnlockedRequest, unlocked

GENTLE, DEMANDING, YOUNG = ("how",), ("how", "safety"), ("young",)  # which pages come once, before what
ABOUT = {"too_few": "people", "too_many": "people", "guide": "guides"}  # in which field an answer is to be changed
CAMERA: dict[str, list[str] | str | tuple[str]] = {"camera": ["self"], "microphone": ["self"]}
CALENDAR_NAME = "time-together.ics"  # it lies among what was downloaded, for whoever looks there


@unlocked
@require_safe
def home(request: UnlockedRequest) -> HttpResponse:
    """My spaces and their dialogues."""
    ring, page = request.ring, _number(request.GET.get("page"))
    views, visited = spaces.spaces_of(ring), spaces.guest_spaces_of(ring)
    listed = services.dialogues_of(ring, [*views, *visited], page=page, zone=timezone.get_current_timezone_name())
    rests = services.rests_of(ring, [view.id for view in views if view.open])
    facts = {"spaces": views, "visited": visited, "dialogues": listed, "page": page}
    facts |= {"older": services.has_older(ring, [*views, *visited], page=page)}
    facts |= {"rests": {at: _moment(rests[at]) for at in rests}}
    return remember_zone(request, render(request, "dialogue/home.html", facts), _seen(request))


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: UnlockedRequest, space: UUID) -> HttpResponse:
    """Asks the partner for a dialogue."""
    view = spaces.space_for(request.ring, space)
    if not view.open:
        return redirect("spaces:space", space)
    offered = services.forms_for(request.ring, space)
    gentle = all(one.script.gentle or one.closed for one in offered)
    first = _once(request, space, GENTLE if gentle else DEMANDING)
    if first:
        return first
    chosen = next((one for one in offered if not one.closed), offered[0]).script
    given = {"key": new_id(), "form": chosen.name, "minutes": chosen.usual}
    form = forms.Ask(view, offered, request.POST or None, initial=given)
    if form.is_bound and form.is_valid():
        try:
            return redirect("dialogue:room", services.ask(request.ring, space, forms.asked(form)))
        except Refused as refused:
            field = ABOUT.get(refused.reason)
            form.add_error(field if field in form.fields else None, _say(refused.reason, refused.facts))
    rest = services.rests_until(request.ring, space)
    facts = {"space": view, "form": form, "rest": _moment(rest) if rest else ""}
    facts |= {"groups": forms.by_purpose(offered), "shut": forms.by_closed(offered)}
    return render(request, "dialogue/ask.html", facts, status=_status(form))


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def before(request: UnlockedRequest, what: str, space: UUID) -> HttpResponse:
    """What comes once before a first dialogue: how it goes; whether it is safe, for one alone; both for a child."""
    view = spaces.space_for(request.ring, space)
    if what not in (*DEMANDING, *YOUNG):
        raise Http404
    if request.method != "POST":
        return render(request, f"dialogue/before_{what}.html", {"space": view, "action": request.get_full_path()})
    match request.POST.get("answer"):
        case "go":
            services.shown(request.ring, what)
            return redirect(_then(request))
        case "wait":
            return redirect("dialogue:rest", space)
        case _:
            return redirect("dialogue:home")


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def rest(request: UnlockedRequest, space: UUID) -> HttpResponse:
    """Lets dialogues rest for a while."""
    view, form = spaces.space_for(request.ring, space), forms.Rest(request.POST or None)
    if form.is_bound and form.is_valid():
        services.rest(request.ring, space, form.cleaned_data["days"])
        return redirect("dialogue:home")
    until = services.rests_until(request.ring, space)
    facts = {"space": view, "form": form, "until": _moment(until) if until else ""}
    return render(request, "dialogue/rest.html", facts, status=_status(form))


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """The room, and the one door for acts by POST: what answers them lies there too, so that its links lead on."""
    seat = _seat(request, thread)
    if request.method == "POST":
        return _move(request, seat)
    services.keep_company(request.ring, seat)
    view = services.room_for(seat, checked=True)
    _seen(request)
    pages = YOUNG if view.young else DEMANDING if view.demanding else GENTLE
    first = _once(request, seat.space, pages) if view.my_turn and not view.begun else None
    return first or _room(request, seat, view)


def _move(request: UnlockedRequest, seat: services.Seat) -> HttpResponse:
    """With scripts it answers JSON, without them a page."""
    if not services.may_act(seat.person):
        return _refused(request, seat, Refused("often"), HTTPStatus.TOO_MANY_REQUESTS)
    try:
        ack = services.move(seat, forms.command_from(forms.plain(request.POST), seat.zone))
    except Refused as refused:
        return _refused(request, seat, refused, HTTPStatus.UNPROCESSABLE_ENTITY)
    except Moved:
        return _refused(request, seat, Refused("moved"), HTTPStatus.CONFLICT)
    except Busy:
        return _refused(request, seat, Refused("busy"), HTTPStatus.SERVICE_UNAVAILABLE)
    if _wants_json(request):
        return JsonResponse(live.screen_frame(seat) | {"ack": [ack.key.hex], "seq": ack.seq})
    return redirect("dialogue:room", seat.thread)


@unlocked
@require_safe
def stage(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """The stage alone, as a push would bring it: for a page that has no socket just now."""
    seat = _seat(request, thread)
    services.room_for(seat, checked=True)
    return JsonResponse(live.screen_frame(seat))


@unlocked
@require_POST
def draft(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """Keeps what is being written, where there is no socket."""
    kept = services.save_draft(_seat(request, thread), forms.draft_from(forms.plain(request.POST)))
    return JsonResponse(live.draft_frame(kept))


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """A sheet to prepare with, which nobody else can open."""
    return _own_page(request, thread, "sheet", forms.Sheet)


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def after(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """Afterwards: the feelings caught, what was parked, and how true it was, for oneself alone."""
    return _own_page(request, thread, "reflection", forms.Afterwards)


@unlocked
@require_safe
def feelings(request: UnlockedRequest) -> HttpResponse:
    """Feelings I caught in the last dialogues, month by month."""
    zone, coached = timezone.get_current_timezone_name(), choices_of(request.ring).on
    lately = services.feelings_caught(request.ring, zone, coached=coached)
    return render(request, "dialogue/feelings.html", {"lately": lately})


@unlocked
@require_safe
def calendar(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """The appointment as a file for one's own calendar; where no time lies ahead, a page that says so."""
    file = services.calendar_file(_seat(request, thread))
    if file is None:
        return render(request, "dialogue/no_time.html", {"thread": thread})
    facts = {"Content-Disposition": f'attachment; filename="{CALENDAR_NAME}"', "Cache-Control": "private, no-store"}
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=facts)


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def company(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """Who is there; a POST brings, welcomes or lets go a guest."""
    seat, said = _seat(request, thread), ""
    if request.method == "POST":
        try:
            command, answer = forms.company_from(request.POST, seat.zone), request.POST.get("answer", "")
            services.act_on_company(request.ring, seat, command, answer=answer)
            if command.do == "leave":
                return redirect("dialogue:home")
            if answer:
                return redirect("dialogue:room", thread)
            return redirect("dialogue:company", thread)
        except Refused as refused:
            said = _say(refused.reason, refused.facts)
    facts = {"thread": thread, "company": services.company_of(request.ring, seat), "key": new_id().hex, "said": said}
    return render(request, "dialogue/company.html", facts, status=HTTPStatus.UNPROCESSABLE_ENTITY if said else 200)


@unlocked
@require_safe
def words(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """The dialogue, to read again."""
    seat = _seat(request, thread)
    read = services.transcript(seat, _number(request.GET.get("page")))
    facts = {"thread": thread, "read": read, "keeping": services.keeping(request.ring, seat)}
    return render(request, "dialogue/words.html", facts)


@unlocked
@require_POST
def keep(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """Says whether I wish to keep the words of a dialogue."""
    seat, answer = _seat(request, thread), request.POST.get("answer")
    if answer in ("yes", "no"):
        services.wish(request.ring, seat, keep=answer == "yes")
    return _about_keeping(thread)


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def let_go(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """Asks once more, then takes my own words back."""
    seat = _seat(request, thread)
    now = services.keeping(request.ring, seat)
    if now.both or not now.offered:
        return _about_keeping(thread)
    if request.method != "POST":
        return render(request, "dialogue/let_go.html", {"thread": thread})
    services.let_go(request.ring, seat)
    return redirect("dialogue:words", thread)


@unlocked
@require_safe
def kept_pdf(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """The words as a PDF, if both wish to keep them."""
    return _kept(request, thread, services.kept_pdf, "application/pdf", "words.pdf")


@unlocked
@require_safe
def kept_text(request: UnlockedRequest, thread: UUID) -> HttpResponse:
    """The words as plain text, if both wish to keep them."""
    return _kept(request, thread, services.kept_text, "text/plain; charset=utf-8", "words.txt")


@unlocked
@require_POST
def timers(request: UnlockedRequest) -> HttpResponse:
    """Shows or hides running clocks."""
    services.set_timers(request.ring, on=request.POST.get("timers") == "on")
    return redirect(_then(request))


_with_camera = permissions_policy_override({**settings.PERMISSIONS_POLICY, **CAMERA})(render)


def _room(
    request: UnlockedRequest,
    seat: services.Seat,
    view: services.RoomView,
    *,
    status: int = HTTPStatus.OK,
    **told: str,
) -> HttpResponse:
    """The room's page; `told` is what is said beside it: `said`, a refusal, and `left`, words that found no field."""
    facts = {
        "room": view,
        "thread": seat.thread,
        "clocks": services.clocks_of(seat),
        "timers": services.with_timers(request.ring),
        "coach": services.may_be_whispered_in(view.medium) and choices_of(request.ring).on,
        "key": new_id().hex,
        "aside_key": new_id().hex,
        "park_key": new_id().hex,
        "in_key": new_id().hex,
        "said": "",
        "left": "",
        "relay": services.has_relay(),
        "gone_back": services.has_gone_back(request.ring, seat),
    }
    shown = _with_camera if view.call not in ("", "over") else render
    return shown(request, "dialogue/room.html", facts | told, status=status)


def _refused(request: UnlockedRequest, seat: services.Seat, refused: Refused, status: HTTPStatus) -> HttpResponse:
    """Says why, shows the room as it is now, and keeps what was typed."""
    said = _say(refused.reason, refused.facts)
    if _wants_json(request):
        told = {"nak": request.POST.get("key", ""), "why": refused.reason, "say": said}
        response: HttpResponse = JsonResponse(live.screen_frame(seat) | told, status=status)
    else:
        view, left = _as_typed(request.POST, services.room_for(seat, checked=True))
        response = _room(request, seat, view, said=said, left=left, status=status)
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response["Retry-After"] = "2"
    return response


def _as_typed(posted: QueryDict, view: services.RoomView) -> tuple[services.RoomView, str]:
    """The screen with what was typed and chosen in it; or, where its turn has gone by, the words by themselves."""
    words = posted.get("words", "")
    if posted.get("do") == "park" or _number(posted.get("v")) < view.turn:
        return view, words
    chosen = replace(
        view,
        lead=posted.get("lead", ""),
        picked=tuple(posted.getlist("feelings")),
        own=posted.get("own", ""),
        lines=tuple(replace(line, marked=line.key in posted.getlist("marks")) for line in view.lines),
        at=posted.get("at", ""),
    )
    return (replace(chosen, draft=words), "") if words and view.says else (chosen, words)


def _wants_json(request: UnlockedRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _own_page(request: UnlockedRequest, thread: UUID, kind: str, made: type[forms.Own]) -> HttpResponse:
    """A page kept for oneself; saving it shows it again. What another of mine kept meanwhile is not written over."""
    seat = _seat(request, thread)
    back = services.look_back(seat)
    value, seen = services.kept_for_myself(request.ring, kind, thread)
    form = made(request.POST or None, initial=value)
    there: list[tuple[str, str]] = []
    if form.is_bound:
        seen = _number(request.POST.get("seen"))
    while form.is_valid() and not there:
        try:
            services.keep_for_myself(request.ring, kind, thread, form.cleaned_data, seen=seen)
            return redirect(f"{request.path}?kept=1")
        except Moved:
            value, seen = services.kept_for_myself(request.ring, kind, thread)
            there = form.would_lose(value)
    facts = {"form": form, "seen": seen, "there": there, "thread": thread, "back": back}
    facts |= {"left": services.left_by(seat), "kept": "kept" in request.GET and not form.is_bound}
    if kind == "reflection":
        facts["keeping"] = services.keeping(request.ring, seat)
    return render(request, f"dialogue/{kind}.html", facts, status=_status(form))


def _kept(
    request: UnlockedRequest,
    thread: UUID,
    made: Callable[[KeyRing, services.Seat], bytes | str],
    kind: str,
    name: str,
) -> HttpResponse:
    """A file made for this one answer; without both wishes, the page that asks for them."""
    seat = _seat(request, thread)
    if not services.keeping(request.ring, seat).both:
        return _about_keeping(thread)
    if not services.may_act(seat.person):
        raise Busy
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(made(request.ring, seat), content_type=kind, headers=headers)


def _about_keeping(thread: UUID) -> HttpResponse:
    return redirect(reverse("dialogue:after", args=[thread]) + "#keep")


def _seen(request: UnlockedRequest) -> str:
    """They have come by: what waited for them is seen. The zone they chose, if they did."""
    return notices.seen(request.ring.person, zone_here(request.COOKIES))


def _seat(request: UnlockedRequest, thread: UUID) -> services.Seat:
    return services.seat_for(request.ring, thread, unlock=request.unlock.id)


def _once(request: UnlockedRequest, space: UUID, pages: Iterable[str]) -> HttpResponse | None:
    """The page to see first, if there is one this person has not seen."""
    for what in pages:
        if not services.was_shown(request.ring, what):
            address = reverse("dialogue:before", args=[what, space])
            return redirect(f"{address}?{urlencode({'next': request.path})}")
    return None


def _then(request: UnlockedRequest) -> str:
    then = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(then, allowed_hosts=None)
    return then if safe and then.startswith("/") else reverse("dialogue:home")


def _say(why: str, facts: dict[str, Any]) -> str:
    return live.say(why, translation.get_language() or "en", facts)


def _moment(at: datetime) -> str:
    return services.moment(at, translation.get_language() or "en", timezone.get_current_timezone_name())


def _status(form: Any) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK


def _number(told: str | None) -> int:
    return int(told) if told and told.isdecimal() and len(told) < 7 else 0
