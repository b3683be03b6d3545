"""Scripts as pictures: a Mermaid state diagram of every step and move, and a document whose pictures are redrawn."""

import re
from collections.abc import Iterable, Mapping

from mandorla.dialogue.core.script import MEDIA, Move, Script, Step

COLOURS = {
    "sender": "fill:#f3d9b1",
    "receiver": "fill:#c3e3e1",
    "both": "fill:#efcbdc",
    **dict.fromkeys(("others", "everyone", "observer", "guide"), "fill:#dcd6ea"),
}
PICTURE = re.compile(r"(<!-- script: (?P<id>\S+) -->\n).*?(<!-- end of script -->)", re.DOTALL)


def drawing(script: Script) -> str:
    """A Mermaid diagram: steps coloured by whose they are, arrows named by the moves that lead along them."""
    lines = ["stateDiagram-v2", f"  [*] --> {script.start}"]
    for step in _in_order(script):
        lines += [f"  {step.name} --> {target} : {', '.join(names)}" for target, names in _arrows(step).items()]
    for role, colour in COLOURS.items():
        theirs = [step.name for step in script.steps.values() if step.role == role]
        if theirs:
            lines += [f"  classDef {role} {colour},color:#222", f"  class {','.join(theirs)} {role}"]
    return "\n".join(lines)


def redrawn(document: str, scripts: Iterable[Script]) -> str:
    """The same Markdown document with the picture of every script it names drawn anew."""
    pictures = {script.id: drawing(script) for script in scripts}
    return PICTURE.sub(lambda found: _picture(found, pictures), document)


def _picture(found: re.Match[str], pictures: Mapping[str, str]) -> str:
    return f"{found[1]}\n```mermaid\n{pictures[found['id']]}\n```\n\n{found[3]}"


def _in_order(script: Script) -> list[Step]:
    """The steps as one comes upon them."""
    names = [script.start]
    for name in names:  # grows as it is walked
        for move in script.steps[name].moves.values():
            names += [target for target in dict.fromkeys(move.targets()) if target not in names]
    return [script.steps[name] for name in names]


def _arrows(step: Step) -> dict[str, list[str]]:
    """Where one can go from here, and by which moves."""
    arrows: dict[str, list[str]] = {}
    for move in step.moves.values():
        for target, when in _ways(move, step):
            arrows.setdefault(target, []).append(_named(move, step, when))
    return arrows


def _ways(move: Move, step: Step) -> Iterable[tuple[str, str]]:
    """Each target of a move, with the circumstance in which it is taken."""
    if move.over:
        yield "[*]", move.over if move.over != move.name else ""
    elif not move.next:
        yield step.name, ""
    else:
        yield move.next, "next prompt" if move.advances else ""
    if move.done:
        yield move.done, "after the last prompt"
    if move.last:
        yield move.last, "after the last turn"


def _named(move: Move, step: Step, when: str) -> str:
    asides = [
        when,
        move.role if move.role and move.role != step.role else "",
        " ".join(move.media) if set(move.media) < set(MEDIA) else "",
        "optional prompts" if move.optional_prompts else "",
        "roles change" if move.swaps else "",
    ]
    told = ", ".join(aside for aside in asides if aside)
    return f"{move.name} ({told})" if told else move.name
