"""What every template may use: translation, addresses, static files, icons, and the request's own facts."""

import re
from collections.abc import Hashable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined
from jinja2.ext import Extension
from lucide.jinja import lucide
from markupsafe import Markup

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named page."""
    return reverse(name, args=args, kwargs=kwargs)


def text(message: str, **facts: object) -> Markup:
    """A text in the language spoken now: as Jinja's own `_` says it, several times as fast; a screen has twenty."""
    said = _said(translation.get_language(), message)
    return said % facts if "%" in message else said


@cache
def _said(language: str | None, message: str) -> Markup:
    return Markup(translation.gettext(message))  # noqa: S704  # ours or a translator's; facts are escaped on their way in


def once(macro: Any, *facts: Hashable) -> Markup:
    """What a macro draws from facts that hold nobody's words, such as a script's buttons: drawn once a language."""
    key = translation.get_language(), macro.name, facts
    if key not in _drawn:
        _drawn[key] = macro(*facts)
    return _drawn[key]


_drawn: dict[Hashable, Markup] = {}


class Lean(Extension):
    """Templates are indented for people; browsers get them without, a quarter lighter."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return INDENT.sub(" ", source)


def environment(**options: Any) -> Environment:
    """The Jinja2 environment of the whole site. Undefined names are errors; everything is escaped."""
    env = Environment(  # noqa: S701  # Django asks for autoescape in the options
        **options | {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n", Lean],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )

    @cache
    def rendered(language: str | None, name: str, facts: tuple[tuple[str, Hashable], ...]) -> Markup:
        return Markup(env.get_template(name).render(dict(facts)))  # noqa: S704  # escaped by the template

    def fixed(name: str, **facts: Hashable) -> Markup:
        """A piece that is the same for everybody with the same few facts (never words), rendered once a language."""
        return rendered(translation.get_language(), name, tuple(facts.items()))

    @cache
    def macros(name: str) -> Any:
        """The macros of a template, made once: Jinja's own import compares every global anew each time."""
        return env.get_template(name).module

    env.globals.update(_=text, static=static, url=url, icon=cache(lucide), fixed=fixed, macros=macros, once=once)
    return env


def page(request: HttpRequest) -> dict[str, Any]:
    """What base.html needs of the request."""
    language = translation.get_language() or "en"
    return {
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "person": request.user if getattr(request, "user", None) and request.user.is_authenticated else None,
        "unlocked": getattr(request, "ring", None) is not None,
        "exit_to": settings.EXIT_TO,
    }
