"""What every template may use: translation, addresses, static files, icons, and the request's own facts."""

import re
from collections.abc import Callable, Hashable
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

from mandorla.dialogue.core.numerals import NUMERALS, numerals

FACES = {"fa": ("vazirmatn-arabic", "figtree-latin")}  # what a page is read in; others in the two of Latin letters
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
AFTER_TEXT = re.compile(r"(?<=\n)(?<![%#]}\n)[ \t]+")  # a block takes its line's end along: one space stays


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named page."""
    return reverse(name, args=args, kwargs=kwargs)


def equip(env: Environment, spoken: Callable[[], str | None]) -> Environment:
    """Gives templates what says or draws something in the language `spoken` names.

    Much of a screen holds nobody's words and is the same each time: that is drawn once a language and kept.
    """
    drawn: dict[Hashable, Markup] = {}

    def text(message: str, **facts: object) -> Markup:
        """A text, as Jinja's own `_` says it, several times as fast; a screen has twenty."""
        language = spoken()
        said = _said(language, message)
        if "%" not in message:
            return said
        if language in NUMERALS:
            facts = {name: figures(fact) if isinstance(fact, int) else fact for name, fact in facts.items()}
        return said % facts

    def figures(text: object) -> str:
        """A text of ours, or a number, in the figures of the language."""
        return numerals(text, spoken() or "")

    def once(macro: Any, *facts: Hashable) -> Markup:
        """What a macro draws from facts that hold nobody's words, such as a script's buttons."""
        key = spoken(), macro.name, facts
        if key not in drawn:
            drawn[key] = macro(*facts)
        return drawn[key]

    @cache
    def rendered(language: str | None, name: str, facts: tuple[tuple[str, Hashable], ...]) -> Markup:
        return Markup(env.get_template(name).render(dict(facts)))  # noqa: S704  # escaped by the template

    def fixed(name: str, **facts: Hashable) -> Markup:
        """A piece that is the same for everybody with the same few facts."""
        return rendered(spoken(), name, tuple(facts.items()))

    @cache
    def macros(name: str) -> Any:
        """The macros of a template, made once: Jinja's own import compares every global anew each time."""
        return env.get_template(name).module

    env.globals = {**env.globals, "_": text, "figures": figures, "once": once, "fixed": fixed, "macros": macros}
    return env


@cache
def _said(language: str | None, message: str) -> Markup:
    with translation.override(language):
        return Markup(translation.gettext(message))  # noqa: S704  # ours or a translator's; facts are escaped


class Lean(Extension):
    """Templates are indented for people; browsers get them without, a quarter lighter."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return INDENT.sub(" ", AFTER_TEXT.sub("", source))


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

    env.globals.update(static=static, url=url, icon=cache(lucide))
    # The room's screens are drawn too often to ask for every text which language it is in: theirs speaks one only.
    env.extend(speaking=cache(lambda language: equip(env.overlay(), lambda: language)))
    return equip(env, translation.get_language)


def page(request: HttpRequest) -> dict[str, Any]:
    """What base.html needs of the request."""
    language = translation.get_language() or "en"
    return {
        "language": language,
        "languages": settings.SPOKEN,
        "reviewed": language not in settings.UNREVIEWED,
        "faces": FACES.get(language, ("literata-latin", "figtree-latin")),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "person": request.user if getattr(request, "user", None) and request.user.is_authenticated else None,
        "unlocked": getattr(request, "ring", None) is not None,
        "exit_to": settings.EXIT_TO,
        "here": request.path if request.method == "GET" else "",
    }
