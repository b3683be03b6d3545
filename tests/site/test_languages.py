"""A language is chosen, marked until somebody has read it, and reported: what it lacks, what is old, what is broken."""

import json
import re
import subprocess
import sys
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
from tests.site.command import CALM, mandorla

TOLD: dict[str | tuple[str, ...], str | tuple[str, ...]] = {
    "Begin": "Beginnen",
    "This request could not be understood.": "Dat was niet te begrijpen.",
    "%(name)s’s turn": "%(nam)s is aan de beurt",
    ("%(count)d minute", "%(count)d minutes"): ("Eén minuut", "%(count)d minuten"),
}
ENGLISH = scripts.DIALOGUES


@pytest.fixture
def flemish(tmp_path: Path) -> Language:
    """A language with three texts, one of them broken, and one dialogue."""
    folder = tmp_path / "pages" / "nl_BE"
    (folder / "LC_MESSAGES").mkdir(parents=True)
    catalog = Catalog(locale="nl_BE", fuzzy=False)
    for english, told in TOLD.items():
        catalog.add(english, told)
    with (folder / "LC_MESSAGES" / "django.po").open("wb") as out:
        write_po(out, catalog)
    (folder / "about.toml").write_text('name = "Vlaams"\n')
    return next(one for one in languages.spoken([tmp_path / "pages"]) if one.code == "nl-be")


@pytest.fixture
def offered(flemish: Language, settings: Settings) -> Language:
    """The same, as a site offers it."""
    assert flemish.folder
    ready.compile_translations(flemish.folder.parent, ours.DATA / "locale")
    settings.SPOKEN = [languages.FIRST, flemish]
    settings.LANGUAGES = [(one.code, one.name) for one in settings.SPOKEN]
    settings.UNREVIEWED = {flemish.code}
    return flemish


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
    (folder / name / "nl-be.toml").write_text(words, "utf-8")
    forget()


def parts(name: str) -> list[str]:
    """The folders a script is told in."""
    return [part.split("/")[0] for part in (*scripts.script(f"{name}/1").parts, name)]


# Choosing


def test_the_browser_is_answered_in_its_language(client: Client, offered: Language) -> None:
    page = client.get("/", headers={"accept-language": "fr, nl-BE;q=0.8"}).content.decode()

    assert '<html lang="nl-be" dir="ltr"' in page
    assert ">Beginnen<" in page


def test_a_language_that_is_chosen_stays(client: Client, offered: Language) -> None:
    answer = client.post("/language/", {"language": "nl-be", "next": "/how/"})

    assert (answer.status_code, answer["Location"]) == (302, "/how/")
    assert '<html lang="nl-be"' in client.get("/how/", headers={"accept-language": "en"}).content.decode()


@pytest.mark.parametrize("path", ["/", "/safety/help/", "/me/sign-up/"])
def test_choosing_leads_back_to_the_page_it_was_done_on(path: str, client: Client, offered: Language) -> None:
    page = client.get(path).content.decode()

    assert re.findall(r'name="next" value="([^"]*)"', page)[-1] == path


def test_choosing_leads_nowhere_else(client: Client, offered: Language) -> None:
    answer = client.post("/language/", {"language": "nl-be", "next": "https://example.org/"})

    assert answer["Location"] == "/"


def test_a_language_that_is_not_there_cannot_be_chosen(client: Client, offered: Language) -> None:
    client.post("/language/", {"language": "xx", "next": "/"})

    assert '<html lang="en-gb"' in client.get("/").content.decode()


@pytest.mark.django_db
def test_i_choose_on_my_own_page(cast: Cast, offered: Language) -> None:
    page = cast.ana.browser().get("/me/").content.decode()

    assert re.findall(r'name="language"\s+value="([\w-]+)"', page) == ["en-gb", "nl-be"]
    assert page.count("(awaiting review)") == 1


def test_where_only_english_is_spoken_nothing_is_to_choose(client: Client, settings: Settings) -> None:
    settings.SPOKEN = [languages.FIRST]

    assert 'name="language"' not in client.get("/").content.decode()


def test_a_language_nobody_has_read_says_so_on_its_pages(client: Client, offered: Language) -> None:
    note = "still awaits review by somebody who practises Imago"

    assert note not in client.get("/").content.decode()
    assert note in client.get("/", headers={"accept-language": "nl-be"}).content.decode()


@pytest.mark.parametrize(("about", "reviewed"), [("", False), ("reviewed = false", False), ("reviewed = true", True)])
def test_only_what_somebody_has_read_counts_as_reviewed(about: str, reviewed: bool, flemish: Language) -> None:
    assert flemish.folder
    (flemish.folder / "about.toml").write_text(f"{about}\n")

    again = languages.spoken([flemish.folder.parent])[1]

    assert again == replace(flemish, name="nl-be", reviewed=reviewed)


# What it lacks


def test_texts_that_are_missing_old_or_broken_are_told(flemish: Language) -> None:
    file = translations._po(flemish)
    file.write_text(file.read_text().replace('msgid "Begin"', '#, fuzzy\nmsgid "Begin"'))

    found = translations.software(flemish)

    assert (found.stale, found.broken) == (["Begin"], ["%(name)s’s turn"])
    assert len(found.missing) == found.texts - len(TOLD)


