"""Scripts and their words: what the content folder holds can be played, keeps its promises and is wholly told."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields, replace
from io import StringIO
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.core.management import call_command

from mandorla.dialogue.core import Move, Script, ScriptError, Step, assemble, broken_promises, screen
from mandorla.dialogue.core.drawing import drawing, redrawn
from mandorla.dialogue.core.script import MEDIA, TOGETHER
from mandorla.dialogue.core.wording import lacking, laid_over
from tests.dialogue.playing import ANA, DIALOGUES, SCRIPTS, Table, script, told

DOCUMENT = DIALOGUES.parents[2] / "docs" / "developers" / "scripts.md"
WORDS_MAX = 30
FOR_GUIDE_MAX = 40
GUIDANCE = ("turn", "wait", "done", "again", "spoken", "signalled")
BESIDE = ("for_guide", "set_down")
KEYS = {*GUIDANCE, "for_guide", "title", "field", "stems", "moves", "spoken_moves", "prompts"}
for_every_script = pytest.mark.parametrize("name", SCRIPTS)
for_every_folder = pytest.mark.parametrize("folder", sorted(folder.name for folder in DIALOGUES.iterdir()))


# Scripts


@for_every_script
def test_every_script_keeps_its_promises(name: str) -> None:
    assert script(name).promises
    assert broken_promises(script(name)) == []


PROMISES = [(name, promise) for name in SCRIPTS for promise in script(name).promises]
for_every_promise = pytest.mark.parametrize(
    ("name", "promise"), PROMISES, ids=[f"{name}: {promise.says}" for name, promise in PROMISES]
)


@for_every_promise
def test_a_way_round_a_promise_is_noticed(name: str, promise: Any) -> None:
    slipping = _with_move(script(name), "asked", Move("slip", "choose", next=promise.step))

    assert promise in broken_promises(slipping)


@for_every_promise
def test_what_was_kept_in_one_turn_does_not_count_in_the_next(name: str, promise: Any) -> None:
    late = [step.name for step in script(name).steps.values() if step.role not in TOGETHER][-1]

    slipping = _with_move(script(name), late, Move("slip", "choose", next=promise.step, swaps=True))

    assert promise in broken_promises(slipping)


def test_a_dropped_guard_is_caught() -> None:
    raw = deepcopy(told())
    raw["telling/1"]["steps"]["more"]["moves"]["no_more"]["done"] = "validate"
    raw["telling/1"]["steps"]["more"]["moves"]["sum_up"] = {"act": "choose", "next": "summary"}

    says = [promise.says for promise in broken_promises(assemble(raw["couples/1"], raw))]

    assert says == [
        "No summary before the sender said there is no more.",
        "No validation before the sender accepted the summary.",
        "No empathy before the sender accepted the summary.",
    ]


def _with_move(script: Script, step: str, move: Move) -> Script:
    """The same script with one move more, such as no reading of scripts would let pass."""
    before = script.steps[step]
    return replace(script, steps={**script.steps, step: replace(before, moves={**before.moves, move.name: move})})


def _in_one_piece(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A script with the steps and promises of its parts written into it."""
    sources = [raw[part] for part in raw[name]["includes"]] + [raw[name]]
    steps = {step: told for source in sources for step, told in source.get("steps", {}).items()}
    promises = [promise for source in sources for promise in source.get("promises", ())]
    return deepcopy(dict(raw[name]) | {"includes": [], "steps": steps, "promises": promises})


def _edit(raw: dict[str, Any], path: str, value: Any) -> None:
    """Puts `value` at a dotted path, or takes away what is there where it is None."""
    *way, last = path.split(".")
    for name in way:
        raw = raw[name]
    if value is None:
        del raw[last]
    else:
        raw[last] = value


TEA = {"role": "both", "place": "close", "moves": {"say": {"act": "say", "over": "closed"}}}
PARTING = {**TEA, "moves": {"say": {"act": "say", "next": "send"}, "skip": {"act": "choose", "next": "gift"}}}
ACTS_TOLD = "say, list, mark, pick, choose, ready, appoint, signal, name, take, queue, draw"
ROLES_TOLD = "sender, receiver, both, others, everyone, observer, guide"
PLACES_TOLD = "appointment, arrival, sending, mirroring, validation, empathy, thanks, close"
TWO_WAYS_OUT = "standing in for somebody else has more than one way out"
NOT_SPOKEN = "appointed, breathe, gift, gift_back, gift_back_mirror, gift_mirror, intention, mirror, send"


