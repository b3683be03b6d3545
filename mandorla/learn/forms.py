"""A try as somebody typed it, turned into clean values. It is told kindly what cannot be read; nothing is cut off."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mandorla.accounts.forms import Told
from mandorla.learn import core, services

GUESSES_MAX = 3
FEELING_MAX = 40
TOO_LONG = gettext_lazy(
    "These are %(show_value)s characters. The coach reads up to %(limit_value)s at a time: keep what matters most."
)


class Try(Told):
    """Words for a step; at the step of feelings also one to three of those, chosen or one's own."""

    words = forms.CharField(
        label=gettext_lazy("Your words"),
        required=False,
        widget=forms.Textarea({"lang": "en"}),
        validators=[MaxLengthValidator(core.CHARACTERS_MAX, TOO_LONG)],  # max_length would have browsers cut it off
    )
    feelings = forms.MultipleChoiceField(
        label=gettext_lazy("Feelings"), required=False, choices=lambda: services.feelings().items()
    )
    own = forms.CharField(
        label=gettext_lazy("Another feeling"), required=False, validators=[MaxLengthValidator(FEELING_MAX, TOO_LONG)]
    )

    def __init__(self, typed: QueryDict | None = None, *, of_feelings: bool) -> None:
        super().__init__(typed)
        if not of_feelings:
            del self.fields["feelings"], self.fields["own"]

    @property
    def guesses(self) -> list[str]:
        """The names of the feelings, of a valid form."""
        told = self.cleaned_data
        chosen = [services.feelings()[key] for key in told.get("feelings", ())]
        return [*chosen, *filter(None, [told.get("own")])]

    def clean_words(self) -> str:
        typed: str = self.cleaned_data["words"]
        count = len(core.words(typed))
        if count > core.WORDS_MAX:
            told = {"count": count, "most": core.WORDS_MAX}
            raise forms.ValidationError(
                _("These are %(count)s words. The coach reads up to %(most)s at a time: keep what matters most.") % told
            )
        return typed

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if "words" in told and not (core.words(told["words"]) or told.get("feelings") or told.get("own")):
            self.add_error("words", _("Write a few words first. One sentence is enough."))
        if len(told.get("feelings", ())) + bool(told.get("own")) > GUESSES_MAX:
            self.add_error("feelings", _("Choose one to three feelings."))
        return told
