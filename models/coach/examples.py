"""What the model learns from: own texts, bent mirrors, and the shared sets whose licence lets weights be shipped."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flips import flips

from mandorla.coach.core import heads, lexicon

TEXTS = Path(__file__).parent / "texts"
WORDS = Path(__file__).parents[2] / "mandorla" / "content" / "coach"
FEELINGS = lexicon(map(json.loads, (WORDS / "feelings.jsonl").read_text("utf-8").splitlines()))
FLIPS_EACH = 1
FLIP_WEIGHT = 0.4
EMOTION_ROWS = 2500
NEAR_ROWS = 5000
COVERED_SHARE = 0.15  # of all points, each beside a response: there are more than are needed


@dataclass(frozen=True, slots=True)
class Example:
    """One text or pair, and what is known of it: by head, an index (one of) or a list of 0, 1 or None (any of)."""

    a: str
    b: str
    known: dict[str, Any] = field(default_factory=dict)
    weight: float = 1.0


def rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines, packed or not."""
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def examples(shared: Path, chance: random.Random) -> list[Example]:
    """Everything, in no order."""
    opposites = {row["word"]: row["opposite"] for row in rows(WORDS / "feelings.jsonl") if len(row["word"]) > 2}
    return [
        *_even(list(_pairs(_own("pairs"), opposites, chance))),
        *_sends(_own("sends")),
        *_dangers(_own("danger")),
        *_requests(_own("requests")),
        *_topics(_own("topics")),
        *_near(rows(WORDS / "feelings.jsonl"), "I feel {}", chance),
        *_near(rows(WORDS / "traits.jsonl"), "Someone {}", chance),
        *_counsel(_own("counsel")),
        *_ranked(shared / "pair.jsonl"),
        *_emotions(shared / "goemotions.jsonl.gz", chance),
        *_goals(shared / "smartspan.jsonl"),
    ]


def _own(name: str) -> list[dict[str, Any]]:
    """Every row of our own files of that name."""
    return [row for file in sorted(TEXTS.glob(f"{name}*.jsonl")) for row in rows(file)]


def _many(head: str, *names: str) -> list[int]:
    return [int(name in names) for name in heads.HEADS[head]]


def _move(label: str, additions: Iterable[str], coverage: float | None) -> dict[str, Any]:
    known: dict[str, Any] = {"label": heads.LABELS.index(label), "addition": _many("addition", *additions)}
    return known if coverage is None else known | {"coverage": [coverage]}


def _pairs(senders: list[dict[str, Any]], opposites: dict[str, list[str]], chance: random.Random) -> Iterator[Example]:
    for one in senders:
        said = one["sender"]
        yield Example(said, "", _speech(one, one["sender_flags"]))
        faithful = [response["text"] for response in one["responses"] if response["label"] == "faithful"]
        for response in one["responses"]:
            covered = response.get("covered")
            share = response.get("coverage", sum(covered) / len(covered) if covered else None)  # told apart: half said
            yield Example(said, response["text"], _move(response["label"], response["additions"], share), 1.5)
            for point, is_covered in zip(one["points"], covered or [], strict=False):
                if chance.random() > COVERED_SHARE:
                    continue
                yield Example(point, response["text"], {"covered": [int(is_covered)]})
        for text in faithful:
            for flip in chance.sample(bent := list(flips(text, opposites, chance)), min(FLIPS_EACH, len(bent))):
                yield Example(said, flip.words, _move(flip.label, flip.additions, None), FLIP_WEIGHT)
        other = chance.choice(senders)
        if other is not one and faithful:  # a mirror of something else altogether
            yield Example(other["sender"], faithful[0], {"coverage": [0.0]}, 0.5)
            for point in other["points"]:
                yield Example(point, faithful[0], {"covered": [0]}, 0.5)


def _even(pairs: list[Example]) -> Iterator[Example]:
    """The same, with the labels that are rare counted for more: people do none of them far more often than another."""
    counts = Counter[int]()
    for one in pairs:
        if "label" in one.known:
            counts[one.known["label"]] += one.weight
    usual = sum(counts.values()) / len(counts)
    for one in pairs:
        yield replace(one, weight=one.weight * usual / counts[one.known["label"]]) if "label" in one.known else one


def _speech(row: dict[str, Any], flags: Iterable[str]) -> dict[str, Any]:
    speech: list[int | None] = [*_many("speech", *flags)]
    for name in ("thought_as_feeling", "two_topics"):
        speech[heads.SPEECH.index(name)] = int(row[name]) if name in row else None
    known: dict[str, Any] = {"speech": speech} | _danger(row)
    known["blame"] = [int(row["sender_blame"] if "sender_blame" in row else row["blame"])]
    families = {FEELINGS.find(word) for word in row["feelings"]}
    known["felt"] = _many("felt", *(entry.family for entry in families if entry))
    if row.get("topic") in heads.TOPICS:
        known["topic"] = heads.TOPICS.index(row["topic"])
    return known


