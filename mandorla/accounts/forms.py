"""What people type about their account, turned into clean values; every refusal stands beside its field.

Passphrases are never put back into a page: a form that comes back asks for them again.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mandorla.accounts import services
from mandorla.accounts.core import CALLED_MAX, LENGTH_MAX, LENGTH_MIN, NAME_MAX, NAME_MIN, fold, plain_name
from mandorla.vault.core import Busy, Refused

WEAKNESS: Final[Mapping[str, Promise]] = {
    "short": _("This has fewer than %(least)d characters. Take a few more words."),
    "long": _("This has more than %(most)d characters. Please shorten it."),
    "names": _("Without your name in it, this would be guessed too soon. Take words that have nothing to do with you."),
    "known": _("Too many people know this saying. Take words that do not belong together."),
    "word": _("This is built on words or names that are guessed first. Add two or three unrelated words."),
    "repeat": _("This repeats itself, so it would be guessed too soon. Take different words."),
    "sequence": _("This follows a row like abc or 123. Take words that do not follow each other."),
    "keyboard": _("This follows the keys on the keyboard. Take unrelated words."),
    "date": _("This is built on a date or a year. Take words that have nothing to do with your life."),
    "easy": _("A machine would guess this too soon. Make it longer: five unrelated words are good."),
}
LIMITS: Final = {"least": LENGTH_MIN, "most": LENGTH_MAX}
AS_TYPED: Final = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
NAME_ATTRIBUTES: Final = AS_TYPED | {"autocomplete": "username"}
NOT_TOGETHER: Final = _(
    "This name and passphrase do not belong together. Check both; capitals and spaces matter in the passphrase."
)
UNLIKE: Final = _("The two are not the same. Please type both once more.")
ALMOST: Final = _("Almost: only capitals, spaces or dashes differ, and these count. Please type both once more.")
A_MINUTE_AND_A_HALF: Final = 90
MOMENT_SECONDS: Final = 5


def wait_in_words(seconds: int) -> str:
    """How long to wait before the next try, as a sentence."""
    if seconds < A_MINUTE_AND_A_HALF:
        words = ngettext(
            "Too many wrong tries. Please wait %(count)d second, then try again.",
            "Too many wrong tries. Please wait %(count)d seconds, then try again.",
            seconds,
        )
        return words % {"count": seconds}
    minutes = -(-seconds // 60)
    words = ngettext(
        "Too many wrong tries. Please wait %(count)d minute, then try again.",
        "Too many wrong tries. Please wait %(count)d minutes, then try again.",
        minutes,
    )
    return words % {"count": minutes}


class PassphraseField(forms.CharField):
    """A passphrase, folded to its one spelling; never shown again."""

    def __init__(self, *, known: bool, **options: Any) -> None:
        attributes = AS_TYPED | {"autocomplete": "current-password" if known else "new-password"}
        super().__init__(strip=False, widget=forms.PasswordInput(attrs=attributes), **options)

    def to_python(self, value: Any) -> str:
        return fold(super().to_python(value) or "")


class NameField(forms.CharField):
    """A sign-in name as somebody types it to sign in."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs=NAME_ATTRIBUTES), **options)


