"""The pages of the practice room. What is typed lives in the request and the page that answers it, and nowhere else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from mandorla.coach import services as coach
from mandorla.coach.services import choices
from mandorla.learn import core, forms, services
from mandorla.vault.core import NotYours
from mandorla.vault.views import UnlockedRequest, unlocked

FORGET, ON = "forget", "on"


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: UnlockedRequest) -> HttpResponse:
    """Whom to practise with; and what is kept, which can be forgotten."""
    if request.method == "POST" and request.POST.get("act") == FORGET:
        services.forget(request.ring, request.POST.get("who", ""))
        return redirect(f"{reverse('learn:practice')}?done=forgotten")
    if request.method == "POST" and request.POST.get("act") == ON:
        choices.switch(request.ring, on=True)
        return redirect("learn:practice")
    people, kept = services.everybody(), services.practised(request.ring)
    facts = {
        "by_issue": {issue: [one for one in people if one.issue == issue] for issue in core.ISSUES},
        "by_level": {level: [one for one in people if one.difficulty == level] for level in core.LEVELS},
        "kept": {one: kept[one.key] for one in people if one.key in kept},
        "proposed": services.proposed(request.ring),
        "done": request.GET.get("done", ""),
        "on": choices.choices_of(request.ring).on,
    }
    return _render(request, "learn/practice.html", facts)


@unlocked
@require_safe
def person(request: UnlockedRequest, who: str) -> HttpResponse:
    """Somebody, and how it begins."""
    return _render(request, "learn/person.html", {"one": services.somebody(who)})


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: UnlockedRequest, who: str, step: str) -> HttpResponse:
    """One step: what is said, a field for one's own words, and what the coach says to them."""
    one = services.somebody(who)
    here = one.step(step)
    if here is None:
        raise NotYours
    feels = here.skill == core.EMPATHISE
    form = forms.Try(request.POST if request.method == "POST" else None, of_feelings=feels)
    if request.POST.get("act") == ON:
        choices.switch(request.ring, on=True)
        if not form.has_changed():
            return redirect("learn:step", who, step)
    chosen = choices.choices_of(request.ring)
    said = None
    if form.is_bound and form.is_valid():
        said = services.try_out(chosen, one, here, form.cleaned_data["words"], form.guesses)
    steps = one.steps
    facts = {
        "one": one,
        "now": here,
        "following": next(iter(steps[steps.index(here) + 1 :]), None),
        "form": form,
        "said": said,
        "says": {note.code: coach.says(note.code) for note in said.notes} if said else {},
        "petals": services.petals() if feels else (),
        "picked": form["feelings"].value() or [] if feels else [],
        "on": chosen.on,
    }
    return _render(request, "learn/step.html", facts, status=form.status)


@unlocked
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: UnlockedRequest, who: str) -> HttpResponse:
    """Enough for now: what to keep, if anything, and whom to practise with next."""
    one = services.somebody(who)
    if request.method == "POST":
        services.keep(request.ring, who, request.POST.getlist("skills"))
        return redirect(f"{reverse('learn:practice')}?done=kept")
    last = one.step(request.GET.get("after", "")) or one.steps[-1]
    walked = {step.skill for step in one.steps[: one.steps.index(last) + 1]}
    facts = {"one": one, "skills": core.SKILLS, "walked": walked, "proposed": services.proposed(request.ring, who)}
    return _render(request, "learn/end.html", facts)


def _render(request: HttpRequest, template: str, facts: dict[str, object], *, status: int = 200) -> HttpResponse:
    english = (translation.get_language() or "en").startswith("en")
    return render(request, template, facts | {"english": english}, status=status)
