"""The coach's judgement: pure functions over text, word lists and the numbers a model gave."""

from mandorla.coach.core.answers import Asked, Mirrored, Sent, Whisper
from mandorla.coach.core.choices import DANGER, Choices
from mandorla.coach.core.distortion import Bent, Words, bent, words
from mandorla.coach.core.heads import BEHAVIOURS, CROWNS, HEADS, LABELS, TOPICS, read
from mandorla.coach.core.lexicon import Lexicon, lexicon
from mandorla.coach.core.marks import Marks, marks
from mandorla.coach.core.mirrors import COVERED_MIN, EMPATHISE, MIRROR, VALIDATE, mirrored
from mandorla.coach.core.reading import is_english
from mandorla.coach.core.requests import asked
from mandorla.coach.core.sends import sent
from mandorla.coach.core.text import clauses

__all__ = [
    "BEHAVIOURS",
    "COVERED_MIN",
    "CROWNS",
    "DANGER",
    "EMPATHISE",
    "HEADS",
    "LABELS",
    "MIRROR",
    "TOPICS",
    "VALIDATE",
    "Asked",
    "Bent",
    "Choices",
    "Lexicon",
    "Marks",
    "Mirrored",
    "Sent",
    "Whisper",
    "Words",
    "asked",
    "bent",
    "clauses",
    "is_english",
    "lexicon",
    "marks",
    "mirrored",
    "read",
    "sent",
    "words",
]