class CalledField(forms.CharField):
    """How somebody would like to be called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off"}), **options)

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > CALLED_MAX:
            raise forms.ValidationError(
                _("Please keep this under %(most)d characters."), params={"most": CALLED_MAX + 1}
            )


class Told(forms.Form):
    """A form that can be told what a service refused: by reason, the field it belongs to and the words for it."""

    refusals: ClassVar[Mapping[str, tuple[str | None, Promise]]] = {}
    wait_seconds = 0

    @property
    def status(self) -> HTTPStatus:
        """What the answer that shows this form says to machines."""
        if self.wait_seconds:
            return HTTPStatus.TOO_MANY_REQUESTS
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.errors else HTTPStatus.OK

    def tell(self, problem: Refused | Busy) -> None:
        """Say it beside its field; a reason this form has no words for is raised again."""
        if isinstance(problem, Busy):
            self.wait_seconds = MOMENT_SECONDS
            self.add_error(None, _("Many people are coming in just now. Please try again in a moment."))
        elif problem.reason == "wait":
            self.wait_seconds = int(problem.facts["seconds"])
            self.add_error(None, wait_in_words(self.wait_seconds))
        elif problem.reason in self.refusals:
            field, words = self.refusals[problem.reason]
            self.add_error(field, str(words))
        else:
            raise problem


class SignIn(Told):
    """Name and passphrase."""

    name = NameField(label=_("Sign-in name"))
    passphrase = PassphraseField(known=True, label=_("Passphrase"))

    refusals: ClassVar = {"wrong": (None, NOT_TOGETHER)}


class Passphrase(Told):
    """The passphrase alone, of someone we know already."""

    passphrase = PassphraseField(known=True, label=_("Passphrase"))

    refusals: ClassVar = {"wrong": ("passphrase", _("This is not your passphrase. Capitals and spaces matter."))}


class Chosen(Told):
    """A new passphrase: the five words of `offer`, or an own one typed twice and strong enough."""

    passphrase = PassphraseField(known=False, label=_("Your passphrase"))
    again = PassphraseField(known=False, label=_("Your own passphrase once more"), required=False)

    def __init__(self, *arguments: Any, offer: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.offer = offer

    def names(self) -> Iterable[str]:
        """What a thief would try first, as far as this form knows it."""
        return ()

    def clean(self) -> dict[str, Any]:
        chosen, again = self.cleaned_data.get("passphrase"), self.cleaned_data.get("again")
        if not chosen or chosen == self.offer:
            return self.cleaned_data
        if not again and _is_nearly(chosen, self.offer):
            self.add_error(
                "passphrase",
                _("Almost: type the words just as they stand there, in small letters and with spaces between them."),
            )
            return self.cleaned_data
        names = [part for name in self.names() for part in (name, *name.split())]
        if weakness := services.weakness(chosen, names=names):
            self.add_error("passphrase", str(WEAKNESS[weakness]) % LIMITS)
        elif not again:
            self.add_error("again", _("A passphrase of your own is typed twice, so that a slip cannot lock you out."))
        elif again != chosen:
            self.add_error("again", ALMOST if _is_nearly(again, chosen) else UNLIKE)
        return self.cleaned_data


class SignUp(Chosen):
    """A new account: how to sign in, how to be called, a passphrase."""

    name = NameField(label=_("Sign-in name"))
    called = CalledField(label=_("How you would like to be called"))

    field_order = ("name", "called", "passphrase", "again")
    refusals: ClassVar = {"taken": ("name", _("This sign-in name cannot be had. Please take another."))}

    def names(self) -> Iterable[str]:
        return [self.cleaned_data.get("name", ""), self.cleaned_data.get("called", "")]

    def clean_name(self) -> str:
        name = plain_name(self.cleaned_data["name"])
        if not NAME_MIN <= len(name) <= NAME_MAX:
            limits = {"least": NAME_MIN, "most": NAME_MAX}
            raise forms.ValidationError(_("Please take between %(least)d and %(most)d characters."), params=limits)
        return name


class Recover(Chosen):
    """The recovery code instead of a lost passphrase, and a new passphrase."""

    name = NameField(label=_("Sign-in name"))
    passphrase = PassphraseField(known=False, label=_("Your new passphrase"))
    code = forms.CharField(label=_("Recovery code"), widget=forms.TextInput(attrs=AS_TYPED))

    field_order = ("name", "code", "passphrase", "again")
    refusals: ClassVar = {
        "wrong": (None, _("This name and code do not belong together. Is it the newest code you wrote down?"))
    }

    def names(self) -> Iterable[str]:
        return [self.cleaned_data.get("name", "")]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not services.is_code(code):
            raise forms.ValidationError(_("There is a slip in this code. Compare it with your paper, group by group."))
        return code


class Change(Chosen):
    """The passphrase of today, and the one from now on."""

    today = PassphraseField(known=True, label=_("Your passphrase of today"))
    passphrase = PassphraseField(known=False, label=_("Your new passphrase"))

    field_order = ("today", "passphrase", "again")
    refusals: ClassVar = {"wrong": ("today", _("This is not your passphrase of today. Capitals and spaces matter."))}

    def __init__(self, *arguments: Any, called: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.called = called

    def names(self) -> Iterable[str]:
        return [self.called]


class Quiz(Told):
    """Three groups of a recovery code, asked back."""

    refusals: ClassVar = {
        "groups": (None, _("At least one group is not what the code says. Compare with your paper, or look again."))
    }

    def __init__(self, *arguments: Any, asked: list[int], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for place in asked:
            self.fields[f"group{place + 1}"] = forms.CharField(
                label=gettext("Group %(number)d") % {"number": place + 1}, widget=forms.TextInput(attrs=AS_TYPED)
            )

    def groups(self) -> list[str]:
        """What was typed, in the order asked."""
        return list(self.cleaned_data.values())


class Called(Told):
    """Another way to be called."""

    called = CalledField(label=_("How you would like to be called"))


class Idle(Told):
    """How long I stay unlocked when I do nothing."""

    minutes = forms.TypedChoiceField(label=_("Lock by itself after"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices = [
            (minutes, ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
            for minutes in services.idle_choices()
        ]
        self.fields["minutes"].choices = choices  # type: ignore[attr-defined]  # it is a field of choices


def _is_nearly(one: str, other: str) -> bool:
    """Whether these are the same words, but for capitals and the spaces or dashes between them."""
    bare = str.maketrans("", "", " -")
    return one.casefold().translate(bare) == other.casefold().translate(bare)
