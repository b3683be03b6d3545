"""The test vectors, which JavaScript proves too (vectors.mjs)."""

import json
from pathlib import Path
from typing import Any

from mandorla.vault.core import Place

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors-v1.json").read_text())

H = bytes.fromhex
ZEROS = bytes(16)


def place_of_vectors() -> Place:
    context = VECTORS["envelope"]["context"]
    return Place(
        H(context["space"]),
        context["record_type"],
        H(context["record"]),
        context["field"],
        H(context["author"]),
        context["revision"],
    )
