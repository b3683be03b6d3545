"""The public pages: what this is, how a dialogue goes, what stays in clear. They are the same for everybody."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from mandorla.vault.views import public

ICON_SIZES = (192, 512)
PAPER = "#f9f4ec"
ROBOTS = "User-agent: *\nAllow: /$\nAllow: /how/\nAllow: /clear/\nAllow: /static/\nDisallow: /\n"


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The welcome."""
    return render(request, "site/front.html")


@public
@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """How to listen, how to send."""
    return render(request, "site/how.html")


@public
@require_safe
def clear(request: HttpRequest) -> HttpResponse:
    """Everything the server can read while nobody is signed in."""
    return render(request, "site/clear.html")


@public
@csrf_exempt  # a token would make the public pages differ from person to person
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the language somebody chose, in a cookie, and goes back to where they were."""
    return set_language(request)


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may read the public pages and nothing else."""
    return HttpResponse(ROBOTS, content_type="text/plain")


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a home screen shows: a name and a sign that tell nothing."""
    icons = [
        {"src": static(f"site/icons/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in ICON_SIZES
    ]
    about = {"name": "Mandorla", "short_name": "Mandorla", "start_url": "/", "display": "minimal-ui", "icons": icons}
    colours = {"background_color": PAPER, "theme_color": PAPER}
    return JsonResponse(about | colours, content_type="application/manifest+json")


@public
@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address unasked."""
    return HttpResponseRedirect(static("site/icons/icon.ico"))
