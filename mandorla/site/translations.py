"""How far a language has come: what it lacks, what was told from an English that has changed since, what is broken.

The software's texts are compared with the list of texts (`messages.pot`), the words of scripts and feelings with the
English ones. Which English a script was told from is kept beside the language's texts, in `seen.toml`, as fingerprints.
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from mandorla.dialogue.core.wording import places, unlike
from mandorla.dialogue.services import scripts
from mandorla.safety import services as safety
from mandorla.site.languages import Language

TEXTS = Path(__file__).parent / "locale" / "messages.pot"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many texts there are, and which of them are not as they should be, each by its place or its English."""

    texts: int
    missing: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def software(language: Language) -> Standing:
    """How far the pages, buttons and errors are told in this language."""
    wanted = {_name(message): message for message in read(TEXTS) if message.id}
    found = {_name(message): message for message in read(_po(language)) if message.id}
    stale = [name for name in wanted if name in found and found[name].fuzzy]
    missing = [name for name in wanted if name not in found or not _is_told(found[name])]
    broken = [name for name, message in found.items() if not message.fuzzy and is_broken(message)]
    return Standing(len(wanted), [name for name in missing if name not in stale], stale, broken)


def dialogues(language: Language) -> Standing:
    """How far the scripts and the feelings are told in this language."""
    wanted, found, seen = scripts.told("en"), scripts.told(_short(language)), _seen(language)
    return Standing(
        len(wanted),
        [at for at in wanted if not found.get(at)],
        [at for at in wanted if found.get(at) and seen.get(at) != _print(wanted[at])],
        unlike(found, wanted) + [at for at in found if at not in wanted],
    )


def help_lines(language: Language) -> Standing:
    """How far the list of numbers to call is told in this language. Told by their English, its words are never old."""
    wanted, found = safety.shipped_texts(), safety.words(language.code)
    return Standing(len(wanted), sorted(text for text in wanted if not found.get(text)))


def told_in(language: Language) -> list[str]:
    """The forms of dialogue that are offered in this language."""
    return scripts.told_in(_short(language))


def merge(language: Language) -> None:
    """Bring a language's list of texts up to date: new ones are empty, and changed ones marked as fuzzy."""
    catalog = read(_po(language), _po(language).parts[-3])
    catalog.update(read(TEXTS), update_header_comment=False)
    with _po(language).open("wb") as out:
        write_po(out, catalog, sort_output=True, include_lineno=False, ignore_obsolete=True, width=120)


def note_seen(language: Language) -> None:
    """Keep that what scripts say in this language was told from the English of today."""
    wanted, found = scripts.told("en"), scripts.told(_short(language))
    lines = (f'{json.dumps(at)} = "{_print(wanted[at])}"\n' for at in sorted(found) if at in wanted)
    _seen_file(language).write_text("".join(lines), "utf-8")


def read(file: Path, locale: str | None = None) -> Catalog:
    """The texts of a .po or .pot file; an empty one begins with what is known of its locale."""
    with file.open("rb") as text:
        return read_po(text, locale=locale)


def sound(catalog: Catalog) -> Catalog:
    """The same without translations that would say a wrong name, or fail."""
    for message in catalog:
        if message.id and is_broken(message):
            message.string = ""
    return catalog


def is_broken(message: Message) -> bool:
    """Whether a translation puts other names or marks into a text than English; a plural may leave its number out."""
    first, told = _forms(message.id), [text for text in _forms(message.string) if text]
    allowed = frozenset[str]().union(*map(places, first))
    return bool(told) and (places(told[-1]) != places(first[-1]) or any(places(text) - allowed for text in told))


def _po(language: Language) -> Path:
    assert language.folder  # English is told in the code
    return language.folder / "LC_MESSAGES" / "django.po"


def _short(language: Language) -> str:
    """Scripts are told for a language as a whole before they are for a country."""
    return language.code if scripts.told(language.code) else language.code.split("-")[0]


def _name(message: Message) -> str:
    return f"{message.context}: {_forms(message.id)[0]}" if message.context else _forms(message.id)[0]


def _forms(text: object) -> list[str]:
    return [str(one) for one in text] if isinstance(text, list | tuple) else [str(text)]


def _is_told(message: Message) -> bool:
    return all(_forms(message.string)) and not message.fuzzy


def _seen_file(language: Language) -> Path:
    assert language.folder
    return language.folder / "seen.toml"


def _seen(language: Language) -> dict[str, str]:
    file = _seen_file(language)
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def _print(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