def _danger(row: dict[str, Any]) -> dict[str, Any]:
    kind = {"kind": _many("kind", row["danger_kind"])} if row["danger"] else {}
    return {"danger": [int(row["danger"])]} | kind


def _dangers(texts: list[dict[str, Any]]) -> Iterator[Example]:
    return (Example(row["text"], "", _danger(row)) for row in texts)


def _sends(texts: list[dict[str, Any]]) -> Iterator[Example]:
    return (Example(row["text"], "", _speech(row, row["flags"])) for row in texts)


def _requests(texts: list[dict[str, Any]]) -> Iterator[Example]:
    for row in texts:
        criteria = [int(row[name]) for name in heads.CRITERIA]
        yield Example(row["text"], "", {"criterion": criteria, "request": _many("request", *row["flags"])}, 1.5)


def _topics(texts: list[dict[str, Any]]) -> Iterator[Example]:
    return (Example(row["text"], "", {"topic": heads.TOPICS.index(row["topic"])}) for row in texts)


def _near(lexicon: list[dict[str, Any]], carrier: str, chance: random.Random) -> Iterator[Example]:
    """Neighbours, opposites and strangers."""
    families = {row["word"]: row["family"] for row in lexicon}
    drawn: list[Example] = []
    for row in lexicon:
        told = [(word, 1) for word in row["near"]] + [(word, 0) for word in row["opposite"]]
        stranger = chance.choice(lexicon)
        if stranger["family"] != row["family"]:
            told.append((stranger["word"], 0))
        for spelt in row.get("also", [])[:1]:
            told.append((spelt, 1))
        drawn += [
            Example(carrier.format(row["word"]), carrier.format(word), {"near": [is_near]}, 0.5)
            for word, is_near in told
            if word in families or chance.random() < 0.5
        ]
    return iter(chance.sample(drawn, min(NEAR_ROWS, len(drawn))))


def _counsel(texts: list[dict[str, Any]]) -> Iterator[Example]:
    for row in texts:
        yield Example(row["client"], row["response"], {"behaviour": heads.BEHAVIOURS.index(row["behaviour"])})


REPLIES = {  # of PAIR: how good a listening, and what a counsellor does there
    "hq1": (1.0, "reflection"),
    "hq2": (1.0, "reflection"),
    "mq1": (0.5, "reflection"),
    "lq1_advice": (0.0, "therapist_input"),
    "lq2_question": (0.0, "question"),
    "lq3": (0.0, None),
    "lq4": (0.0, None),
    "lq5": (0.0, None),
}


def _ranked(file: Path) -> Iterator[Example]:
    for row in rows(file):
        if row["split"] != "train":
            continue
        for name, (quality, behaviour) in REPLIES.items():
            if row.get(name):
                known: dict[str, Any] = {"quality": [quality]}
                if behaviour:
                    known["behaviour"] = heads.BEHAVIOURS.index(behaviour)
                yield Example(row["prompt"], row[name], known, 0.7)


EMOTIONS = {  # of GoEmotions, by our families; its other labels are judgements, or none of ours
    "amusement": "playful",
    "anger": "anger",
    "annoyance": "irritation",
    "caring": "compassion",
    "confusion": "confusion",
    "curiosity": "interest",
    "desire": "longing",
    "disappointment": "sadness",
    "disgust": "disgust_contempt",
    "embarrassment": "shame",
    "excitement": "joy",
    "fear": "fear_anxiety",
    "gratitude": "gratitude",
    "grief": "grief",
    "joy": "joy",
    "love": "love_closeness",
    "nervousness": "fear_anxiety",
    "optimism": "hope",
    "pride": "pride",
    "relief": "relief",
    "remorse": "guilt",
    "sadness": "sadness",
    "surprise": "surprise",
}


def _emotions(file: Path, chance: random.Random) -> Iterator[Example]:
    known = [row for row in rows(file) if row["split"] == "train" and row["labels"][0] in EMOTIONS]
    for row in chance.sample(known, EMOTION_ROWS):
        families = {EMOTIONS[label] for label in row["labels"] if label in EMOTIONS}
        yield Example(row["text"], "", {"felt": _many("felt", *families)}, 0.5)


def _goals(file: Path) -> Iterator[Example]:
    for row in rows(file):
        if row["split"] == "train":
            criteria: list[int | None] = [None] * len(heads.CRITERIA)
            criteria[heads.CRITERIA.index("measurable")] = int(row["measurable"])
            yield Example(row["goal"], "", {"criterion": criteria}, 0.3)
