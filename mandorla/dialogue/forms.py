"""Turns what came in, over the socket or by POST, into clean values. Both carry the same fields."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mandorla.dialogue import services
from mandorla.dialogue.core import Command
from mandorla.notices.core import named
from mandorla.spaces.core import SpaceView
from mandorla.vault.core import Refused

LEAD_MAX = 200
TOO_LONG = _("These are %(show_value)s characters, and there is room for %(limit_value)s. Keep what matters most.")
FAR_AHEAD = 2**62
COMPANY = {"bring", "welcome", "dismiss", "leave"}
LISTS = ("feelings", "own", "marks")
SIGNALS = {"tie", "description", "candidate"}
SIGNAL_MAX = 24_000
SIGNAL_VALUES_MAX = 6
WITHOUT_MAX = 60


def command_from(fields: Mapping[str, Any], zone: str) -> Command:
    """A command from the fields of a frame or a form; Refused("broken") for what no page of ours sends.

    key (32 hex), v (number), do; where they apply: words, lead, feelings (list of keys), own (list or text), at
    (YYYY-MM-DDTHH:MM in the person's zone), minutes, marks (list of `entry.line`), pace, person (32 hex), role, drawn.
    """
    try:
        return Command(
            key=UUID(hex=_text(fields, "key")),
            seen=min(int(fields["v"]), FAR_AHEAD),
            do=_text(fields, "do"),
            words=_words(fields, "words"),
            lead=_text(fields, "lead")[:LEAD_MAX],
            feelings=tuple(_list(fields, "feelings")),
            own=tuple(_list(fields, "own")),
            at=_moment(_text(fields, "at"), zone),
            minutes=int(fields.get("minutes") or 0),
            marks=tuple(_list(fields, "marks")),
            pace=_text(fields, "pace"),
            person=UUID(hex=_text(fields, "person")) if fields.get("person") else None,
            role=_text(fields, "role"),
            drawn=_text(fields, "drawn"),
            kept=min(int(fields.get("kept") or 0), FAR_AHEAD),
        )
    except (KeyError, ValueError, TypeError):
        raise Refused("broken") from None


def company_from(posted: QueryDict, zone: str) -> Command:
    """What somebody does about guests; Refused("broken") for anything else."""
    command = command_from(plain(posted), zone)
    if command.do not in COMPANY:
        raise Refused("broken")
    return command


def plain(posted: QueryDict) -> dict[str, Any]:
    """A form's fields as the socket would carry them."""
    return {name: posted.getlist(name) if name in LISTS else posted[name] for name in posted}


def draft_from(fields: Mapping[str, Any]) -> services.Typed:
    """A draft from a frame or a form."""
    try:
        lead = _text(fields, "lead")[:LEAD_MAX] if fields.get("lead") is not None else None
        feelings = tuple(dict.fromkeys(_list(fields, "feelings")))
        beside = services.Beside(lead, feelings, ", ".join(_list(fields, "own")))
        words = None if fields.get("draft") is None else _words(fields, "draft")
        return services.Typed(words, int(fields["v"]), int(fields.get("version") or 0), beside)
    except (KeyError, ValueError, TypeError):
        raise Refused("broken") from None


def asking_from(frame: Mapping[str, Any]) -> services.Asking:
    """What a page asks the coach; without `words`, about what arrived."""
    words = frame.get("words")
    if not isinstance(words, str | None) or not isinstance(frame["whisper"], int):
        raise Refused("broken")
    try:
        without = frozenset(_list(frame, "without")[:WITHOUT_MAX])
        seen = min(int(frame["v"]), FAR_AHEAD)
        return services.Asking(frame["whisper"], seen, words, _text(frame, "lead")[:LEAD_MAX], without)
    except (KeyError, ValueError, TypeError):
        raise Refused("broken") from None


def joining_from(told: Any) -> services.Joining | None:
    """How somebody takes part in a call, or nothing: they leave it."""
    if told is None:
        return None
    if not isinstance(told, dict):
        raise Refused("broken")
    return services.Joining(_id(told, "id"), told.get("microphone") is True, told.get("camera") is True)


def signal_from(frame: Mapping[str, Any]) -> services.Signal:
    """What a device in a call says to another: a hello, a description or a candidate, and nothing beside it."""
    told = frame.get("signal")
    if not isinstance(told, dict) or set(told) - SIGNALS or not all(map(_is_signal, told.values())):
        raise Refused("broken")
    return services.Signal(_id(frame, "to"), told)


MEDIA = {
    "written": _("Written, live"),
    "letters": _("In letters, over days"),
    "spoken": _("Spoken, in the same room, each with a phone"),
    "video": _("Spoken, from two places: you see and hear each other in this page"),
    "shared": _("Spoken, in the same room, on one phone or tablet between you"),
}


PURPOSES = {
    "good": _("Something good, any day"),
    "matter": _("Something that matters to you, or hurts"),
    "us": _("How you would love to live together"),
    "guided": _("With a guide beside you both"),
    "": _("And also"),
}


def by_purpose(offered: Iterable[services.FormView]) -> list[tuple[str, list[services.FormView]]]:
    """The forms that are open now, under a heading each."""
    found: dict[str, list[services.FormView]] = {}
    for one in offered:
        if not one.closed:
            found.setdefault(one.script.purpose if one.script.purpose in PURPOSES else "", []).append(one)
    return [(str(heading), found[purpose]) for purpose, heading in PURPOSES.items() if purpose in found]


def by_closed(offered: Iterable[services.FormView]) -> dict[str, list[services.FormView]]:
    """The forms that are not open now, by what keeps them closed."""
    found: dict[str, list[services.FormView]] = {}
    for one in offered:
        if one.closed:
            found.setdefault(one.closed, []).append(one)
    return found


class Ask(forms.Form):
    """Asking for a dialogue."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    form = forms.ChoiceField(label=_("What kind of dialogue"), widget=forms.RadioSelect)
    topic = forms.CharField(
        label=_("The topic, in one line"),
        validators=[MaxLengthValidator(services.TOPIC_MAX, TOO_LONG)],  # max_length would have browsers cut it off
        help_text=_("Only this line is seen before the yes. A subject, not the story: “Sunday evening”, “money”."),
        error_messages={"required": _("One line is enough. It tells what it is about, not what you will say.")},
    )
    people = forms.TypedMultipleChoiceField(
        label=_("With whom"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    guides = forms.TypedMultipleChoiceField(
        label=_("A guide beside you"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Somebody trained, whom each of you lets in before it begins. Some forms need one."),
    )
    medium = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect, initial="written")
    minutes = forms.TypedChoiceField(label=_("About how long"), coerce=int, widget=forms.RadioSelect)
    wish = forms.CharField(
        label=_("When you would like it"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Leave it empty for “whenever it suits you”."),
    )

    def __init__(self, space: SpaceView, offered: Collection[services.FormView], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choosable = {"people": services.may_be_asked(space), "guides": services.guides_of(space)}
        for name, members in choosable.items():
            self.fields[name].choices = [(one.person.hex, one.name) for one in members]  # type: ignore[attr-defined]
        if len(choosable["people"]) < 2:
            del self.fields["people"]
        if not choosable["guides"]:
            del self.fields["guides"]
        self.open_now = {one.script.name: one for one in offered if not one.closed}
        self.fields["form"].choices = [(one.script.name, one.words["name"]) for one in offered]  # type: ignore[attr-defined]
        offered_in = {medium for one in self.open_now.values() for medium in services.possible(one.script.media)}
        self.fields["medium"].choices = [(name, how) for name, how in MEDIA.items() if name in offered_in]  # type: ignore[attr-defined]
        minutes = sorted({length for one in self.open_now.values() for length in one.script.minutes})
        self.fields["minutes"].choices = [(length, _("%d minutes") % length) for length in minutes]  # type: ignore[attr-defined]

    def clean_medium(self) -> str:
        medium: str = self.cleaned_data["medium"]
        chosen = self.open_now.get(self.cleaned_data.get("form", ""))
        if chosen and medium not in chosen.script.media:
            told = {"form": chosen.words["name"]}
            raise forms.ValidationError(_("%(form)s is not held in this way. Choose another."), params=told)
        return medium

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        chosen = self.open_now.get(self.cleaned_data.get("form", ""))
        if chosen and minutes not in chosen.script.minutes:
            if self.cleaned_data.get("medium") == "letters":  # they take the time they take
                return chosen.script.minutes[0]
            lengths = ", ".join(map(str, chosen.script.minutes))
            told = {"form": chosen.words["name"], "minutes": lengths}
            raise forms.ValidationError(_("%(form)s: %(minutes)s minutes. Choose one of these."), params=told)
        return minutes

    def clean_wish(self) -> datetime | None:
        try:
            wish = _moment(self.cleaned_data["wish"], timezone.get_current_timezone_name())
        except ValueError:
            raise forms.ValidationError(_("That is not a date and time we can read.")) from None
        except Refused:
            raise forms.ValidationError(
                _("Clocks go forward that night and pass over this time. Choose another.")
            ) from None
        if wish and wish <= timezone.now():
            raise forms.ValidationError(_("That moment has passed. Choose one that is still to come."))
        return wish


def asked(form: Ask) -> services.Asked:
    """What a valid form asks for."""
    told = form.cleaned_data
    people, guides = tuple(told.get("people", ())), tuple((guide, "guide") for guide in told.get("guides", ()))
    return services.Asked(
        told["key"], told["form"], told["topic"], told["medium"], told["minutes"], told["wish"], people, guides
    )


FOR_ONESELF = [MaxLengthValidator(services.SHEET_MAX, TOO_LONG)]
SHEET = {
    "happened": _("What happened, as a camera would see it"),
    "felt": _("What I felt"),
    "did": _("What I did then"),
    "fear": _("What I am afraid of"),
    "reminds": _("What it reminds me of"),
    "long_for": _("What I long for"),
}


class Own(forms.Form):
    """A page for oneself alone."""

    def would_lose(self, value: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What stands in `value` and is said otherwise here, each under the name of its field."""
        stands = [(field, value[field.name]) for field in self if value.get(field.name)]
        return [
            (str(field.label), _in_words(field, said))
            for field, said in stands
            if said != self.cleaned_data[field.name]
        ]


class Sheet(Own):
    """Preparing alone. Every line may stay empty."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, label in SHEET.items():
            self.fields[name] = forms.CharField(
                label=label, required=False, validators=FOR_ONESELF, widget=forms.Textarea
            )


class Afterwards(Own):
    """How true it was, for oneself alone."""

    how_true = forms.ChoiceField(
        label=_("How true was that for you?"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("fully", _("I meant what I said, and took in what I heard")),
            ("mostly", _("Mostly; a little was for the form")),
            ("partly", _("Partly; some of it was said to keep the peace")),
            ("hardly", _("Hardly; I was not really there")),
            ("unsure", _("I do not know yet")),
        ],
    )
    words = forms.CharField(
        label=_("Anything you want to keep for yourself"),
        required=False,
        validators=FOR_ONESELF,
        widget=forms.Textarea,
    )


class Rest(forms.Form):
    """Letting dialogues rest for a while."""

    days = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(1, _("a day")), (3, _("three days")), (7, _("a week")), (14, _("two weeks"))],
        initial=3,
    )


def _in_words(field: forms.BoundField, said: str) -> str:
    """What was typed, or what the choice was called."""
    return str(dict(getattr(field.field, "choices", ())).get(said, said))


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or "\x00" in value:
        raise Refused("broken")
    return value


def _words(fields: Mapping[str, Any], name: str) -> str:
    return _text(fields, name).replace("\r\n", "\n")


def _id(fields: Mapping[str, Any], name: str) -> str:
    try:
        return UUID(hex=_text(fields, name)).hex
    except ValueError:
        raise Refused("broken") from None


def _is_signal(part: Any) -> bool:
    """A few short values, or one long one: sizes alone are looked at."""
    values = part.values() if isinstance(part, dict) else [part]
    return len(values) <= SIGNAL_VALUES_MAX and sum(len(str(value)) for value in values) <= SIGNAL_MAX


def _list(fields: Mapping[str, Any], name: str) -> list[str]:
    value = fields.get(name) or []
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in found):
        raise Refused("broken")
    known = services.feeling_keys()
    return [one.strip() for one in found if (one in known if name == "feelings" else one.strip())]


def _moment(told: str, zone: str) -> datetime | None:
    return named(told, zone) if told else None
