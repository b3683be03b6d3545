"""What a script needs to be told in a language: its form, every kind of words, every step, prompt and move.

And what two tellings of the same must share: the places where names are put in.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mandorla.dialogue.core.script import VOICES, Move, Script, Step

STEMS_MIN = 3
PLACES = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{[^}]*\}|</?[a-z][^>]*>")

ABOUT = ("language", "reviewer", "source", "key")  # what a file says of itself, and how its parts are called


def laid_over(layers: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The words of a script's parts and of itself, each over those before; prompts stay until they are told anew."""
    found: dict[str, dict[str, Any]] = {"form": {}, "kinds": {}, "steps": {}, "places": {}}
    for layer in layers:
        found["form"] |= layer.get("form", {})
        found["kinds"] |= layer.get("kinds", {})
        found["places"] |= layer.get("places", {})
        for name, told in layer.get("steps", {}).items():
            prompts = found["steps"].get(name, {}).get("prompts", {}) | told.get("prompts", {})
            found["steps"][name] = told | ({"prompts": prompts} if prompts else {})
    return found


def lacking(
    script: Script,
    *,
    form: Mapping[str, str],
    kinds: Mapping[str, str],
    steps: Mapping[str, Mapping[str, Any]],
    places: Mapping[str, str],
) -> list[str]:
    """What is missing from these words, one line each. A script is offered in a language when nothing is."""
    wanted = ["name", "what", "when", "topic", *(["before"] if script.guard else [])]
    if any(step.lent for step in script.steps.values()):
        wanted.append("set_down")
    return [
        *(f"form.{name}" for name in wanted if not form.get(name)),
        *(f"kinds.{kind}" for kind in _kinds(script) if not kinds.get(kind)),
        *(f"places.{place}" for place in _watched(script) if not places.get(place)),
        *(f"{step.name}.{name}" for step in script.steps.values() for name in _of_step(script, step, steps)),
    ]


def _kinds(script: Script) -> list[str]:
    said = {move.kind for step in script.steps.values() for move in step.moves.values() if move.kind}
    return sorted(said | script.left_at)


def _watched(script: Script) -> list[str]:
    """The places in which some only watch, where more than two may be there."""
    many = script.people[1] > 2
    return sorted({step.place for step in script.steps.values() if many and step.role in ("sender", "receiver")})


def _of_step(script: Script, step: Step, steps: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    told = steps.get(step.name, {})
    moves = step.moves.values()
    wanted = ["title", "turn", *_for_waiting(step), *_for_saying(script, moves)]
    if any(move.act == "signal" for move in moves):
        wanted.append("signalled")
    yield from _missing(told, wanted)
    if step.name in _walked(script):
        for prompt in script.prompts:
            over = told.get("prompts", {}).get(prompt, {})
            yield from (f"prompts.{prompt}.{name}" for name in _missing(over, _of_prompt(script, moves)))
    for move in moves:
        yield from _labels(script, move, told)


def _for_waiting(step: Step) -> list[str]:
    """What those read who are done, and those whose step it is not. Of several, some may be neither."""
    waits = [] if step.role in ("both", "everyone") else ["wait"]
    return ["done", *waits] if any(step.counts(move) for move in step.moves.values()) else waits


def _for_saying(script: Script, moves: Iterable[Move]) -> list[str]:
    """What a step with words to say needs: a field and stems to write with, and what to do where all is spoken.

    Lines of a list are typed in every medium, and begin with nothing but themselves.
    """
    if not any(move.act == "say" for move in moves):
        return ["field"] if any(move.act == "list" for move in moves) else []
    return ["field", "stems", "spoken"] if set(script.media) & set(VOICES["aloud"]) else ["field", "stems"]


def _of_prompt(script: Script, moves: Iterable[Move]) -> list[str]:
    return ["title", "turn", *_for_saying(script, moves)]


def _missing(told: Mapping[str, Any], wanted: Iterable[str]) -> Iterator[str]:
    for name in wanted:
        least = STEMS_MIN if name == "stems" else 1
        if len(told.get(name, "")) < least:
            yield name


def _walked(script: Script) -> set[str]:
    """The steps that are played once for every prompt."""
    return {move.next for step in script.steps.values() for move in step.moves.values() if move.advances}


def _labels(script: Script, move: Move, told: Mapping[str, Any]) -> Iterator[str]:
    """Every button has a label; one that sends words says something else where they are spoken."""
    aloud = told.get("spoken_moves", {}).get(move.name)
    if not told.get("moves", {}).get(move.name):
        yield f"moves.{move.name}"
    if move.act == "say" and set(script.media) & set(move.media) & set(VOICES["aloud"]) and not aloud:
        yield f"spoken_moves.{move.name}"


def places(text: str) -> frozenset[str]:
    """Where names and numbers are put into a text, and its marks: `{sender}`, `%(count)d`, `<em>`."""
    return frozenset(PLACES.findall(text))


def texts(told: Any, at: str = "") -> dict[str, str]:
    """Every text of a language's file, by where it stands; a list of sentences to begin with is one text."""
    if isinstance(told, str):
        return {at: told}
    if isinstance(told, list):
        if all(isinstance(one, str) for one in told):
            return {at: "\n".join(told)}
        told = {one["key"]: one for one in told}
    named = ((f"{at}.{key}".removeprefix("."), one) for key, one in told.items() if key not in ABOUT)
    return {key: text for place, one in named for key, text in texts(one, place).items()}


def unlike(told: Mapping[str, str], first: Mapping[str, str]) -> list[str]:
    """Where a telling has other places for names than the first one: it would say a wrong name, or fail."""
    return [at for at, text in told.items() if at in first and places(text) != places(first[at])]
