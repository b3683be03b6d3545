"""What is trained: MiniLM, read from its published file, cut into a trunk that stays and crowns that learn.

A text alone and a pair are different work: one crown for both did each of them worse.
"""

import hashlib
from collections import ChainMap
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH, LAYERS, HEADS, INNER, VOCABULARY, PLACES = 384, 6, 12, 1536, 30522, 512
EPSILON = 1e-12


class Layer(nn.Module):
    """One layer: look around, think, each with what came before added."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.out, self.out_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, EPSILON)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.down_norm = nn.LayerNorm(WIDTH, EPSILON)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: (batch, tokens, WIDTH); mask: (batch, 1, 1, tokens), 0 or very negative."""
        rows, tokens, _ = x.shape

        def split(line: nn.Linear) -> Tensor:
            return line(x).view(rows, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)

        scores = split(self.query) @ split(self.key).transpose(2, 3) / (WIDTH // HEADS) ** 0.5 + mask
        seen = (scores.softmax(-1) @ split(self.value)).transpose(1, 2).reshape(rows, tokens, WIDTH)
        x = self.out_norm(x + self.dropout(self.out(seen)))
        return self.down_norm(x + self.dropout(self.down(functional.gelu(self.up(x)))))


class Trunk(nn.Module):
    """Tokens of one text or two in, the first layer's numbers out. It stays as published, and serves both crowns."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.sides, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, EPSILON)
        self.first = Layer()

    def forward(self, ids: Tensor, mask: Tensor, sides: Tensor) -> Tensor:
        """ids, mask, sides: (batch, tokens) int64. Gives (batch, tokens, WIDTH)."""
        x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]] + self.sides(sides))
        return self.first(x, wide(mask, x))


class Crown(nn.Module):
    """The other layers, and one row of numbers as heads."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS - 1))
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(2 * WIDTH, outputs)

    def forward(self, grown: Tensor, mask: Tensor) -> Tensor:
        """grown: (batch, tokens, WIDTH), mask: (batch, tokens) int64. Gives (batch, outputs) logits."""
        x = grown
        for layer in self.layers:
            x = layer(x, wide(mask, x))
        kept = mask[:, :, None].to(x.dtype)
        mean = (x * kept).sum(1) / kept.sum(1)
        return self.heads(self.dropout(torch.cat([x[:, 0], mean], 1)))


def wide(mask: Tensor, x: Tensor) -> Tensor:
    """The mask as a layer takes it."""
    return (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4


def read(file: Path, outputs: Mapping[str, int]) -> tuple[Trunk, dict[str, Crown]]:
    """MiniLM as published: its trunk, and by name crowns with new heads. ValueError if the file is another."""
    if hashlib.sha256(file.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{file} is not the all-MiniLM-L6-v2 that is known")
    known = load_file(file)
    trunk = Trunk()
    trunk.load_state_dict(
        {mine: known[f"embeddings.{theirs}"] for mine, theirs in ROOTS.items()} | _layer(known, 0, "first")
    )
    crowns = {name: Crown(count) for name, count in outputs.items()}
    for crown in crowns.values():
        layers = [_layer(known, place, f"layers.{place - 1}") for place in range(1, LAYERS)]
        missing, _ = crown.load_state_dict(dict(ChainMap(*layers)), strict=False)
        if set(missing) != {"heads.weight", "heads.bias"}:
            raise ValueError(f"not found in {file}: {missing}")
    return trunk, crowns


ROOTS = {
    "words.weight": "word_embeddings.weight",
    "places.weight": "position_embeddings.weight",
    "sides.weight": "token_type_embeddings.weight",
    "norm.weight": "LayerNorm.weight",
    "norm.bias": "LayerNorm.bias",
}
PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "out_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "down_norm": "output.LayerNorm",
}


def _layer(known: Mapping[str, Tensor], place: int, name: str) -> dict[str, Tensor]:
    return {
        f"{name}.{mine}.{kind}": known[f"encoder.layer.{place}.{theirs}.{kind}"]
        for mine, theirs in PARTS.items()
        for kind in ("weight", "bias")
    }
