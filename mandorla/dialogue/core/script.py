"""A dialogue's form as data: steps, who moves in each, and what follows.

A script is put together from parts (`includes`) that several scripts share; its own steps come last and win.
Nothing here knows any script by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

Act = Literal["say", "list", "mark", "pick", "choose", "ready", "appoint", "signal"]
Role = Literal["sender", "receiver", "both"]
Place = Literal["appointment", "arrival", "sending", "mirroring", "validation", "empathy", "thanks", "close"]
Medium = Literal["written", "letters", "spoken", "shared"]

ACTS: tuple[str, ...] = get_args(Act)
ROLES: tuple[str, ...] = get_args(Role)
PLACES: tuple[str, ...] = get_args(Place)
MEDIA: tuple[str, ...] = get_args(Medium)
GUARDS = ("", "T", "T+")
VOICES: Mapping[str, tuple[str, ...]] = {"typed": ("written", "letters"), "aloud": ("spoken", "shared")}
"""Media by how words are said in them. A script may name a voice in place of its media."""


class ScriptError(ValueError):
    """A script that cannot be played; the message says which step and why."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing someone may do in a step, and what follows.

    `kind` names what was said, so that later steps can show it. `least` and `most` bound the lines of a list, or how
    many are marked; those are lines of the kind `of`, with `theirs` only what others wrote. `last` replaces `next` once
    everyone has been sender. `advances` goes to the next prompt while there is one, else to `done` or `last`. `again`
    counts as one more try.
    """

    name: str
    act: Act
    next: str = ""
    role: Role | None = None
    kind: str = ""
    over: str = ""
    last: str = ""
    done: str = ""
    advances: bool = False
    swaps: bool = False
    again: bool = False
    chunk: bool = False
    confirms: str = ""
    of: str = ""
    theirs: bool = False
    least: int = 1
    most: int = 12
    optional_prompts: bool = False
    media: tuple[str, ...] = MEDIA

    def targets(self) -> tuple[str, ...]:
        """Every step this move can lead to."""
        return tuple(name for name in (self.next, self.last, self.done) if name)


@dataclass(frozen=True, slots=True)
class Step:
    """A place in a dialogue. In a step of role *both*, everyone makes one move, in any order, before it goes on.

    Where its `media` leave one out, that medium passes over it by its first move. In a step that is `lent` someone
    stands in for somebody else: whoever ends or pauses there is first told who they are.
    """

    name: str
    role: Role
    place: Place
    moves: Mapping[str, Move]
    shows: Mapping[str, tuple[str, ...]]  # role -> kinds of words on the screen
    shows_chunks: bool = False
    seconds: int = 0
    lapses_hours: int = 0
    lent: bool = False
    media: tuple[str, ...] = MEDIA

    def passed(self) -> str:
        """Where a medium that leaves this step out goes on."""
        return next(iter(self.moves.values())).next


@dataclass(frozen=True, slots=True)
class Promise:
    """`step` is never entered in someone's turn as sender before one of the moves in `after` was made in it."""

    step: str
    after: tuple[tuple[str, str], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Script:
    """A whole form. `rounds` is how many people get to be sender; `prompts` are the stems walked down one by one.
    `purpose` says among which others it is offered. `guard` says when it needs a guide: *T* to begin, *T+* throughout.

    `leaves` says what is there afterwards for other pages: under each name, the kind of words it is.
    """

    name: str
    version: int
    start: str
    steps: Mapping[str, Step]
    promises: tuple[Promise, ...]
    rounds: int
    minutes: tuple[int, ...]
    media: tuple[str, ...]
    gentle: bool
    parts: tuple[str, ...]
    purpose: str = ""
    guard: str = ""
    prompts: tuple[str, ...] = ()
    optional_prompts: frozenset[str] = frozenset()
    leaves: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name and version, as stored with a dialogue."""
        return f"{self.name}/{self.version}"

    def prompt_at(self, number: int) -> str:
        """The prompt of this number, counted from 0; nothing once all have been walked down."""
        return self.prompts[number] if number < len(self.prompts) else ""


MOVE_KEYS = frozenset(one.name for one in fields(Move)) - {"name"}
STEP_KEYS = frozenset(one.name for one in fields(Step)) - {"name"}
SCRIPT_KEYS = frozenset(one.name for one in fields(Script)) - {"parts"} | {"includes", "links"}


def assemble(raw: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]]) -> Script:
    """The script told by `raw` and the parts it includes. Raises ScriptError for what could not be played."""
    _known(raw, SCRIPT_KEYS, "a script")
    links: Mapping[str, str] = raw.get("links", {})
    included = [(part, _part(part, parts)) for part in raw.get("includes", ())]
    steps: dict[str, Step] = {}
    promises: list[Promise] = []
    for _, source in (*included, ("", raw)):
        steps |= {name: _step(name, told, links) for name, told in source.get("steps", {}).items()}
        promises += [_promise(told) for told in source.get("promises", ())]
    # A part may promise something of a step that only some scripts have.
    own = {told["step"] for told in raw.get("promises", ()) if "step" in told}
    promises = [promise for promise in promises if promise.step in steps or promise.step in own]
    if not raw.get("prompts"):
        steps = {name: _without_prompts(step) for name, step in steps.items()}
    script = Script(
        name=_needed(raw, "name"),
        version=_needed(raw, "version"),
        start=_needed(raw, "start"),
        steps=steps,
        promises=tuple(promises),
        rounds=raw.get("rounds", 2),
        minutes=tuple(_needed(raw, "minutes")),
        media=_media(raw.get("media", MEDIA)),
        gentle=raw.get("gentle", False),
        purpose=raw.get("purpose", ""),
        guard=_one_of(raw.get("guard", ""), GUARDS),
        parts=tuple(part for part, _ in included),
        prompts=tuple(raw.get("prompts", ())),
        optional_prompts=frozenset(raw.get("optional_prompts", ())),
        leaves=dict(raw.get("leaves", {})),
    )
    _check(script)
    return script


def steps_in(script: Script, medium: str) -> set[str]:
    """The steps one can come to in a medium."""
    return {name for name in _reach(script, {script.start}, medium=medium) if medium in script.steps[name].media}


def broken_promises(script: Script) -> list[Promise]:
    """Promises some path breaks: a step that can be reached, in one turn, around every move it must come after."""
    return [promise for promise in script.promises if promise.step in _reach_without(script, promise.after)]


def _part(name: str, parts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if name not in parts:
        raise ScriptError(f"it includes {name}, which is not there")
    return parts[name]


def _step(name: str, told: Mapping[str, Any], links: Mapping[str, str]) -> Step:
    try:
        _known(told, STEP_KEYS, "a step")
        return Step(
            name=name,
            role=_one_of(_needed(told, "role"), ROLES),  # type: ignore[arg-type]  # checked by _one_of
            place=_one_of(_needed(told, "place"), PLACES),  # type: ignore[arg-type]  # checked by _one_of
            moves={key: _move(key, move, links) for key, move in _needed(told, "moves").items()},
            shows={role: tuple(kinds) for role, kinds in told.get("shows", {}).items()},
            shows_chunks=told.get("shows_chunks", False),
            seconds=told.get("seconds", 0),
            lapses_hours=told.get("lapses_hours", 0),
            lent=told.get("lent", False),
            media=_media(told.get("media", MEDIA)),
        )
    except (AttributeError, TypeError, ScriptError) as problem:
        raise ScriptError(f"step {name}: {problem}") from problem


def _move(name: str, told: Mapping[str, Any], links: Mapping[str, str]) -> Move:
    _known(told, MOVE_KEYS, "a move")
    facts = dict(told)
    _one_of(_needed(facts, "act"), ACTS)
    if "role" in facts:
        _one_of(facts["role"], ROLES)
    for key in ("next", "last", "done"):
        if key in facts:
            facts[key] = links.get(facts[key], facts[key])
    if "media" in facts:
        facts["media"] = _media(facts["media"])
    return Move(name=name, **facts)


def _without_prompts(step: Step) -> Step:
    """The same step where a script has no stems to walk down: what would go to the next one goes on at once."""
    moves = {
        name: replace(move, advances=False, next=move.done, done="") if move.advances and move.done else move
        for name, move in step.moves.items()
        if not move.optional_prompts
    }
    return replace(step, moves=moves)


def _promise(told: Mapping[str, Any]) -> Promise:
    after = tuple((step, move) for step, _, move in (item.partition(".") for item in _needed(told, "after")))
    return Promise(step=_needed(told, "step"), after=after, says=_needed(told, "says"))


def _known(told: Mapping[str, Any], keys: frozenset[str], what: str) -> None:
    strange = sorted(set(told) - keys)
    if strange:
        raise ScriptError(f"{what} knows no {', '.join(map(repr, strange))}")


def _needed(told: Mapping[str, Any], key: str) -> Any:
    if key not in told:
        raise ScriptError(f"it needs {key!r}")
    return told[key]


def _media(told: Iterable[str]) -> tuple[str, ...]:
    """The media named, by themselves or by their voice."""
    every = ([*VOICES[name]] if name in VOICES else [_one_of(name, MEDIA)] for name in told)
    return tuple(medium for media in every for medium in media)


def _one_of(value: str, allowed: Iterable[str]) -> str:
    if value not in allowed:
        raise ScriptError(f"{value!r} is none of {', '.join(allowed)}")
    return value


def _check(script: Script) -> None:
    for step in script.steps.values():
        for move in step.moves.values():
            _check_move(script, step, move)
        if step.role == "both":
            _check_together(step)
        if set(script.media) - set(step.media) and not step.passed():
            raise ScriptError(f"step {step.name}: its first move leads nowhere, so no medium can pass over it")
    _check_kinds(script)
    _check_guard(script)
    if script.start not in script.steps:
        raise ScriptError(f"the start {script.start} is not there")
    lonely = set(script.steps) - _reach(script, {script.start})
    if lonely:
        raise ScriptError(f"never reached: {', '.join(sorted(lonely))}")
    for medium in script.media:
        reached = _reach(script, {script.start}, medium=medium)
        stuck = [name for name in reached if not _can_finish(script, name, medium)]
        if stuck:
            raise ScriptError(f"no way to the end ({medium}) from: {', '.join(sorted(stuck))}")
    for promise in script.promises:
        _check_promise(script, promise)


def _check_move(script: Script, step: Step, move: Move) -> None:
    for target in move.targets():
        if target not in script.steps:
            raise ScriptError(f"step {step.name}: {move.name} leads to {target}, which is not there")
    if not move.targets() and not move.over and move.act != "signal":
        raise ScriptError(f"step {step.name}: {move.name} leads nowhere")
    if move.advances and not move.done:
        raise ScriptError(f"step {step.name}: {move.name} advances, but there is no way on")
    if move.act == "mark" and not move.of:
        raise ScriptError(f"step {step.name}: {move.name} marks, but not said of what")


def _check_guard(script: Script) -> None:
    """A guide cannot be there throughout letters; and nobody is left standing in for somebody else."""
    if script.guard == "T+" and "letters" in script.media:
        raise ScriptError("a guide is there throughout, and cannot be in letters")
    for step in script.steps.values():
        ends = [move.name for move in step.moves.values() if move.over]
        if step.lent and ends:
            raise ScriptError(f"step {step.name}: {', '.join(ends)} ends it while someone stands in for somebody else")


def _check_kinds(script: Script) -> None:
    """Whatever is marked, confirmed or left behind is said somewhere."""
    moves = [move for step in script.steps.values() for move in step.moves.values()]
    said = {move.kind for move in moves if move.kind}
    lines = {move.kind for move in moves if move.act in ("list", "mark")}
    for move in moves:
        if move.of and move.of not in lines:
            raise ScriptError(f"{move.name} marks lines of {move.of}, which nobody lists")
    strange = sorted(set(script.leaves.values()) - said)
    if strange:
        raise ScriptError(f"it leaves {', '.join(strange)}, which nobody says")


def _check_together(step: Step) -> None:
    """Whoever comes second opens the next step, so what each of two may choose must lead to the same one."""
    counted = [move for move in step.moves.values() if (move.role or "both") == "both" and move.act != "appoint"]
    if len({(move.next, move.last, move.over) for move in counted}) != 1:
        raise ScriptError(f"step {step.name}: both make a move, so all moves must lead to one place")


def _check_promise(script: Script, promise: Promise) -> None:
    if promise.step not in script.steps:
        raise ScriptError(f"a promise speaks of {promise.step}, which is not there")
    for step, move in promise.after:
        if step not in script.steps or move not in script.steps[step].moves:
            raise ScriptError(f"a promise speaks of {step}.{move}, which is not there")


def _reach(
    script: Script, begin: set[str], *, medium: str = "", without: frozenset[tuple[str, str]] = frozenset()
) -> set[str]:
    seen, todo = set(begin), list(begin)
    while todo:
        step = script.steps[todo.pop()]
        new = _onward(script, step, medium, without) - seen
        seen |= new
        todo += new
    return seen


def _onward(script: Script, step: Step, medium: str, without: frozenset[tuple[str, str]]) -> set[str]:
    """The steps that may come next, in one medium or in any of the script's."""
    media = {medium} if medium else set(script.media)
    found = {step.passed()} if media - set(step.media) else set()
    for move in step.moves.values():
        if (step.name, move.name) not in without and media & set(step.media) & set(move.media):
            found.update(move.targets())
    return found


def _can_finish(script: Script, name: str, medium: str) -> bool:
    reached = _reach(script, {name}, medium=medium)
    here = (script.steps[step] for step in reached if medium in script.steps[step].media)
    return any(move.over and medium in move.media for step in here for move in step.moves.values())


def _reach_without(script: Script, moves: Iterable[tuple[str, str]]) -> set[str]:
    """Steps entered around `moves` from the start, and from wherever a swap begins someone else's turn."""
    swaps = [move for step in script.steps.values() for move in step.moves.values() if move.swaps]
    begins = {script.start} | {target for move in swaps for target in move.targets()}
    return _reach(script, begins, without=frozenset(moves))