def _tea_first(step: str, after: str) -> list[dict[str, Any]]:
    return [{"says": "Tea first.", "step": step, "after": [after]}]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("steps.mirror.moves.say.next", "away", "step mirror: say leads to away, which is not there"),
        ("steps.mirror.moves.say.next", None, "step mirror: say leads nowhere"),
        (
            "steps.mirror.moves.say.act",
            "sing",
            f"step mirror: 'sing' is none of {ACTS_TOLD}",
        ),
        ("steps.mirror.moves.say.act", None, "step mirror: it needs 'act'"),
        ("steps.mirror.moves.say.role", "child", f"step mirror: 'child' is none of {ROLES_TOLD}"),
        ("steps.mirror.moves.say.media", ["sung"], f"step mirror: 'sung' is none of {', '.join(MEDIA)}"),
        ("steps.mirror.moves.say.then", "check", "step mirror: a move knows no 'then'"),
        ("steps.mirror.role", "child", f"step mirror: 'child' is none of {ROLES_TOLD}"),
        ("steps.mirror.show", {}, "step mirror: a step knows no 'show'"),
        ("steps.mirror.place", None, "step mirror: it needs 'place'"),
        ("steps.mirror.place", "kitchen", f"step mirror: 'kitchen' is none of {PLACES_TOLD}"),
        ("steps.check.moves.yes.advances", True, "step check: yes advances, but there is no way on"),
        ("steps.tea", TEA, "never reached: tea"),
        ("steps.mirror.moves.say.media", ["typed"], f"no way to the end (spoken) from: {NOT_SPOKEN}"),
        ("steps.resend.moves.say.next", "resend", "no way to the end (written) from: resend"),
        ("steps.intention", PARTING, "step intention: each makes a move, so all moves must lead to one place"),
        ("guard", "R", "'R' is none of , T, T+"),
        ("guard", "T+", "a guide is there throughout, and cannot be in letters"),
        ("steps.last_gift.lent", True, f"{TWO_WAYS_OUT}: last_gift.say, last_gift.skip"),
        ("start", "tea", "the start tea is not there"),
        ("start", None, "it needs 'start'"),
        ("promise", [], "a script knows no 'promise'"),
        ("includes", ["tea/1"], "it includes tea/1, which is not there"),
        ("promises", _tea_first("tea", "send.say"), "a promise speaks of tea, which is not there"),
        ("promises", _tea_first("send", "tea.say"), "a promise speaks of tea.say, which is not there"),
        ("promises", _tea_first("send", "mirror.tea"), "a promise speaks of mirror.tea, which is not there"),
    ],
)
def test_a_script_that_cannot_be_played_is_refused_with_words(path: str, value: Any, words: str) -> None:
    raw = deepcopy(told())
    whole = _in_one_piece(raw, "couples/1")
    _edit(whole, path, value)

    with pytest.raises(ScriptError) as refused:
        assemble(whole, raw)

    assert str(refused.value) == words


def test_walking_prompts_down_needs_a_way_on() -> None:
    raw = deepcopy(told())
    _edit(raw["appreciation/1"], "steps.check.moves.yes.done", None)

    with pytest.raises(ScriptError, match=r"^step check: yes advances, but there is no way on$"):
        assemble(raw["appreciation/1"], raw)


CHECK_IN = """
name = "evening"
version = 1
minutes = [10]
gentle = true
includes = ["appointment/1", "arrival/1", "switching/1", "closing/1"]
links = { after_breathing = "intention" }
start = "asked"
prompts = ["body", "outside", "need"]
optional_prompts = ["outside"]

[steps.send]
role = "sender"
place = "sending"
moves.say = { act = "say", kind = "send", next = "mirror" }
moves.leave_out = { act = "choose", optional_prompts = true, advances = true, next = "send", done = "switch" }

[steps.mirror]
role = "receiver"
place = "mirroring"
shows.both = ["send"]
moves.say = { act = "say", kind = "mirror", next = "check" }

[steps.check]
role = "sender"
place = "mirroring"
shows.both = ["mirror"]
moves.yes = { act = "choose", confirms = "mirror", advances = true, next = "send", done = "switch", last = "gem" }
moves.no = { act = "choose", next = "mirror" }

[[promises]]
says = "Nobody closes before both were mirrored."
step = "gem"
after = ["check.yes"]
"""


