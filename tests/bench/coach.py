"""`./check bench coach`: how often the coach is right about people, how long it takes, and how much memory.

Judged on texts it has not learnt from: `models/coach/dev` and `unseen`, with `--shared FOLDER` the public sets too.
It is asked through its services, as the room asks it.
"""

import argparse
import gzip
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from statistics import mean
from time import perf_counter
from typing import Any

from mandorla.coach import core, services
from tests.bench._stage import table

OWN = Path(__file__).parents[2] / "models" / "coach"
SETS = {"dev": OWN / "dev", "unseen": OWN / "unseen"}  # the first shaped it, the second did not
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./check bench coach", description="The coach's figures.")
    parser.add_argument("--shared", type=Path, help="the folder of the public sets, if it is at hand")
    shared = parser.parse_args().shared
    sets = SETS | ({"public": shared} if shared else {})
    found: dict[str, dict[str, float]] = defaultdict(dict)
    goals: dict[str, str] = {}
    for name, folder in sets.items():
        public = (pair(folder), annomi(folder)) if folder == shared else ()
        for figures in (*(part(folder) for part in PARTS), *public):
            for what, figure, goal in figures:
                found[what][name], goals[what] = figure, goal
    rows = [
        [what, goals[what], *(f"{by_set[name]:.3f}" if name in by_set else "" for name in sets)]
        for what, by_set in found.items()
    ]
    print(table(("what", "goal", *sets), rows))
    print(table(("cost", "found", "goal"), cost()))


def read(file: Path, split: str = "") -> list[Row]:
    """The rows of a file, or none if it is not there."""
    if not file.exists():
        return []
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    found = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [row for row in found if not split or row.get("split") == split]


Figures = Iterable[tuple[str, float, str]]


def couples(folder: Path) -> Figures:
    for file in ("couples.jsonl", "couples_dev.jsonl"):
        rows = read(folder / file)
        if not rows:
            continue
        told = [services.mirror(row["sender"], row["response"]) for row in rows]
        both = list(zip(rows, told, strict=True))
        wordings = sorted({row.get("wording", "") for row in rows})
        for wording in wordings:
            part = [(row, one) for row, one in both if row.get("wording", "") == wording]
            yield from _turns(wording or "all", part)
        yield from _by_register("couples' turns", rows, [row["label"] == one.label for row, one in both])
        bent = [
            (row, one) for row, one in both if "distortion" in row["additions"] or "interpretation" in row["additions"]
        ]
        if bent:
            noticed = _share(
                {"distortion", "interpretation"} & set(one.additions) or one.label in ("interpretation", "mixed")
                for _, one in bent
            )
            yield "flipped or invented meaning noticed", noticed, ".875"
        senders = {row["sender"]: row for row in rows}.values()
        yield (
            "blame F1, senders",
            f1([(row["sender_blame"], services.send(row["sender"]).blame) for row in senders]),
            ".88",
        )


def _by_register(what: str, rows: Sequence[Row], right: Sequence[bool]) -> Figures:
    """The share that is right, for each way of writing."""
    for register in sorted({row["register"] for row in rows if "register" in row}):
        found = [is_right for row, is_right in zip(rows, right, strict=True) if row.get("register") == register]
        yield f"{what}, right, {register}", _share(found), "within .05 of standard"


def _turns(wording: str, part: list[tuple[Row, core.Mirrored]]) -> Figures:
    plain = wording != "indirect"
    yield (
        f"couples' turns, nine classes, {wording}",
        _share(row["label"] == one.label for row, one in part),
        ".88" if plain else ".65",
    )
    known = [(row["coverage"], one.coverage) for row, one in part if row["coverage"] is not None]
    yield f"coverage, Spearman, {wording}", spearman(known), ".92" if plain else ".75"
    added = [(bool(row["additions"]), max(one.shares.values())) for row, one in part]
    yield f"additions, AUC, {wording}", auc(added), ".93" if plain else ".80"


def sends(folder: Path) -> Figures:
    rows = read(folder / "sends.jsonl")
    if not rows:
        return
    told = [services.send(row["text"]) for row in rows]
    yield "blame F1, single texts", f1([(row["blame"], one.blame) for row, one in zip(rows, told, strict=True)]), ".88"
    yield from _by_register("blame", rows, [row["blame"] == one.blame for row, one in zip(rows, told, strict=True)])
    for name in core.HEADS["speech"][:7]:
        yield (
            f"{name} F1",
            f1([(name in row["flags"], name in one.flags) for row, one in zip(rows, told, strict=True)]),
            "",
        )


def requests(folder: Path) -> Figures:
    for file in ("requests.jsonl", "requests_dev.jsonl"):
        rows = read(folder / file)
        if not rows:
            continue
        told = [services.request(row["text"]) for row in rows]
        for name in ("positive", "specific", "measurable", "time_limited", "good"):
            goal = "" if name == "good" else ".93"
            yield (
                f"request {name}",
                _share(getattr(one, name) == row[name] for row, one in zip(rows, told, strict=True)),
                goal,
            )


