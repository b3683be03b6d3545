"""What is typed to join or leave a space, as clean values."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from mandorla.accounts.forms import AS_TYPED

CODE_CHARACTERS_MAX = 60
TITLE_MAX = 60


class JoinForm(forms.Form):
    """The code of an invitation, as somebody typed it."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("28 letters and digits. Dashes, spaces and small letters do not matter."),
        max_length=CODE_CHARACTERS_MAX,
        widget=forms.TextInput(attrs=AS_TYPED | {"data-invitation": True}),
    )


class GuideForm(JoinForm):
    """The same code once more, with what a guide says of themselves. Nobody here can verify it."""

    trained = forms.BooleanField(
        label=_("I am trained to accompany people in such dialogues, and I carry the responsibility for how I do it.")
    )


class MakeForm(forms.Form):
    """The name of a family or group, for its own people alone."""

    title = forms.CharField(
        label=_("What you call it"),
        help_text=_("Only the people in it see this. It may be as plain as “home”."),
        max_length=TITLE_MAX,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "spellcheck": "false"}),
    )


class GroupForm(MakeForm):
    """A group, with what the one who keeps it says of themselves."""

    trained = forms.BooleanField(
        label=_("I am trained to hold a group like this, and I carry the responsibility for how I do it.")
    )


class LeaveForm(forms.Form):
    """What becomes of the leaver's own words."""

    STAY, WITHDRAW = "stay", "withdraw"
    CHOICES: ClassVar = [
        (STAY, _("They stay, where others could read them before.")),
        (WITHDRAW, _("They are withdrawn: deleted for everyone, for good.")),
    ]
    words = forms.ChoiceField(label=_("Your own words here"), choices=CHOICES, initial=STAY, widget=forms.RadioSelect)