@pytest.mark.parametrize("medium", ["written", "spoken"])
def test_a_third_script_plays_without_code(medium: str) -> None:
    check_in = assemble(tomllib.loads(CHECK_IN), told())
    first = "ana:say ben:say ana:no ben:say ana:yes ana:leave_out ana:say ben:say ana:yes "
    second = "ben:say ana:say ben:yes " * 3

    held = Table(check_in, medium).play("ben:now ana:ready ben:ready ana:say ben:skip " + first)
    assert held.state.step == "switch"
    held.play("ben:now ana:now ")
    assert screen(check_in, held.state, ANA).prompt == "body"
    held.play(second)
    assert (held.state.step, held.state.round) == ("gem", 1)
    held.play("ana:say ben:say ben:say ana:say")

    assert held.state.over == "closed"
    assert held.replayed() == held.state


def test_a_script_without_words_is_not_wholly_told() -> None:
    check_in = assemble(tomllib.loads(CHECK_IN), told())
    layers = [_english(part.split("/")[0]) for part in check_in.parts]

    missing = lacking(check_in, **laid_over(layers))

    assert [one for one in missing if not one.startswith("send.prompts")] == [
        "form.name",
        "form.what",
        "form.when",
        "form.topic",
        "kinds.mirror",
        "kinds.send",
        *("send." + name for name in ("title", "turn", "wait", "field", "stems", "spoken")),
        *("send." + name for name in ("moves.say", "spoken_moves.say", "moves.leave_out")),
        *("mirror." + name for name in ("title", "turn", "wait", "field", "stems", "spoken")),
        *("mirror." + name for name in ("moves.say", "spoken_moves.say")),
        *("check." + name for name in ("title", "turn", "wait", "moves.yes", "moves.no")),
    ]
    assert [one for one in missing if one.startswith("send.prompts.need")] == [
        f"send.prompts.need.{name}" for name in ("title", "turn", "field", "stems", "spoken")
    ]


# Words


@for_every_script
def test_every_script_is_wholly_told_in_english(name: str) -> None:
    layers = [_english(part.split("/")[0]) for part in (*script(name).parts, name)]

    assert lacking(script(name), **laid_over(layers)) == []


@pytest.mark.parametrize("gone", ["wait", "stems", "signalled", "spoken", "moves.let_me", "spoken_moves.say"])
def test_a_word_that_is_missing_is_noticed(gone: str) -> None:
    words = deepcopy(laid_over([_english(part.split("/")[0]) for part in (*script("couples/1").parts, "couples")]))
    _edit(words["steps"]["send"], gone, None)

    assert lacking(script("couples/1"), **words) == [f"send.{gone}"]


@for_every_folder
def test_words_name_their_language_reviewer_and_source(folder: str) -> None:
    words = _english(folder)

    assert (words["language"], words["reviewer"], words["source"]) == (
        "en",
        "awaiting review by an Imago practitioner",
        "own words",
    )


@for_every_folder
def test_no_words_are_left_over(folder: str) -> None:
    steps = told()[f"{folder}/1"].get("steps", {})
    prompts = set(told()[f"{folder}/1"].get("prompts", ()))

    for name, words in _english(folder).get("steps", {}).items():
        assert set(words) <= KEYS
        assert set(words["moves"]) == set(steps[name]["moves"])
        assert {steps[name]["moves"][move]["act"] for move in words.get("spoken_moves", {})} <= {"say"}
        assert set(words.get("prompts", {})) <= prompts
        together, both = steps[name]["role"] in TOGETHER, steps[name]["role"] in ("both", "everyone")
        takes = any(move["act"] == "take" for move in steps[name]["moves"].values())
        assert ("done" in words, "wait" in words) == (together and not takes, not both)


