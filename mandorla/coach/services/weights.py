"""The model on this machine: each part read at its first use, on one thread, and asked in one batch."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

FOLDER: Final = Path(__file__).parents[1] / "weights"
TOKENS_MAX: Final = 144
STRETCH: Final = 1.2
Pair = tuple[str, str]


def rows(pairs: Sequence[Pair]) -> list[list[float]]:
    """For each text (its second part empty), or for each pair of texts, the row of its crown's numbers.

    All are texts alone, or all are pairs. Those of like length go together, so that little is padded.
    """
    coded = _tokenizer().encode_batch([pair if pair[1] else pair[0] for pair in pairs])
    crown = _part("beside" if pairs[0][1] else "alone")
    found: dict[int, list[float]] = {}
    for group in _alike([len(one.ids) for one in coded]):
        ids, mask, sides = (
            numpy.array([_padded(getattr(coded[place], part), len(coded[group[-1]].ids)) for place in group])
            for part in ("ids", "attention_mask", "type_ids")
        )
        (grown,) = _part("trunk").run(None, {"ids": ids, "mask": mask, "sides": sides})
        (told,) = crown.run(None, {"grown": grown, "mask": mask})
        found |= zip(group, told.tolist(), strict=True)
    return [found[place] for place in range(len(pairs))]


def _alike(lengths: Sequence[int]) -> list[list[int]]:
    """The places of `lengths`, shortest first, in groups whose longest is little longer than their shortest."""
    groups: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and lengths[place] <= lengths[groups[-1][0]] * STRETCH:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _padded(part: Sequence[int], length: int) -> list[int]:
    return [*part, *[0] * (length - len(part))]


@cache
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS_MAX)
    return tokenizer


@cache
def _part(name: str) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return InferenceSession(str(FOLDER / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
