"""A bundle's weightless graphs as whole ONNX models: weights put in, lengths fixed where asked."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load

from lamp.bundle import Bundle
from lamp.errors import BundleError, InputError
from lamp.models.text import TextBundle
from lamp.problem import Arrays

PASSES = ("encoder", "denoiser", "decoder")
PARTS = (*PASSES, "text", "step")


def step_key(bundle: Bundle, frames: int, geometry: bool) -> tuple[int, int, bool]:
    """Key of the step graph for one character whose window holds ``frames``; ``InputError`` lists what there is."""
    windows = sorted(f for f, b, g in bundle.graphs if b == 1 and g == geometry)
    window = next((w for w in windows if w >= frames), None)
    if window is None:
        kind = "with" if geometry else "without"
        raise InputError(
            "length",
            f"{frames} frames is more than any step graph {kind} geometry of bundle {bundle.name} holds ({windows}); "
            "give a smaller length, or `dynamic`",
        )
    return window, 1, geometry


def step_model(bundle: Bundle, key: tuple[int, int, bool]) -> onnx.ModelProto:
    """The optimisation step (frames, batch, geometry) with its weights."""
    return with_weights(_read(bundle.folder / bundle.graphs[key]), bundle.weights)


def pass_model(bundle: Bundle, name: str, tokens: int | None) -> onnx.ModelProto:
    """``encoder``, ``denoiser`` or ``decoder`` with its weights.

    ``tokens`` fixes the length, and the batch at 1; None leaves both free.
    """
    model = with_weights(_read(bundle.folder / f"{name}.onnx.gz"), bundle.weights)
    return model if tokens is None else fix_free(model, {"batch": 1, "tokens": tokens})


def text_model(text: TextBundle, tokens: int | None) -> onnx.ModelProto:
    """The sentence encoder, ids to embeddings of unit length; ``tokens`` fixes length and batch (1).

    The stored graph ends with a vector per token: pooling over the tokens that the mask keeps, and the unit length, are
    appended, so that an engine has nothing left to do.
    """
    model = onnx.load_from_string(text.read(text.graph))
    weights = {name: value for file in text.weights for name, value in load(text.read(file)).items()}
    model = with_weights(model, weights)
    _pool(model, text.width)
    if tokens is None:
        return model
    free = {d.dim_param for i in model.graph.input for d in i.type.tensor_type.shape.dim if d.dim_param}
    batch = model.graph.input[0].type.tensor_type.shape.dim[0].dim_param
    return fix_free(model, {name: 1 if name == batch else tokens for name in free})


def with_weights(model: onnx.ModelProto, weights: Arrays) -> onnx.ModelProto:
    """Put the external constants in, by name; the names of a bundle's weights have ``__`` for the dot in its graphs."""
    values = weights | {name.replace(".", "__"): value for name, value in weights.items()}
    for tensor in model.graph.initializer:
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        if tensor.name not in values:
            raise BundleError(
                f"the graph asks for weight {tensor.name!r}, which the bundle lacks; rebuild its graphs with "
                "`python -m training graphs`"
            )
        value = values[tensor.name].astype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
        if list(value.shape) != list(tensor.dims):
            raise BundleError(
                f"weight {tensor.name!r} is {value.shape}, its graph asks for {tuple(tensor.dims)}; rebuild the graphs "
                "with `python -m training graphs`"
            )
        tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), tensor.name))
    return model


def fix_free(model: onnx.ModelProto, sizes: dict[str, int]) -> onnx.ModelProto:
    """Give free dimensions of the inputs a size by name; what was inferred for others is forgotten."""
    for value in model.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_value = sizes[dim.dim_param]
    for value in model.graph.output:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param in sizes:
                dim.dim_value = sizes[dim.dim_param]
            elif dim.dim_param:
                dim.Clear()
    del model.graph.value_info[:]
    return model


def _read(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load_from_string(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, ValueError) as error:
        raise BundleError(
            f"graph {path.name} cannot be read ({error}); fetch it again, or make it with `python -m training graphs`"
        ) from error


def _pool(model: onnx.ModelProto, width: int) -> None:
    """Masked mean over tokens and unit length: ``(B, N, width)`` -> ``(B, width)``, output ``sentence``."""
    graph, hidden = model.graph, model.graph.output[0].name
    constants: Arrays = {"pool_axis": np.array([1], np.int64), "pool_last": np.array([2], np.int64),
                 "pool_width": np.array([1], np.int64), "pool_tiny": np.array(1e-9, np.float32)}  # fmt: skip
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    graph.node.extend([
        helper.make_node("Cast", ["attention_mask"], ["pool_mask"], to=TensorProto.FLOAT, name="pool_mask_node"),
        helper.make_node("Unsqueeze", ["pool_mask", "pool_last"], ["pool_mask3"], name="pool_mask3_node"),
        helper.make_node("Mul", [hidden, "pool_mask3"], ["pool_kept"], name="pool_kept_node"),
        helper.make_node("ReduceSum", ["pool_kept", "pool_axis"], ["pool_sum"], keepdims=0, name="pool_sum_node"),
        helper.make_node("ReduceSum", ["pool_mask", "pool_width"], ["pool_count"], keepdims=1, name="pool_count_node"),
        helper.make_node("Div", ["pool_sum", "pool_count"], ["pool_mean"], name="pool_mean_node"),
        helper.make_node("Mul", ["pool_mean", "pool_mean"], ["pool_square"], name="pool_square_node"),
        helper.make_node("ReduceSum", ["pool_square", "pool_width"], ["pool_norm2"], keepdims=1, name="pool_norm2_n"),
        helper.make_node("Sqrt", ["pool_norm2"], ["pool_norm"], name="pool_norm_node"),
        helper.make_node("Max", ["pool_norm", "pool_tiny"], ["pool_safe"], name="pool_safe_node"),
        helper.make_node("Div", ["pool_mean", "pool_safe"], ["sentence"], name="sentence_node"),
    ])  # fmt: skip
    batch = graph.input[0].type.tensor_type.shape.dim[0].dim_param or 1
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("sentence", TensorProto.FLOAT, [batch, width]))