@for_every_folder
def test_every_kind_with_a_label_is_said_somewhere(folder: str) -> None:
    said = {move.kind for name in SCRIPTS for step in script(name).steps.values() for move in step.moves.values()}

    assert set(_english(folder).get("kinds", {})) <= said


def test_a_step_says_again_only_where_tries_are_counted() -> None:
    told_again = {
        name
        for folder in DIALOGUES.iterdir()
        for name, words in _english(folder.name).get("steps", {}).items()
        if "again" in words
    }
    counted = {
        step.name if step.name.endswith("resend") else move.next
        for name in SCRIPTS
        for step in script(name).steps.values()
        for move in step.moves.values()
        if move.again
    }

    assert told_again == counted


GUIDED = [
    (folder.name, name, key, text)
    for folder in sorted(DIALOGUES.iterdir())
    for name, words in tomllib.loads((folder / "en.toml").read_text("utf-8")).get("steps", {}).items()
    for layer in (words, *words.get("prompts", {}).values())
    for key, text in layer.items()
    if key in GUIDANCE
]
for_all_guidance = pytest.mark.parametrize(
    ("folder", "step", "key", "text"), GUIDED, ids=[f"{one[1]}.{one[2]}-{number}" for number, one in enumerate(GUIDED)]
)


@for_every_folder
def test_what_a_guide_is_told_is_short(folder: str) -> None:
    told_guides = [text for key, text in _texts(_english(folder)) if key == "for_guide"]

    assert [text for text in told_guides if len(text.split()) > FOR_GUIDE_MAX] == []


@for_all_guidance
def test_guidance_is_short(folder: str, step: str, key: str, text: str) -> None:
    assert len(text.split()) <= WORDS_MAX


@for_all_guidance
def test_guidance_names_the_other_and_never_its_reader(folder: str, step: str, key: str, text: str) -> None:
    role = told()[f"{folder}/1"]["steps"][step]["role"]
    read_by_it = {
        "sender": {"receiver"},
        "receiver": {"sender"},
        "others": {"sender"},
        "observer": {"sender", "receiver"},
    }
    named = {role} & {"sender", "receiver"} if key == "wait" else read_by_it.get(role, set())

    assert _placeholders(text) <= named | ({"waiting"} if _is_for_many(folder) else {"partner"})


@for_every_folder
def test_there_are_no_other_placeholders(folder: str) -> None:
    words = _english(folder)
    guiding = {*GUIDANCE, *BESIDE, *words.get("places", ())}
    rest = [text for key, text in _texts(words) if key not in guiding and not key.startswith("kinds.")]
    beside = {key: {name for at, text in _texts(words) if at == key for name in _placeholders(text)} for key in BESIDE}

    assert all(_placeholders(text) <= {"sender", "receiver"} for text in words.get("places", {}).values())
    assert beside["for_guide"] <= {"sender", "receiver"}
    assert beside["set_down"] <= {"sender", "receiver", "today"}
    assert [text for text in rest if "{" in text or "}" in text] == []
    assert all(_placeholders(text) == {"author"} for text in words.get("kinds", {}).values())


@for_every_folder
def test_stems_are_beginnings(folder: str) -> None:
    stems = [text for key, text in _texts(_english(folder)) if key == "stems"]

    assert [stem for stem in stems if not stem.endswith(" …")] == []
    assert [stem for stem in stems if not stem[0].isupper()] == []


@for_every_folder
def test_nobody_is_taken_for_a_man_or_a_woman(folder: str) -> None:
    gendered = re.compile(r"\b(he|she|him|his|hers?|himself|herself|wife|husband)\b", re.IGNORECASE)

    assert [text for _, text in _texts(_english(folder)) if gendered.search(text)] == []


@for_every_folder
def test_words_are_quiet_and_set_with_care(folder: str) -> None:
    loud = re.compile(r"[!'\"]|\.\.\.|\b(must|should|wrong|fail|failed|failure|always|never)\b", re.IGNORECASE)

    assert [text for _, text in _texts(_english(folder)) if loud.search(text)] == []


def test_validation_says_that_it_is_not_agreement() -> None:
    validate = _english("heard")["steps"]["validate"]

    assert [key for key in ("turn", "spoken", "wait") if "not agreement" not in validate[key]] == []