def danger(folder: Path) -> Figures:
    for file in ("danger.jsonl", "danger_dev.jsonl"):
        rows = read(folder / file)
        if not rows:
            continue
        told = [(row["danger"], services.send(row["text"]).danger) for row in rows]
        yield "danger, recall", _share(found for is_so, found in told if is_so), ".94"
        yield from _by_register("danger", rows, [is_so == found for is_so, found in told])
        yield "danger, false alarms", _share(found for is_so, found in told if not is_so), "≤ .08"


def words(folder: Path) -> Figures:
    asked: tuple[tuple[str, Callable[[str, str], float], str], ...] = (
        ("feelings", services.feelings, ".97"),
        ("traits", services.traits, ".93"),
    )
    for name, nearness, goal in asked:
        rows = read(folder / f"{name}.jsonl")
        if rows:
            yield f"{name}, near or not, AUC", auc([(row["near"], nearness(row["a"], row["b"])) for row in rows]), goal


def topics(folder: Path) -> Figures:
    rows = read(folder / "topics.jsonl")
    if rows:
        yield "topic of a sentence", _share(services.topic(row["text"]) == row["topic"] for row in rows), ".85"


def pair(folder: Path) -> Figures:
    levels = {"hq1": 2, "hq2": 2, "mq1": 1, "lq1_advice": 0, "lq2_question": 0, "lq3": 0, "lq4": 0, "lq5": 0}
    right: list[bool] = []
    for row in read(folder / "pair.jsonl", "dev"):
        found = [
            (level, services.counsel(row["prompt"], row[name])[1]) for name, level in levels.items() if row.get(name)
        ]
        right += [(a[0] > b[0]) == (a[1] > b[1]) for a, b in combinations(found, 2) if a[0] != b[0]]
    yield "PAIR, ordered right", _share(right), ".95"


def annomi(folder: Path) -> Figures:
    last: dict[str, str] = {}
    told: list[tuple[str, str]] = []
    for row in sorted(read(folder / "annomi.jsonl.gz"), key=lambda row: (row["transcript_id"], row["utterance_id"])):
        if row["speaker"] == "client":
            last[row["transcript_id"]] = row["text"]
        elif row["split"] == "dev" and row.get("main_therapist_behaviour"):
            said = last.get(row["transcript_id"], "…")
            told.append((row["main_therapist_behaviour"], services.counsel(said, row["text"])[0]))
    each = [f1([(right == name, found == name) for right, found in told]) for name in core.BEHAVIOURS]
    yield "AnnoMI, four classes, macro-F1, not trained on it", mean(each), ".62"


PARTS = (couples, sends, requests, danger, words, topics)


def cost() -> list[list[str]]:
    """p95 of a turn's mirror and send together, of memory, and of the first answer of a new process."""
    rows = [row for row in read(SETS["dev"] / "couples.jsonl") if len(row["sender"].split()) > 25] * 3
    took = []
    for row in rows:
        began = perf_counter()
        services.mirror(row["sender"], row["response"])
        took.append((perf_counter() - began) * 1000)
    took.sort()
    began = perf_counter()
    line = json.dumps({"kind": "send", "text": "You never listen."})
    alone = [sys.executable, "-c", ALONE]
    told = subprocess.run(alone, input=line, text=True, capture_output=True, check=True)
    started = perf_counter() - began
    peak = int(told.stdout.split()[-2]) / 1024
    return [
        ["a mirror of a long turn, ms, median", f"{took[len(took) // 2]:.0f}", ""],
        ["the same, p95", f"{took[int(len(took) * 0.95)]:.0f}", "60"],
        ["a new process to its first answer, s", f"{started:.2f}", "under 1"],
        ["its memory, MB", f"{peak:.0f}", "under 150"],
    ]


ALONE = """
from mandorla.coach import services
services.mirror(input(), "So I never listen.")
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def _share(told: Iterable[object]) -> float:
    found = [bool(one) for one in told]
    return mean(found) if found else float("nan")


def f1(told: Iterable[tuple[bool, bool]]) -> float:
    """Of (is so, found)."""
    found = list(told)
    hit, wrong = sum(a and b for a, b in found), sum(a != b for a, b in found)
    return 2 * hit / max(1, 2 * hit + wrong)


def auc(told: Iterable[tuple[bool, float]]) -> float:
    """How often a true one stands above a false one."""
    found = list(told)
    yes, no = [share for is_so, share in found if is_so], [share for is_so, share in found if not is_so]
    return mean((a > b) + (a == b) / 2 for a in yes for b in no) if yes and no else float("nan")


def spearman(told: Sequence[tuple[float, float]]) -> float:
    """Rank correlation."""
    one, other = (_ranks([pair[side] for pair in told]) for side in (0, 1))
    middle = (len(told) - 1) / 2
    above = sum((a - middle) * (b - middle) for a, b in zip(one, other, strict=True))
    below = (sum((a - middle) ** 2 for a in one) * sum((b - middle) ** 2 for b in other)) ** 0.5
    return above / below if below else float("nan")


def _ranks(values: Sequence[float]) -> list[float]:
    places: dict[float, list[int]] = defaultdict(list)
    for place, value in enumerate(sorted(values)):
        places[value].append(place)
    return [mean(places[value]) for value in values]


if __name__ == "__main__":
    main()
