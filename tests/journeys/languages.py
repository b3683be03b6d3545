"""Two languages that do not exist: one longer and accented, one that runs from right to left.

Every text of ours is bracketed in them: what stands on a page outside brackets was never given to a translator.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2] / "mandorla"
LONGER, MIRRORED = "en-xa", "ar-xb"
ACCENTS = str.maketrans("aeiouyncsgzAEIOUYNCSGZ", "åéîöûýñçšğžÅÉÎÖÛÝÑÇŠĞŽ")
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd%]|\{\w*\})")
AS_THEY_ARE = {"language", "reviewer", "source", "key"}


def pseudo(text: str) -> str:
    """Longer by a third or more, accented and bracketed; places for names stay."""
    parts = [part if KEPT.fullmatch(part) else _stretched(part) for part in KEPT.split(text)]
    return f"⟦{''.join(parts)}⟧"


def make(folder: Path) -> dict[str, str]:
    """Both languages, written into `folder` as an operator would; answers with the settings that name them."""
    for language in (LONGER, MIRRORED):
        _pages(folder / "pages", language)
        _dialogues(folder / "scripts", language)
    return {"MANDORLA_TRANSLATIONS": str(folder / "pages"), "MANDORLA_SCRIPTS": str(folder / "scripts")}


def _stretched(text: str) -> str:
    return re.sub(r"([aeiouAEIOU])", r"\1\1", text).translate(ACCENTS)


def _pages(folder: Path, language: str) -> None:
    with (ROOT / "site/locale/messages.pot").open("rb") as texts:
        catalog = read_po(texts, locale="en")
    catalog.fuzzy = False
    for message in catalog:
        if isinstance(message.id, str):
            message.string = pseudo(message.id) if message.id else message.string
        else:
            message.string = tuple(map(pseudo, message.id))
    start, _, end = language.partition("-")
    file = folder / f"{start}_{end.upper()}" / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True)
    with file.open("wb") as out:
        write_po(out, catalog)


def _dialogues(folder: Path, language: str) -> None:
    for told in [*ROOT.glob("content/dialogues/*/en.toml"), ROOT / "content/feelings/en.toml"]:
        made = _translated(tomllib.loads(told.read_text("utf-8")))
        file = folder / told.parent.name / f"{language}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(f"{key} = {_toml(value)}" for key, value in made.items()), "utf-8")


def _translated(value: Any) -> Any:
    match value:
        case dict():
            return {key: one if key in AS_THEY_ARE else _translated(one) for key, one in value.items()}
        case list():
            return [_translated(one) for one in value]
        case _:
            return pseudo(value)


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
