"""Scripts and their words, read from the content folder once and kept."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from mandorla.dialogue.core import Script, ScriptError, State, assemble, broken_promises
from mandorla.dialogue.core.wording import lacking, laid_over, texts, unlike

DIALOGUES = Path(__file__).resolve().parents[2] / "content" / "dialogues"
FEELINGS = DIALOGUES.parent / "feelings"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one script in one language, parts and script laid over each other."""

    language: str
    form: Mapping[str, str]
    kinds: Mapping[str, str]
    steps: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, str]

    def of_step(self, state: State, prompt: str) -> Mapping[str, Any]:
        """What a step says, with the wording of its prompt on top."""
        step = self.steps[state.step]
        return {**step, **step.get("prompts", {}).get(prompt, {})}


@dataclass(frozen=True, slots=True)
class FeelingGroup:
    """A petal of the feelings wheel: its key, its name, and its words by key."""

    key: str
    name: str
    words: Mapping[str, str]


def script(name: str) -> Script:
    """The script stored with a dialogue as `name/version`; released versions stay for ever."""
    return _scripts()[name]


def every() -> list[Script]:
    """Every version of every script, also those nobody can ask for yet."""
    return list(_scripts().values())


def unplayable() -> list[str]:
    """A sentence for each script that cannot be played or breaks a promise."""
    try:
        broken = [(script.id, promise.says) for script in every() for promise in broken_promises(script)]
    except (ScriptError, KeyError, tomllib.TOMLDecodeError) as problem:
        return [f"a dialogue script cannot be played: {problem}"]
    return [f"the script {name} breaks its promise “{says}”" for name, says in broken]


def forms() -> list[Script]:
    """The newest version of every script, gentle ones first: what a person may ask for, in the language spoken now."""
    offered = (one for one in _newest() if any(_complete(one.id, language) for language in _spoken("")))
    return sorted(offered, key=lambda one: (not one.gentle, one.name))


def told_in(language: str) -> list[str]:
    """The forms that are offered in this language, by name; in others what it lacks is said in English as a whole."""
    return sorted(one.name for one in _newest() if _complete(one.id, language))


def told(language: str) -> dict[str, str]:
    """Every text of the scripts and of the feelings in this language, by where it stands."""
    folders = {part.split("/")[0] for one in _scripts().values() for part in (*one.parts, one.name)}
    found = {name: _texts(name, language) for name in sorted(folders)}
    if file := _feelings_file(language):
        found["feelings"] = tomllib.loads(file.read_text("utf-8"))
    return {f"{name}: {at}": text for name, words in found.items() for at, text in texts(words).items()}


def words(script_id: str, language: str = "") -> Words:
    """The words of a script in this language, else the one spoken now, or else in English."""
    language = next((one for one in _spoken(language) if _complete(script_id, one)), "en")
    return _words(script_id, language)


def feelings(language: str = "") -> tuple[FeelingGroup, ...]:
    """The feelings wheel in this language, else the one spoken now, or else in English."""
    return _feelings(next((one for one in _spoken(language) if _has_feelings(one)), "en"))


def feeling_name(key: str, language: str = "") -> str:
    """How a feeling of the wheel is called; an unknown key stands for itself."""
    return next((group.words[key] for group in feelings(language) if key in group.words), key)


@cache
def feeling_keys() -> frozenset[str]:
    """Every feeling of the wheel."""
    return frozenset(key for group in _feelings("en") for key in group.words)


def _spoken(language: str) -> tuple[str, str]:
    """This language, or the one spoken now: with its country, and without."""
    code = language or translation.get_language() or "en"
    return code, code.split("-")[0]


def _newest() -> Iterable[Script]:
    return {one.name: one for one in sorted(_scripts().values(), key=lambda one: one.version)}.values()


def _folders() -> Iterable[Path]:
    return (DIALOGUES, *(Path(extra) for extra in settings.EXTRA_SCRIPTS))


@cache
def _scripts() -> dict[str, Script]:
    told = {
        f"{file.parent.name}/{file.stem}": tomllib.loads(file.read_text("utf-8"))
        for folder in _folders()
        for file in sorted(folder.glob("*/[0-9]*.toml"))
    }
    return {name: assemble(one, told) for name, one in told.items() if "start" in one}


@cache
def _texts(name: str, language: str) -> Mapping[str, Any]:
    for folder in _folders():
        file = folder / name / f"{language}.toml"
        if file.exists():
            return tomllib.loads(file.read_text("utf-8"))
    return {}


@cache
def _words(script_id: str, language: str) -> Words:
    one = script(script_id)
    layers = [_texts(part.split("/")[0], language) for part in (*one.parts, one.name)]
    return Words(language, **laid_over(layers))


@cache
def _complete(script_id: str, language: str) -> bool:
    """Whether every step and every move of a script has its words, with the same names in them as in English.

    Half-translated scripts are not offered.
    """
    found, english = (_layers(_words(script_id, one)) for one in (language, "en"))
    return not lacking(script(script_id), **found) and not unlike(texts(found), texts(english))


def _layers(words: Words) -> dict[str, Any]:
    return {"form": words.form, "kinds": words.kinds, "steps": words.steps, "places": words.places}


def _has_feelings(language: str) -> bool:
    """Whether the wheel is there in this language, with every feeling of the English one."""
    return _feelings_file(language) is not None and _keys(_feelings(language)) == _keys(_feelings("en"))


def _keys(groups: Iterable[FeelingGroup]) -> set[str]:
    return {key for group in groups for key, name in ((group.key, group.name), *group.words.items()) if name}


@cache
def _feelings_file(language: str) -> Path | None:
    """The wheel in this language; an installation's own scripts may have one in a folder beside them."""
    folders = (FEELINGS, *(folder / "feelings" for folder in _folders()))
    return next((file for folder in folders if (file := folder / f"{language}.toml").exists()), None)


@cache
def _feelings(language: str) -> tuple[FeelingGroup, ...]:
    file = _feelings_file(language)
    assert file  # asked for before
    told = tomllib.loads(file.read_text("utf-8"))
    return tuple(
        FeelingGroup(group["key"], group["name"], {word["key"]: word["name"] for word in group["words"]})
        for group in told["groups"]
    )
