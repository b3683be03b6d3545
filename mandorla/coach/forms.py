"""What people choose about the coach, turned into clean values."""

from django import forms

from mandorla.coach import services
from mandorla.coach.core import DANGER


class Choice(forms.Form):
    """One choice: switching it on or off, or no longer hearing one whisper, or hearing it again."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("on", "off", "silence", "hear_again")])
    code = forms.ChoiceField(
        required=False, choices=lambda: [(code, code) for code in services.codes() if code != DANGER]
    )
