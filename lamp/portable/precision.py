"""Variants of a portable graph in other precisions. What each costs in accuracy is measured: docs/onnx.md."""

from __future__ import annotations

import contextlib
import logging
import math
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from lamp.errors import InputError
from lamp.portable.fold import LARGE
from lamp.problem import Array

PRECISIONS: dict[str, str] = {
    "fp32": "weights and arithmetic in single precision",
    "fp16": "weights stored in half precision, arithmetic in single: lossless, since a bundle's weights are half",
    "int8-weights": "weights stored in 8 bit with a scale per column, arithmetic in single precision, basic operators",
    "int8": "onnxruntime's dynamic quantisation: products with weights in 8 bit; needs DynamicQuantizeLinear",
}
OFFERED = ("fp32", "fp16")  # what reaches the objective of torch within 1 % (docs/onnx.md has the figures)
_MATRIX_OPERATORS = ("MatMul", "Gemm")


def convert(model: onnx.ModelProto, precision: str) -> onnx.ModelProto:
    """A copy of ``model`` (single precision) in one of ``PRECISIONS``; ``InputError`` for another name."""
    if precision not in PRECISIONS:
        raise InputError("precision", f"{precision!r} is unknown; use {', '.join(PRECISIONS)}")
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    change = _CONVERSIONS.get(precision)
    return copy if change is None else change(copy)


def _half_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Large constants that half precision holds exactly are stored in it, behind a Cast."""
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or math.prod(tensor.dims) < LARGE:
            continue
        value = numpy_helper.to_array(tensor)
        half = value.astype(np.float16)
        if (half.astype(np.float32) == value).all():
            casts.append(_stored_as(tensor, half, "half"))
    return _with_first(model, casts)


def _int8_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Matrices as 8-bit integers and a scale per output column."""
    matrices = _multiplied(model)
    unpack = []
    for tensor in list(model.graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) != 2 or math.prod(tensor.dims) < LARGE:
            continue
        if tensor.name not in matrices:
            continue
        packed, scale = quantise(numpy_helper.to_array(tensor), axis=matrices[tensor.name])
        name = tensor.name
        cast = _stored_as(tensor, packed, "int8")
        cast.output[0] = f"{name}_whole"
        model.graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        unpack += [
            cast,
            helper.make_node("Mul", [f"{name}_whole", f"{name}_scale"], [name], name=f"scale_{name}"),
        ]
    return _half_weights(_with_first(model, unpack))


def quantise(value: Array, axis: int) -> tuple[Array, Array]:
    """Matrix -> symmetric 8-bit integers and scales; one scale for each index of ``axis``."""
    largest = np.abs(value).max(axis=1 - axis, keepdims=True)
    scale = np.where(largest > 0, largest / 127.0, 1.0).astype(np.float32)
    return np.clip(np.round(value / scale), -127, 127).astype(np.int8), scale


def _dynamic_int8(model: onnx.ModelProto) -> onnx.ModelProto:
    """onnxruntime's own quantisation of products with constant matrices, per column.

    Unsigned on both sides: with signed weights, processors without VNNI saturate sums and the result is far off.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = _constant_transposes(model)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source.onnx", Path(folder) / "target.onnx"
        onnx.save(model, source)
        with _without_advice():
            quantize_dynamic(source, target, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True,
                                 weight_type=QuantType.QUInt8, extra_options={"MatMulConstBOnly": True})  # fmt: skip
        return onnx.load(target)


@contextlib.contextmanager
def _without_advice() -> Iterator[None]:
    """The quantiser advises, through the root logger, to fold constants first: that was done."""
    root, level = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


def _constant_transposes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Write transposed weights out: quantisation looks at constants only."""
    values = {t.name: t for t in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        tensor = values.get(node.input[0]) if node.op_type == "Transpose" else None
        if tensor is None:
            nodes.append(node)
            continue
        turn = next((list(a.ints) for a in node.attribute if a.name == "perm"), None)
        array = np.ascontiguousarray(np.transpose(numpy_helper.to_array(tensor), turn))
        model.graph.initializer.append(numpy_helper.from_array(array, node.output[0]))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return _without_dead(model)


def _multiplied(model: onnx.ModelProto) -> dict[str, int]:
    """Constants that are factors of a product, as they are or transposed: name -> axis of their output columns."""
    constants = {t.name for t in model.graph.initializer}
    turned = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Transpose"}
    axes: dict[str, int] = {}
    for node in model.graph.node:
        if node.op_type not in _MATRIX_OPERATORS:
            continue
        flipped = any(a.name == "transB" and a.i for a in node.attribute)
        name = node.input[1]
        if name in turned and turned[name] in constants:
            axes.setdefault(turned[name], 1 if flipped else 0)
        elif name in constants:
            axes.setdefault(name, 0 if flipped else 1)
    return axes


def _stored_as(tensor: onnx.TensorProto, value: Array, suffix: str) -> onnx.NodeProto:
    """Store the constant as ``value`` under another name; the Cast that gives the old name its old values."""
    name = tensor.name
    tensor.CopyFrom(numpy_helper.from_array(value, f"{name}_{suffix}"))
    return helper.make_node("Cast", [f"{name}_{suffix}"], [name], to=TensorProto.FLOAT, name=f"unpack_{name}")


def _with_first(model: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> onnx.ModelProto:
    rest = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *rest])
    return model


def _without_dead(model: onnx.ModelProto) -> onnx.ModelProto:
    from lamp.portable.editor import drop_dead

    drop_dead(model.graph)
    return model


_CONVERSIONS: dict[str, Callable[[onnx.ModelProto], onnx.ModelProto]] = {
    "fp16": _half_weights, "int8-weights": _int8_weights, "int8": _dynamic_int8,
}  # fmt: skip