def test_a_broken_translation_stays_english(flemish: Language, tmp_path: Path) -> None:
    assert flemish.folder
    ready.compile_translations(flemish.folder.parent, tmp_path / "made")

    with (tmp_path / "made" / "nl_BE" / "LC_MESSAGES" / "django.mo").open("rb") as made:
        told = [message.string for message in read_mo(made) if message.id]
    assert told == [["Eén minuut", "%(count)d minuten"], "Beginnen", "Dat was niet te begrijpen."]


def test_merging_adds_what_is_missing_and_keeps_what_is_told(flemish: Language) -> None:
    translations.merge(flemish)

    merged = {str(message.id): message.string for message in translations.read(translations._po(flemish))}
    assert merged["Begin"] == "Beginnen"
    assert merged["Home"] == ""
    assert len(merged) == translations.software(flemish).texts + 1  # its header


def test_a_sentence_whose_english_changed_is_old(flemish: Language, scripts_folder: Path) -> None:
    tell(scripts_folder, "switching")
    translations.note_seen(flemish)
    seen = translations._seen_file(flemish)
    at = "switching: steps.switch.turn"
    before = translations.dialogues(flemish).stale
    seen.write_text(
        re.sub(rf"^{re.escape(json.dumps(at))} = .*$", f'"{at}" = "0000"', seen.read_text(), flags=re.MULTILINE)
    )

    assert (before, translations.dialogues(flemish).stale) == ([], [at])


def test_a_sentence_that_names_somebody_else_is_broken(flemish: Language, scripts_folder: Path) -> None:
    tell(scripts_folder, "switching", ("{receiver} is choosing", "{reciever} is choosing"))

    assert translations.dialogues(flemish).broken == ["switching: steps.switch.wait"]


# A dialogue is offered in a language as a whole, or not


def test_a_dialogue_that_is_wholly_told_is_offered(flemish: Language, scripts_folder: Path) -> None:
    for name in parts("appreciation"):
        tell(scripts_folder, name)

    assert scripts.words("appreciation/1", "nl-be").language == "nl-be"
    assert translations.told_in(flemish) == ["appreciation"]


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

    assert scripts.words("appreciation/1", "nl-be").language == "en"
    assert scripts.told_in("nl-be") == []


def test_feelings_that_lack_one_are_shown_in_english(scripts_folder: Path) -> None:
    tell(
        scripts_folder,
        "feelings",
        ('{ key = "forlorn", name = "forlorn" },\n', ""),
        ('name = "sad"', 'name = "droevig"'),
    )

    assert scripts.feelings("nl-be") == scripts.feelings("en")


def test_feelings_that_are_all_there_are_shown(scripts_folder: Path) -> None:
    tell(scripts_folder, "feelings", ('name = "sad"', 'name = "droevig"'))

    assert scripts.feelings("nl-be")[0].name == "droevig"


# What comes with Mandorla


GUIDED = {"anger", "core-scene", "deepening", "goodbye", "holding", "parent-role"}
STILL_TO_TELL = {"family", "parent-child", "communologue", *GUIDED}  # offered in English meanwhile


@pytest.mark.parametrize("language", [one for one in ours.SPOKEN if one.folder], ids=lambda one: one.code)
def test_a_language_that_comes_along_breaks_nothing(language: Language) -> None:
    assert (translations.software(language).broken, translations.dialogues(language).broken) == ([], [])
    assert translations.told_in(language) != []


# The command


def test_the_command_says_how_far_a_language_has_come(flemish: Language, tmp_path: Path) -> None:
    assert flemish.folder
    said = mandorla("languages", "nl-be", "--data", tmp_path, MANDORLA_TRANSLATIONS=str(flemish.folder.parent))

    assert said.returncode == 1
    lines = said.stdout.splitlines()
    count = translations.software(flemish).texts
    assert lines[:2] == [
        "nl-be Vlaams: awaiting review by a practitioner",
        f"  software  {count} texts: {count - len(TOLD)} missing, 0 stale, 1 broken",
    ]
    assert "    broken: %(name)s’s turn" in lines
    assert "1 translations are broken" in said.stderr


def test_the_command_knows_no_language_that_is_not_there(tmp_path: Path) -> None:
    said = mandorla("languages", "xx", "--data", tmp_path)

    assert (said.returncode, "Traceback" in said.stderr) == (1, False)
    assert "no such language here" in said.stderr


def test_whoever_has_seen_enough_may_stop_reading(flemish: Language, tmp_path: Path) -> None:
    assert flemish.folder
    said = subprocess.run(
        f"{sys.executable} -P -m mandorla languages nl-be --data {tmp_path} | head -n 1",
        shell=True,
        env=CALM | {"MANDORLA_TRANSLATIONS": str(flemish.folder.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert (said.stdout, said.stderr) == ("nl-be Vlaams: awaiting review by a practitioner\n", "")


def test_also_what_could_not_be_understood_is_told_in_ones_language(offered: Language) -> None:
    reply = Client(headers={"host": "elsewhere.example", "accept-language": "nl-BE"}).get("/")

    assert (reply.status_code, reply.content.decode()) == (400, "Dat was niet te begrijpen.\n")
