"""A language is chosen, marked until somebody has read it, and reported: what it lacks, what is old, what is broken."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import write_po
from django.conf import settings as ours
from django.test import Client
from pytest_django.fixtures import Settings

from mandorla.dialogue.services import scripts
from mandorla.site import languages, ready, translations
from mandorla.site.languages import Language
from tests.cast import Cast
from tests.site.command import mandorla

TOLD: dict[str | tuple[str, ...], str | tuple[str, ...]] = {
    "Begin": "Los",
    "%(name)s’s turn": "%(nam)s ist dran",
    ("%(count)d minute", "%(count)d minutes"): ("Eine Minute", "%(count)d Minuten"),
}
ENGLISH = scripts.DIALOGUES


@pytest.fixture
def swiss(tmp_path: Path) -> Language:
    """A language with three texts, one of them broken, and one dialogue."""
    folder = tmp_path / "pages" / "de_CH"
    (folder / "LC_MESSAGES").mkdir(parents=True)
    catalog = Catalog(locale="de_CH", fuzzy=False)
    for english, told in TOLD.items():
        catalog.add(english, told)
    with (folder / "LC_MESSAGES" / "django.po").open("wb") as out:
        write_po(out, catalog)
    (folder / "about.toml").write_text('name = "Schwiizerdütsch"\n')
    return next(one for one in languages.spoken([tmp_path / "pages"]) if one.code == "de-ch")


@pytest.fixture
def offered(swiss: Language, settings: Settings) -> Language:
    """The same, as a site offers it."""
    assert swiss.folder
    ready.compile_translations(swiss.folder.parent, ours.DATA / "locale")
    settings.SPOKEN = [languages.FIRST, swiss]
    settings.LANGUAGES = [(one.code, one.name) for one in settings.SPOKEN]
    settings.UNREVIEWED = {swiss.code}
    return swiss


@pytest.fixture
def scripts_folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A host's folder of scripts, read anew with every test."""
    settings.EXTRA_SCRIPTS = [str(tmp_path / "scripts")]
    forget()
    yield tmp_path / "scripts"
    settings.EXTRA_SCRIPTS = []
    forget()


def forget() -> None:
    for cached in (scripts._scripts, scripts._texts, scripts._words, scripts._complete, scripts._feelings):
        cached.cache_clear()
    scripts._feelings_file.cache_clear()


def tell(folder: Path, name: str, *changed: tuple[str, str]) -> None:
    """Words of a dialogue or the feelings in that language: English ones, with something changed."""
    source = (ENGLISH / name if name != "feelings" else scripts.FEELINGS) / "en.toml"
    words = source.read_text("utf-8")
    for before, after in changed:
        assert before in words
        words = words.replace(before, after)
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "de-ch.toml").write_text(words, "utf-8")
    forget()


def parts(name: str) -> list[str]:
    """The folders a script is told in."""
    return [part.split("/")[0] for part in (*scripts.script(f"{name}/1").parts, name)]


# Choosing


def test_the_browser_is_answered_in_its_language(client: Client, offered: Language) -> None:
    page = client.get("/", headers={"accept-language": "fr, de-CH;q=0.8"}).content.decode()

    assert '<html lang="de-ch" dir="ltr"' in page
    assert ">Los<" in page


def test_a_language_that_is_chosen_stays(client: Client, offered: Language) -> None:
    answer = client.post("/language/", {"language": "de-ch", "next": "/how/"})

    assert (answer.status_code, answer["Location"]) == (302, "/how/")
    assert '<html lang="de-ch"' in client.get("/how/", headers={"accept-language": "en"}).content.decode()


def test_choosing_leads_nowhere_else(client: Client, offered: Language) -> None:
    answer = client.post("/language/", {"language": "de-ch", "next": "https://example.org/"})

    assert answer["Location"] == "/"


def test_a_language_that_is_not_there_cannot_be_chosen(client: Client, offered: Language) -> None:
    client.post("/language/", {"language": "xx", "next": "/"})

    assert '<html lang="en-gb"' in client.get("/").content.decode()


@pytest.mark.django_db
def test_i_choose_on_my_own_page(cast: Cast, offered: Language) -> None:
    page = cast.ana.browser().get("/me/").content.decode()

    assert re.findall(r'name="language"\s+value="([\w-]+)"', page) == ["en-gb", "de-ch"]
    assert page.count("(awaiting review)") == 1


def test_where_only_english_is_spoken_nothing_is_to_choose(client: Client, settings: Settings) -> None:
    settings.SPOKEN = [languages.FIRST]

    assert 'name="language"' not in client.get("/").content.decode()


def test_a_language_nobody_has_read_says_so_on_its_pages(client: Client, offered: Language) -> None:
    note = "still awaits review by somebody who practises Imago"

    assert note not in client.get("/").content.decode()
    assert note in client.get("/", headers={"accept-language": "de-ch"}).content.decode()


@pytest.mark.parametrize(("about", "reviewed"), [("", False), ("reviewed = false", False), ("reviewed = true", True)])
def test_only_what_somebody_has_read_counts_as_reviewed(about: str, reviewed: bool, swiss: Language) -> None:
    assert swiss.folder
    (swiss.folder / "about.toml").write_text(f"{about}\n")

    again = languages.spoken([swiss.folder.parent])[1]

    assert again == replace(swiss, name="de-ch", reviewed=reviewed)


