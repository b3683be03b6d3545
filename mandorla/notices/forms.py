"""What people choose about notices, turned into clean values."""

from datetime import time
from typing import Any, ClassVar, Final
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from mandorla.accounts.forms import Told
from mandorla.notices.core import LEADS, Wishes

NOT_PLACES: Final = ("Etc", "SystemV", "US", "posix", "right")
HOUR: Final[dict[str, Any]] = {
    "required": False,  # whoever keeps no quiet hours need not say when
    "widget": forms.TimeInput({"type": "time"}, "%H:%M"),
    "error_messages": {"invalid": _("That is not a time of day we can read, such as 21:00.")},
}
LEAD_WORDS: Final = {
    0: _("No reminder"),
    10: _("Ten minutes before"),
    60: _("An hour before"),
    24 * 60: _("A day before"),
}


class Times(Told):
    """What to be told of, and when not."""

    waiting = forms.BooleanField(
        label=_("When something is waiting for me"),
        required=False,
        help_text=_("Once, and then not again until you have been here. After a day without an answer, once more."),
    )
    lead = forms.TypedChoiceField(
        label=_("Before a time we agreed on"), coerce=int, choices=[(lead, LEAD_WORDS[lead]) for lead in (0, *LEADS)]
    )
    quiet = forms.BooleanField(
        label=_("Keep quiet hours"),
        required=False,
        help_text=_("What comes up in them is told once, when they are over."),
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), **HOUR)
    quiet_to = forms.TimeField(label=_("Quiet until"), **HOUR)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("All times here are shown in it, and quiet hours are kept in it."),
    )

    def __init__(self, *given: Any, here: str, **named: Any) -> None:
        super().__init__(*given, **named)
        follow = _("Where my browser is (%(zone)s)") % {"zone": here.replace("_", " ")}
        self.fields["zone"].choices = [("", follow), *((zone, zone.replace("_", " ")) for zone in zones())]  # type: ignore[attr-defined]  # it is a field of choices

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        hours = [told[name] for name in ("quiet_from", "quiet_to") if name in told]
        if told.get("quiet") and None in hours:
            self.add_error("quiet_from", _("Say when quiet hours begin and when they end."))
        elif told.get("quiet") and len(hours) == 2 and hours[0] == hours[1]:
            self.add_error("quiet_to", _("Quiet hours end at another time than they begin."))
        return told


def shown(wishes: Wishes) -> dict[str, Any]:
    """The form as it stands for these wishes."""
    return {
        "waiting": wishes.waiting,
        "lead": wishes.lead,
        "quiet": wishes.quiet,
        "quiet_from": time(*divmod(wishes.quiet_from, 60)),
        "quiet_to": time(*divmod(wishes.quiet_to, 60)),
        "zone": "" if wishes.follows else wishes.zone,
    }


def wished(form: Times, *, here: str, language: str) -> Wishes:
    """What a valid form wishes."""
    told = form.cleaned_data
    began, ended = told["quiet_from"] or time(21), told["quiet_to"] or time(8)
    return Wishes(
        waiting=told["waiting"],
        lead=told["lead"],
        quiet=told["quiet"],
        quiet_from=began.hour * 60 + began.minute,
        quiet_to=ended.hour * 60 + ended.minute,
        zone=told["zone"] or here,
        follows=not told["zone"],
        language=language,
    )


class Address(Told):
    """Where an e-mail may go."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("One that only you read."),
        error_messages={"invalid": _("That does not look like an e-mail address.")},
    )

    refusals: ClassVar = {
        "codes": (None, _("Enough codes were sent for today. Please try again tomorrow.")),
        "unsent": (None, _("The code could not be sent just now. Please try again later.")),
    }


class Code(Told):
    """The code that was sent there."""

    code = forms.CharField(
        label=_("The code from the e-mail"),
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    refusals: ClassVar = {
        "wrong": ("code", _("This is not the code, or it is older than an hour. You can have a new one sent."))
    }

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


class Device(Told):
    """What a browser says of where it can be reached; filled in by a script."""

    endpoint = forms.CharField(widget=forms.HiddenInput)
    p256dh = forms.CharField(widget=forms.HiddenInput)
    auth = forms.CharField(widget=forms.HiddenInput)

    refusals: ClassVar = {
        "service": (None, _("Notices cannot be sent to this browser from here.")),
        "keys": (None, _("Notices cannot be sent to this browser from here.")),
        "devices": (None, _("That is enough devices. Stop notices on one of them first.")),
    }


def zones() -> list[str]:
    """Every time zone that is named after a place."""
    return sorted(zone for zone in available_timezones() if "/" in zone and zone.split("/")[0] not in NOT_PLACES)
