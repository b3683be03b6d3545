"""The encoder that is trained: MiniLM's six layers, read from its published file, and one row of numbers as heads."""

import hashlib
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


class Encoder(nn.Module):
    """Tokens of one text or two in, `outputs` numbers out."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.sides, self.norm = nn.Embedding(2, WIDTH), nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(2 * WIDTH, outputs)

    def forward(self, ids: Tensor, mask: Tensor, sides: Tensor) -> Tensor:
        """ids, mask, sides: (batch, tokens) int64. Gives (batch, outputs) logits."""
        x = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]] + self.sides(sides))
        wide = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, wide)
        kept = mask[:, :, None].to(x.dtype)
        mean = (x * kept).sum(1) / kept.sum(1)
        return self.heads(self.dropout(torch.cat([x[:, 0], mean], 1)))


def read(file: Path, outputs: int) -> Encoder:
    """MiniLM as published, with new heads. ValueError if the file is another than the one known."""
    if hashlib.sha256(file.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{file} is not the all-MiniLM-L6-v2 that is known")
    known, model = load_file(file), Encoder(outputs)
    own = {
        "words.weight": "embeddings.word_embeddings.weight",
        "places.weight": "embeddings.position_embeddings.weight",
        "sides.weight": "embeddings.token_type_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    parts = {
        "query": "attention.self.query",
        "key": "attention.self.key",
        "value": "attention.self.value",
        "out": "attention.output.dense",
        "out_norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "down_norm": "output.LayerNorm",
    }
    for place in range(LAYERS):
        for mine, theirs in parts.items():
            for kind in ("weight", "bias"):
                own[f"layers.{place}.{mine}.{kind}"] = f"encoder.layer.{place}.{theirs}.{kind}"
    missing, _ = model.load_state_dict({mine: known[theirs] for mine, theirs in own.items()}, strict=False)
    if set(missing) != {"heads.weight", "heads.bias"}:
        raise ValueError(f"not found in {file}: {missing}")
    return model
