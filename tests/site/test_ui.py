"""The parts of pages: a field says in place what is wrong and keeps what was typed; passphrases never come back."""

from django import forms
from django.http import HttpRequest
from django.template import engines


class Letter(forms.Form):
    """One field of every sort our pages use."""

    name = forms.CharField(label="Name", max_length=8, help_text="Short is fine.")
    phrase = forms.CharField(label="Passphrase", widget=forms.PasswordInput)
    words = forms.CharField(label="Words", widget=forms.Textarea, max_length=20)
    how = forms.ChoiceField(
        label="How", choices=[("written", "Written"), ("spoken", "Spoken")], widget=forms.RadioSelect
    )
    long = forms.ChoiceField(label="How long", choices=[("30", "Half an hour"), ("60", "An hour")])
    sure = forms.BooleanField(label="Sure", required=False)


TYPED = {
    "name": 'Ana "<b>"',
    "phrase": "five words nobody knows",
    "words": "\n so long that it does not fit",
    "how": "spoken",
}


def shown(template: str, **given: object) -> str:
    page = engines["jinja2"].from_string('{% import "ui.html" as ui with context %}' + template)
    return " ".join(page.render(given, HttpRequest()).split())


def test_a_refused_field_says_why_in_place_and_points_to_it() -> None:
    page = shown("{{ ui.field(form['name']) }}", form=Letter(TYPED))

    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="id_name_error"' in page


def test_what_was_typed_is_kept_and_escaped() -> None:
    page = shown("{{ ui.field(form['name']) }}", form=Letter(TYPED))

    assert 'value="Ana &#34;&lt;b&gt;&#34;"' in page


def test_words_keep_their_first_empty_line() -> None:
    page = engines["jinja2"].from_string('{% import "ui.html" as ui with context %}{{ ui.field(form["words"]) }}')

    assert ">\n\n so long" in page.render({"form": Letter(TYPED)}, HttpRequest())


def test_a_passphrase_is_never_put_back() -> None:
    page = shown("{{ ui.errors(form) }}{{ ui.field(form['phrase']) }}", form=Letter(TYPED))

    assert TYPED["phrase"] not in page
    assert "only passphrases are asked for again" in page


def test_what_was_chosen_stays_chosen() -> None:
    page = shown("{{ ui.field(form['how']) }}{{ ui.field(form['long']) }}", form=Letter(TYPED | {"long": "60"}))

    assert [part.split(">")[0].rsplit('"', 1)[1].strip() for part in page.split('type="radio"')[1:]] == ["", "checked"]
    assert '<option value="60" selected>' in page


def test_browsers_are_asked_not_to_keep_or_send_what_is_typed() -> None:
    page = shown("{{ ui.field(form['words']) }}", form=Letter())

    assert 'spellcheck="false"' in page
    assert 'autocomplete="off"' in page


def test_the_summary_names_every_field_that_is_wrong_with_a_link_to_it() -> None:
    page = shown("{{ ui.errors(form) }}", form=Letter(TYPED))

    assert [name for name in Letter.base_fields if f'href="#id_{name}"' in page] == ["name", "words", "long"]
