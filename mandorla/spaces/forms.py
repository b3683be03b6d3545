"""What is typed to join or leave a space, as clean values."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

CODE_CHARACTERS_MAX = 60


class JoinForm(forms.Form):
    """The code of an invitation, as somebody typed it."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("28 letters and digits. Dashes, spaces and small letters do not matter."),
        max_length=CODE_CHARACTERS_MAX,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocorrect": "off", "data-invitation": True}),
    )


class LeaveForm(forms.Form):
    """What becomes of the leaver's own words."""

    STAY, WITHDRAW = "stay", "withdraw"
    CHOICES: ClassVar = [
        (STAY, _("They stay, where the other could read them before.")),
        (WITHDRAW, _("They are withdrawn: deleted for both of you, for good.")),
    ]
    words = forms.ChoiceField(label=_("Your own words here"), choices=CHOICES, initial=STAY, widget=forms.RadioSelect)