def test_a_hug_is_offered_only_if_both_would_like_one() -> None:
    texts = [text for folder in DIALOGUES.iterdir() for _, text in _texts(_english(folder.name))]

    hugs = [text for text in texts if re.search(r"\bhug\b", text)]

    assert hugs
    assert [text for text in hugs if "if you would both like one" not in text] == []


# Pictures


def test_the_document_shows_the_scripts_as_they_are() -> None:
    document = DOCUMENT.read_text("utf-8")

    assert redrawn(document, [script(name) for name in SCRIPTS]) == document, (
        "mandorla scripts --write docs/developers/scripts.md draws it anew"
    )
    assert re.findall(r"<!-- script: (\S+) -->", document) == sorted(SCRIPTS, reverse=True)


def test_the_document_explains_every_key_of_a_script() -> None:
    document = DOCUMENT.read_text("utf-8")
    keys = {one.name for kind in (Script, Step, Move) for one in fields(kind)} - {"parts", "course"}

    assert [key for key in sorted(keys) if f"`{key}`" not in document] == []


def test_the_documents_example_is_the_one_that_was_played() -> None:
    assert f"```toml\n{CHECK_IN.removeprefix(chr(10))}```" in DOCUMENT.read_text("utf-8")


def test_a_script_is_drawn_as_one_comes_upon_its_steps() -> None:
    small = assemble(
        {
            "name": "small",
            "version": 1,
            "minutes": [5],
            "start": "say",
            "prompts": ["one", "two"],
            "steps": {
                "say": {
                    "role": "sender",
                    "place": "sending",
                    "moves": {
                        "done": {"act": "say", "advances": True, "next": "say", "done": "thanks"},
                        "hush": {"act": "signal", "role": "receiver", "media": ["written"]},
                    },
                },
                "thanks": {
                    "role": "both",
                    "place": "thanks",
                    "moves": {"thank": {"act": "ready", "swaps": True, "next": "say", "last": "end"}},
                },
                "end": {"role": "receiver", "place": "close", "moves": {"close": {"act": "choose", "over": "closed"}}},
            },
        },
        {},
    )

    assert drawing(small).splitlines() == [
        "stateDiagram-v2",
        "  [*] --> say",
        "  say --> say : done (next prompt), hush (receiver, written)",
        "  say --> thanks : done (after the last prompt)",
        "  thanks --> say : thank (roles change)",
        "  thanks --> end : thank (after the last turn, roles change)",
        "  end --> [*] : close (closed)",
        "  classDef sender fill:#f3d9b1,color:#222",
        "  class say sender",
        "  classDef receiver fill:#c3e3e1,color:#222",
        "  class end receiver",
        "  classDef both fill:#efcbdc,color:#222",
        "  class thanks both",
    ]


def test_the_command_draws_every_script_and_finds_no_flaw(tmp_path: Path) -> None:
    printed, document = StringIO(), tmp_path / "scripts.md"
    document.write_text("Before\n<!-- script: couples/1 -->\nold\n<!-- end of script -->\nAfter\n")

    call_command("scripts", stdout=printed)
    call_command("scripts", write=document)

    assert [line for line in printed.getvalue().splitlines() if line.startswith("%%")] == [
        f"%% {one}" for one in SCRIPTS
    ]
    assert document.read_text("utf-8") == (
        f"Before\n<!-- script: couples/1 -->\n\n```mermaid\n{drawing(script('couples/1'))}\n```\n\n"
        "<!-- end of script -->\nAfter\n"
    )


# Reading


def _is_for_many(folder: str) -> bool:
    """Whether a script may be held by more than two, or the scripts that include this part."""
    held = {script(name).people[1] > 2 for name in SCRIPTS if f"{folder}/1" in (name, *script(name).parts)}
    return held == {True}


def _english(folder: str) -> dict[str, Any]:
    return tomllib.loads((DIALOGUES / folder / "en.toml").read_text("utf-8"))


def _texts(words: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text with its key; those of kinds as *kinds.…*, stems one by one."""
    match words:
        case str():
            yield key, words
        case list():
            for one in words:
                yield from _texts(one, key)
        case dict():
            for name, one in words.items():
                yield from _texts(one, f"kinds.{name}" if key == "kinds" else name)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
