"""A dialogue's form as data: steps, who moves in each, and what follows.

A script is put together from parts (`includes`) that several scripts share; its own steps come last and win.
Nothing here knows any script by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

Act = Literal["say", "list", "mark", "pick", "choose", "ready", "appoint", "signal", "name", "take", "queue", "draw"]
Role = Literal["sender", "receiver", "both", "others", "everyone", "observer", "guide"]
Place = Literal["appointment", "arrival", "sending", "mirroring", "validation", "empathy", "thanks", "close"]
Medium = Literal["written", "letters", "spoken", "video", "shared"]

ACTS: tuple[str, ...] = get_args(Act)
ROLES: tuple[str, ...] = get_args(Role)
PLACES: tuple[str, ...] = get_args(Place)
MEDIA: tuple[str, ...] = get_args(Medium)
GUARDS = ("", "T", "T+")
VOICES: Mapping[str, tuple[str, ...]] = {"typed": ("written", "letters"), "aloud": ("spoken", "video", "shared")}
"""Media by how words are said in them. A script may name a voice in place of its media."""
IN_CALL: tuple[str, ...] = ("video",)
"""Media in which people see and hear each other through the page."""
KINDS_OF_SPACE = ("relationship", "family", "group")
PEOPLE_MAX = 30
TOGETHER = frozenset({"both", "others", "everyone", "observer"})
"""Roles of several: in a step of theirs each makes one move, in any order, before it goes on."""
AT_ONCE = frozenset({"appoint", "signal", "take", "queue"})
"""Acts that one does for all, also in a step of several."""
ANYWHERE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("go_on", "end", "park", "pace", "queue", "unqueue", "bring", "welcome", "dismiss"), frozenset({"people"})
    ),
    "pause": frozenset({"people", "guide"}),
    "leave": frozenset({"people", "guest"}),
    **dict.fromkeys(("lend", "slow", "back"), frozenset({"guide"})),
}
"""What works in every step without standing in any script, and for whom."""


class ScriptError(ValueError):
    """A script that cannot be played; the message says which step and why."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing someone may do in a step, and what follows.

    `kind` names what was said, so that later steps can show it. `least` and `most` bound the lines of a list, or how
    many are marked; those are lines of the kind `of`, with `theirs` only what others wrote. `last` replaces `next` once
    everyone has been sender. `out` leaves out of the dialogue whoever makes this move (*me*), or whoever has made none
    yet (*rest*). `gathers` keeps what was said on a list for everybody, also when roles change. What `grows`
    begins, when it is said anew, with what the same person last said of its kind. `advances` goes to the next prompt
    while there is one, else to `done` or `last`. `again` counts as one more try.
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
    out: Literal["", "me", "rest"] = ""
    gathers: bool = False
    grows: bool = False
    media: tuple[str, ...] = MEDIA

    def targets(self) -> tuple[str, ...]:
        """Every step this move can lead to."""
        return tuple(name for name in (self.next, self.last, self.done) if name)


