"""What the model answers: a row of numbers for a text alone or a pair, cut into heads.

Both kinds of row come from one trunk with two crowns. The build trains the same heads that are read here.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from math import exp
from typing import Final

LABELS: Final = (
    "faithful",
    "partial",
    "parroting",
    "interpretation",
    "rebuttal",
    "advice",
    "validation",
    "empathy",
    "mixed",
)
ADDITIONS: Final = (
    "interpretation",
    "distortion",
    "judgement",
    "advice",
    "question",
    "rebuttal",
    "defence",
    "sarcasm",
    "threat",
    "coercion",
)
SPEECH: Final = (
    "i_statement",
    "you_statement",
    "absolute",
    "criticism",
    "contempt",
    "demand",
    "defensiveness",
    "thought_as_feeling",
    "two_topics",
)
DANGERS: Final = ("threat", "violence", "coercive_control", "self_harm", "child", "stalking")
CRITERIA: Final = ("positive", "specific", "measurable", "time_limited")
REQUEST_FLAGS: Final = (
    "negative_stop",
    "blame",
    "absolute",
    "demand",
    "asks_feeling_or_trait",
    "too_big",
    "several_at_once",
    "third_party",
    "coercive_or_unsafe",
)
BEHAVIOURS: Final = ("reflection", "question", "therapist_input", "other")
TOPICS: Final = (
    "money",
    "household",
    "children",
    "parenting_differences",
    "in_laws_family",
    "work_life",
    "time_together",
    "intimacy_sex",
    "affection_romance",
    "communication",
    "trust_infidelity",
    "jealousy",
    "technology_screens",
    "health_illness",
    "mental_health",
    "addiction_substances",
    "faith_culture",
    "friends_social",
    "leisure_holidays",
    "home_place_moving",
    "food_eating",
    "appearance_habits",
    "future_plans",
    "grief_loss",
    "appreciation",
    "fairness_power",
    "other",
)
FEELINGS: Final = {  # families of feelings, and the plain word for each
    "joy": "happy",
    "calm": "calm",
    "love_closeness": "loving",
    "gratitude": "grateful",
    "pride": "proud",
    "hope": "hopeful",
    "trust_safety": "safe",
    "interest": "curious",
    "relief": "relieved",
    "playful": "playful",
    "desire": "attracted",
    "longing": "longing",
    "compassion": "sorry for you",
    "fear_anxiety": "afraid",
    "sadness": "sad",
    "grief": "grieving",
    "anger": "angry",
    "irritation": "irritated",
    "hurt": "hurt",
    "shame": "ashamed",
    "guilt": "guilty",
    "loneliness": "lonely",
    "disgust_contempt": "disgusted",
    "jealousy_envy": "jealous",
    "mistrust": "mistrustful",
    "confusion": "confused",
    "tired_overwhelmed": "overwhelmed",
    "numb_distant": "numb",
    "helpless": "helpless",
    "surprise": "surprised",
}

# One of a head's names is right: softmax. Any number of them may be: a sigmoid each.
ONE_OF: Final = frozenset({"label", "behaviour", "topic"})
ALONE: Final[dict[str, tuple[str, ...]]] = {  # what is read in a text by itself
    "topic": TOPICS,
    "blame": ("blame",),
    "speech": SPEECH,
    "danger": ("danger",),
    "kind": DANGERS,
    "criterion": CRITERIA,
    "request": REQUEST_FLAGS,
    "felt": tuple(FEELINGS),
}
BESIDE: Final[dict[str, tuple[str, ...]]] = {  # what is read in a text beside the one it answers
    "label": LABELS,
    "behaviour": BEHAVIOURS,
    "addition": ADDITIONS,
    "coverage": ("coverage",),
    "covered": ("covered",),
    "quality": ("quality",),
    "near": ("near",),
}
CROWNS: Final[dict[str, dict[str, tuple[str, ...]]]] = {"alone": ALONE, "beside": BESIDE}
HEADS: Final[dict[str, tuple[str, ...]]] = ALONE | BESIDE


def outputs(crown: str) -> int:
    """How many numbers a crown gives for one text or pair."""
    return sum(map(len, CROWNS[crown].values()))


def _slices() -> dict[str, slice]:
    found: dict[str, slice] = {}
    for crown in CROWNS.values():
        ends = [0, *accumulate(map(len, crown.values()))]
        found |= {name: slice(*span) for name, span in zip(crown, pairwise(ends), strict=True)}
    return found


SLICES: Final[Mapping[str, slice]] = _slices()


def read(row: Sequence[float], head: str) -> dict[str, float]:
    """The shares of one head, 0 to 1, by name; `row` holds its crown's numbers for one text or pair."""
    raw = row[SLICES[head]]
    if head in ONE_OF:
        highest = max(raw)
        grown = [exp(number - highest) for number in raw]
        whole = sum(grown)
        return {name: part / whole for name, part in zip(HEADS[head], grown, strict=True)}
    return {name: 1 / (1 + exp(-max(-60.0, min(60.0, number)))) for name, number in zip(HEADS[head], raw, strict=True)}
