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
Pair = tuple[str, str]


def rows(pairs: Sequence[Pair]) -> list[list[float]]:
    """For each text (its second part empty), or for each pair of texts, the row of its crown's numbers.

    All are texts alone, or all are pairs.
    """
    coded = _tokenizer().encode_batch([pair if pair[1] else pair[0] for pair in pairs])
    ids, mask, sides = (
        numpy.array([getattr(one, part) for one in coded], numpy.int64)
        for part in ("ids", "attention_mask", "type_ids")
    )
    (grown,) = _part("trunk").run(None, {"ids": ids, "mask": mask, "sides": sides})
    (found,) = _part("beside" if pairs[0][1] else "alone").run(None, {"grown": grown, "mask": mask})
    return [list(map(float, row)) for row in found]


@cache
def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(TOKENS_MAX)
    return tokenizer


@cache
def _part(name: str) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return InferenceSession(str(FOLDER / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
