"""How things are said in somebody's language: the locale they are written by, and names one after the other."""

from collections.abc import Sequence

from babel import Locale
from babel.core import UnknownLocaleError
from babel.lists import format_list
from django.utils import translation
from django.utils.translation import ngettext

from mandorla.dialogue.core.numerals import numerals

NAMED_MAX = 4


def locale_of(language: str) -> Locale:
    """The locale of a language, or English for one that Babel does not know."""
    try:
        return Locale.parse(translation.to_locale(language))
    except (ValueError, UnknownLocaleError):
        return Locale.parse("en_GB")


def in_words(names: Sequence[str], language: str) -> str:
    """Names as one would list them, such as *Ana, Ben and Eve*; of very many the first."""
    if len(names) > NAMED_MAX + 1:
        names = [*names[:NAMED_MAX], _more(len(names) - NAMED_MAX, language)]
    return format_list(names, locale=locale_of(language))


def _more(count: int, language: str) -> str:
    with translation.override(language):
        return ngettext("%(count)s more", "%(count)s more", count) % {"count": numerals(count, language)}
