"""All that a notice ever says. It is the same for everybody, and tells neither who, nor what, nor which."""

from django.utils import translation
from django.utils.translation import gettext


def words(kind: str) -> str:
    """The sentence for *near*, a time that was agreed on, or for something that waits, in the language spoken now."""
    return gettext("A time you agreed is near.") if kind == "near" else gettext("Something is waiting for you.")


def said(kind: str, language: str) -> str:
    """The same in a language by name."""
    with translation.override(language):
        return words(kind)
