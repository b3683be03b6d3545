"""The model on this machine: read at its first use, on one thread, and asked in one batch."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

FOLDER: Final = Path(__file__).parents[1] / "weights"
TOKENS_MAX: Final = 192
Pair = tuple[str, str]


def rows(pairs: Sequence[Pair]) -> list[list[float]]:
    """One row of `core.OUTPUTS` numbers for each text (its second part empty) or pair of texts."""
    tokenizer, session = _loaded()
    coded = tokenizer.encode_batch([pair if pair[1] else pair[0] for pair in pairs])
    fed = {
        "ids": numpy.array([one.ids for one in coded], numpy.int64),
        "mask": numpy.array([one.attention_mask for one in coded], numpy.int64),
        "sides": numpy.array([one.type_ids for one in coded], numpy.int64),
    }
    (logits,) = session.run(None, fed)
    return [list(map(float, row)) for row in logits]


@cache
def _loaded() -> tuple[Tokenizer, InferenceSession]:
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(TOKENS_MAX)
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return tokenizer, InferenceSession(str(FOLDER / "coach.onnx"), options, providers=["CPUExecutionProvider"])