@dataclass(frozen=True, slots=True)
class Step:
    """A place in a dialogue. In a step of several, each of them makes one move, in any order, before it goes on.

    Where its `media` leave one out, that medium passes over it by its first move; so does a dialogue in which nobody
    has its role, and one of two people where somebody would be chosen to listen. In a step that is `lent` someone
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

    @property
    def first(self) -> Move:
        """The move by which this step is passed over."""
        return next(iter(self.moves.values()))

    @property
    def floor(self) -> Move | None:
        """The move by which the next speaker takes their turn here, or is called from the line."""
        return next((move for move in self.moves.values() if move.act == "queue"), None)

    @property
    def chooses(self) -> bool:
        """Whether somebody is named here to listen, or offers to."""
        return self.first.act in ("name", "take")

    def counts(self, move: Move) -> bool:
        """Whether a move is one of those that each of several makes."""
        return self.role in TOGETHER and (move.role or self.role) == self.role and move.act not in AT_ONCE


@dataclass(frozen=True, slots=True)
class Promise:
    """`step` is never entered in someone's turn as sender before one of the moves in `after` was made in it."""

    step: str
    after: tuple[tuple[str, str], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Script:
    """A whole form. `rounds` is how many people get to be sender; `prompts` are the stems walked down one by one.
    `purpose` says among which others it is offered. `people` is the least and the most who hold it; in a `circle` a
    step of *both* belongs to all of them, and all get to be sender. `guard` says whether a guide must be there to begin
    (*T*), or from beginning to end (*T+*). `course` are the places its steps stand in, from arrival to close. `usual`
    is the one of its `minutes` that is proposed. `among` begins with the kind of space it is most for. Where it is for
    the `young`, whoever is asked may be a child.

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
    course: tuple[str, ...]
    purpose: str = ""
    prompts: tuple[str, ...] = ()
    optional_prompts: frozenset[str] = frozenset()
    leaves: Mapping[str, str] = field(default_factory=dict)
    people: tuple[int, int] = (2, 2)
    guard: str = ""
    circle: bool = False
    among: tuple[str, ...] = KINDS_OF_SPACE[:1]
    usual: int = 0
    young: bool = False

    @property
    def has_line(self) -> bool:
        """Whether one stands in line to speak."""
        return any(step.floor for step in self.steps.values())

    @property
    def left_at(self) -> frozenset[str]:
        """The stems whose words are left behind, whoever was sender."""
        return frozenset(self.prompts).intersection(self.leaves.values()) if self.leaves else frozenset()

    @property
    def writes(self) -> bool:
        """Whether something is left that is written in every medium: lines, marks or a choice."""
        moves = (move for step in self.steps.values() for move in step.moves.values())
        return any(move.kind in self.leaves.values() and move.act != "say" for move in moves)

    @property
    def draws(self) -> bool:
        """Whether something can be drawn in one of its steps."""
        return any(move.act == "draw" for step in self.steps.values() for move in step.moves.values())

    @property
    def id(self) -> str:
        """Name and version, as stored with a dialogue."""
        return f"{self.name}/{self.version}"

    def prompt_at(self, number: int) -> str:
        """The prompt of this number, counted from 0; nothing once all have been walked down."""
        return self.prompts[number] if number < len(self.prompts) else ""


MOVE_KEYS = frozenset(one.name for one in fields(Move)) - {"name"}
STEP_KEYS = frozenset(one.name for one in fields(Step)) - {"name"}
SCRIPT_KEYS = frozenset(one.name for one in fields(Script)) - {"parts", "course"} | {"includes", "links"}


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
    people, guard, circle = tuple(raw.get("people", (2, 2))), raw.get("guard", ""), raw.get("circle", False)
    script = Script(
        name=_needed(raw, "name"),
        version=_needed(raw, "version"),
        start=_needed(raw, "start"),
        steps=steps,
        promises=tuple(promises),
        rounds=raw.get("rounds", 0 if circle else 2),
        minutes=tuple(_needed(raw, "minutes")),
        media=_media(raw.get("media", MEDIA)),
        gentle=raw.get("gentle", False),
        purpose=raw.get("purpose", ""),
        parts=tuple(part for part, _ in included),
        course=tuple(place for place in PLACES[1:] if any(step.place == place for step in steps.values())),
        prompts=tuple(raw.get("prompts", ())),
        optional_prompts=frozenset(raw.get("optional_prompts", ())),
        leaves=dict(raw.get("leaves", {})),
        people=people,
        guard=_one_of(guard, GUARDS),
        circle=circle,
        among=tuple(_one_of(kind, KINDS_OF_SPACE) for kind in raw.get("among", KINDS_OF_SPACE[:1])),
        usual=raw.get("usual", raw["minutes"][0]),
        young=raw.get("young", False),
    )
    _check(script)
    return script


def _unfit(medium: str, people: tuple[Any, ...], guard: str) -> str:
    """Why a dialogue of so many, or so guarded, is not held in this way; nothing if it can be."""
    if medium == "shared" and people[-1] > 2:
        return "more than two do not fit around one device"
    return "a guide is there throughout, and cannot be in letters" if medium == "letters" and guard == "T+" else ""


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
        if step.role in TOGETHER:
            _check_together(step)
        _check_draws(step)
        if _may_be_empty(script, step) or set(script.media) - set(step.media):
            _check_passing(script, step)
    _check_kinds(script)
    _check_guard(script)
    if script.start not in script.steps:
        raise ScriptError(f"the start {script.start} is not there")
    lonely = set(script.steps) - _reach(script, {script.start})
    if lonely:
        raise ScriptError(f"never reached: {', '.join(sorted(lonely))}")
    for medium in script.media:
        reached = _reach(script, {script.start}, medium=medium)
        stuck = [
            name for name in reached if not all(_can_finish(script, name, medium, few=few) for few in (True, False))
        ]
        if stuck:
            raise ScriptError(f"no way to the end ({medium}) from: {', '.join(sorted(stuck))}")
    _check_company(script)
    if script.usual not in script.minutes:
        raise ScriptError(f"{script.usual} minutes are usual, and none of its lengths")
    for promise in script.promises:
        _check_promise(script, promise)


def _check_company(script: Script) -> None:
    """Whatever happens, somebody is there for every step, in every number of people."""
    least, most = script.people
    if not 2 <= least <= most <= PEOPLE_MAX:
        raise ScriptError(f"it is held by 2 to {PEOPLE_MAX} people, the least of them first")
    for medium in script.media:
        if why := _unfit(medium, script.people, script.guard):
            raise ScriptError(why)
    steps = script.steps.values()
    unnamed = sorted(step.name for step in steps if step.role == "receiver" and step.name in _before_naming(script))
    if most > 2 and unnamed:
        raise ScriptError(f"more than two hold it, and nobody was named to listen before: {', '.join(unnamed)}")
    for step in steps:
        if step.role == "guide" and script.guard != "T+":
            raise ScriptError(f"step {step.name}: it waits for a guide, who need not be there")


def _before_naming(script: Script) -> set[str]:
    """The steps of a turn one can come to before somebody is named to listen."""
    found = ((step.name, move) for step in script.steps.values() for move in step.moves.values())
    naming = {(name, move.name) for name, move in found if move.act in ("name", "take")}
    many = replace(script, people=(3, PEOPLE_MAX))
    return _reach_without(many, naming)


def _check_draws(step: Step) -> None:
    """Nobody has to draw: the same kind of words can be said instead, and leads to the same place."""
    said = {(move.role, move.kind, move.next, move.media) for move in step.moves.values() if move.act == "say"}
    for move in step.moves.values():
        if move.act == "draw" and (move.role, move.kind, move.next, move.media) not in said:
            raise ScriptError(f"step {step.name}: {move.name} draws, and what could be drawn cannot be said in words")


def _check_move(script: Script, step: Step, move: Move) -> None:
    if move.name in ANYWHERE:
        raise ScriptError(f"step {step.name}: {move.name} works everywhere and needs another name here")
    if (move.role or step.role) == "guide" and move.act != "choose":
        raise ScriptError(f"step {step.name}: {move.name} is a guide's, who has no words of their own here")
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
    """Nobody is left standing in for somebody else."""
    lent = {name for name, step in script.steps.items() if step.lent}
    out = [
        f"{name}.{move.name}"
        for name in sorted(lent)
        for move in script.steps[name].moves.values()
        if move.over or set(move.targets()) - lent
    ]
    if len(out) > 1:
        raise ScriptError(f"standing in for somebody else has more than one way out: {', '.join(out)}")


def _check_passing(script: Script, step: Step) -> None:
    """Whoever passes over a step comes somewhere, and not back to it by passing on and on."""
    been: set[str] = set()
    ahead = [step]
    while ahead:
        here = ahead.pop()
        if not here.first.targets() and not here.first.over:
            raise ScriptError(f"step {here.name}: its first move leads nowhere, so nobody can pass over it")
        been |= set(here.first.targets())
        if step.name in been:
            raise ScriptError(f"step {step.name}: whoever passes over it comes back to it")
        on = (script.steps[name] for name in here.first.targets() if name in script.steps)
        ahead += [one for one in on if _may_be_empty(script, one) or set(script.media) - set(one.media)]


def _check_kinds(script: Script) -> None:
    """Whatever is marked, confirmed or left behind is said somewhere."""
    moves = [move for step in script.steps.values() for move in step.moves.values()]
    said = {move.kind for move in moves if move.kind}
    lines = {move.kind for move in moves if move.act in ("list", "mark")}
    for move in moves:
        if move.of and move.of not in lines:
            raise ScriptError(f"{move.name} marks lines of {move.of}, which nobody lists")
    strange = sorted(set(script.leaves.values()) - said - set(script.prompts))
    if strange:
        raise ScriptError(f"it leaves {', '.join(strange)}, which nobody says")


def _check_together(step: Step) -> None:
    """Whoever comes last opens the next step, so what each of several may choose must lead to the same one."""
    counted = [move for move in step.moves.values() if step.counts(move)]
    if len({(move.next, move.last, move.over, move.swaps) for move in counted}) > 1:
        raise ScriptError(f"step {step.name}: each makes a move, so all moves must lead to one place")
    if not counted and not step.chooses:
        raise ScriptError(f"step {step.name}: nobody who belongs there can move")


def _check_promise(script: Script, promise: Promise) -> None:
    if promise.step not in script.steps:
        raise ScriptError(f"a promise speaks of {promise.step}, which is not there")
    for step, move in promise.after:
        if step not in script.steps or move not in script.steps[step].moves:
            raise ScriptError(f"a promise speaks of {step}.{move}, which is not there")


def _may_be_empty(script: Script, step: Step) -> bool:
    """Whether there are so few in some dialogues that nobody has to do anything in this step."""
    return step.role == "observer" or (step.chooses and script.people[0] == 2)


def _reach(
    script: Script,
    begin: set[str],
    *,
    medium: str = "",
    without: frozenset[tuple[str, str]] = frozenset(),
    few: bool = False,
) -> set[str]:
    seen, todo = set(begin), list(begin)
    while todo:
        step = script.steps[todo.pop()]
        new = _onward(script, step, medium, without, few=few) - seen
        seen |= new
        todo += new
    return seen


def _onward(
    script: Script, step: Step, medium: str, without: frozenset[tuple[str, str]], *, few: bool = False
) -> set[str]:
    """The steps that may come next, in one medium or in any of the script's, however many there are.

    Whoever leaves makes no move, and whoever is called from the line has made none here: neither can be left `without`.
    Where only a `few` are there, nobody observes.
    """
    media = {medium} if medium else set(script.media)
    found: set[str] = set()
    if media - set(step.media) or _may_be_empty(script, step):
        found.update(step.first.targets())
    for move in step.moves.values():
        made = (step.name, move.name) not in without or move.act == "queue"
        if made and media & set(step.media) & set(move.media) and not (few and step.role == "observer"):
            found.update(move.targets())
    return found


def _can_finish(script: Script, name: str, medium: str, *, few: bool) -> bool:
    reached = _reach(script, {name}, medium=medium, few=few)
    here = (script.steps[step] for step in reached if medium in script.steps[step].media)
    ends = (step.moves.values() if not (few and step.role == "observer") else (step.first,) for step in here)
    return any(move.over and medium in move.media for moves in ends for move in moves)


def _reach_without(script: Script, moves: Iterable[tuple[str, str]]) -> set[str]:
    """Steps entered around `moves` from the start, and from wherever a swap begins someone else's turn.

    A sender who leaves ends their turn as a swap does; a receiver who leaves, or a guide, leads back to a step of the
    same turn. So what holds along these paths holds for every number of people.
    """
    swaps = [move for step in script.steps.values() for move in step.moves.values() if move.swaps]
    begins = {script.start} | {target for move in swaps for target in move.targets()}
    return _reach(script, begins, without=frozenset(moves))