# What it lacks


def test_texts_that_are_missing_old_or_broken_are_told(swiss: Language) -> None:
    file = translations._po(swiss)
    file.write_text(file.read_text().replace('msgid "Begin"', '#, fuzzy\nmsgid "Begin"'))

    found = translations.software(swiss)

    assert (found.stale, found.broken) == (["Begin"], ["%(name)s’s turn"])
    assert len(found.missing) == found.texts - len(TOLD)


def test_a_broken_translation_stays_english(swiss: Language, tmp_path: Path) -> None:
    assert swiss.folder
    ready.compile_translations(swiss.folder.parent, tmp_path / "made")

    with (tmp_path / "made" / "de_CH" / "LC_MESSAGES" / "django.mo").open("rb") as made:
        told = [message.string for message in read_mo(made) if message.id]
    assert told == [["Eine Minute", "%(count)d Minuten"], "Los"]


def test_merging_adds_what_is_missing_and_keeps_what_is_told(swiss: Language) -> None:
    translations.merge(swiss)

    merged = {str(message.id): message.string for message in translations.read(translations._po(swiss))}
    assert merged["Begin"] == "Los"
    assert merged["Home"] == ""
    assert len(merged) == translations.software(swiss).texts + 1  # its header


def test_a_sentence_whose_english_changed_is_old(swiss: Language, scripts_folder: Path) -> None:
    tell(scripts_folder, "switching")
    translations.note_seen(swiss)
    seen = translations._seen_file(swiss)
    at = "switching: steps.switch.turn"
    before = translations.dialogues(swiss).stale
    seen.write_text(
        re.sub(rf"^{re.escape(json.dumps(at))} = .*$", f'"{at}" = "0000"', seen.read_text(), flags=re.MULTILINE)
    )

    assert (before, translations.dialogues(swiss).stale) == ([], [at])


def test_a_sentence_that_names_somebody_else_is_broken(swiss: Language, scripts_folder: Path) -> None:
    tell(scripts_folder, "switching", ("{receiver} is choosing", "{reciever} is choosing"))

    assert translations.dialogues(swiss).broken == ["switching: steps.switch.wait"]


# A dialogue is offered in a language as a whole, or not


def test_a_dialogue_that_is_wholly_told_is_offered(swiss: Language, scripts_folder: Path) -> None:
    for name in parts("appreciation"):
        tell(scripts_folder, name)

    assert scripts.words("appreciation/1", "de-ch").language == "de-ch"
    assert translations.told_in(swiss) == ["appreciation"]


@pytest.mark.parametrize(
    "flaw",
    [
        ('title = "A gem"\n', ""),
        ('skip = "Leave mine out"\n', ""),
        ("{partner} is still looking for one.", "{other} is still looking for one."),
        ("{author} takes along", "takes along"),
    ],
)
def test_one_flaw_anywhere_and_it_is_told_in_english(flaw: tuple[str, str], scripts_folder: Path) -> None:
    for name in parts("appreciation"):
        tell(scripts_folder, name, *([flaw] if name == "closing" else []))

    assert scripts.words("appreciation/1", "de-ch").language == "en"
    assert scripts.told_in("de-ch") == []


def test_feelings_that_lack_one_are_shown_in_english(scripts_folder: Path) -> None:
    tell(
        scripts_folder,
        "feelings",
        ('{ key = "forlorn", name = "forlorn" },\n', ""),
        ('name = "sad"', 'name = "truurig"'),
    )

    assert scripts.feelings("de-ch") == scripts.feelings("en")


def test_feelings_that_are_all_there_are_shown(scripts_folder: Path) -> None:
    tell(scripts_folder, "feelings", ('name = "sad"', 'name = "truurig"'))

    assert scripts.feelings("de-ch")[0].name == "truurig"


# What comes with Mandorla


@pytest.mark.parametrize("language", [one for one in ours.SPOKEN if one.folder], ids=lambda one: one.code)
def test_a_language_that_comes_along_tells_every_dialogue_and_breaks_nothing(language: Language) -> None:
    assert (translations.software(language).broken, translations.dialogues(language).broken) == ([], [])
    assert translations.told_in(language) == translations.told_in(languages.FIRST)


# The command


def test_the_command_says_how_far_a_language_has_come(swiss: Language, tmp_path: Path) -> None:
    assert swiss.folder
    said = mandorla("languages", "de-ch", "--data", tmp_path, MANDORLA_TRANSLATIONS=str(swiss.folder.parent))

    assert said.returncode == 1
    lines = said.stdout.splitlines()
    count = translations.software(swiss).texts
    assert lines[:2] == [
        "de-ch Schwiizerdütsch: awaiting review by a practitioner",
        f"  software  {count} texts: {count - 3} missing, 0 stale, 1 broken",
    ]
    assert "    broken: %(name)s’s turn" in lines
    assert "1 translations are broken" in said.stderr


def test_the_command_knows_no_language_that_is_not_there(tmp_path: Path) -> None:
    said = mandorla("languages", "xx", "--data", tmp_path)

    assert (said.returncode, "Traceback" in said.stderr) == (1, False)
    assert "no such language here" in said.stderr
