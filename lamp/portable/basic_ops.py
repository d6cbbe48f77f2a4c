"""Rewrites a graph of opset 18 to opset 15 with operators that engines know (docs/onnx.md says which and why).

Every rule maps a node to nodes with the same result. What no rule mends and opset 15 lacks is an error that names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from lamp.errors import BundleError
from lamp.portable.editor import Editor, attributes
from lamp.problem import Array

OPSET = 15
Nodes = list[onnx.NodeProto]
Rule = Callable[[Editor, onnx.NodeProto], "Nodes | None"]


def to_basic(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model at opset 15; ``BundleError`` names the node that cannot be written so."""
    editor = Editor(model)
    nodes: Nodes = []
    for node in editor.graph.node:
        rule = RULES.get(node.op_type)
        made = rule(editor, node) if rule is not None else None
        for new in [node] if made is None else made:
            editor.producer.update(dict.fromkeys(new.output, new))
            nodes.append(new)
    del editor.graph.node[:]
    editor.graph.node.extend(nodes)
    skip_identities(editor.graph)
    try:
        return editor.finish(OPSET)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise BundleError(
            f"the graph cannot be written at opset {OPSET}: {error}; make the bundle's graphs again with "
            "`python -m training graphs`, or report the operator"
        ) from error


def skip_identities(graph: onnx.GraphProto) -> None:
    """Let readers of an Identity read its input; those that name an output of the graph stay."""
    outputs = {o.name for o in graph.output}
    alias: dict[str, str] = {}
    kept: Nodes = []
    for node in graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = alias.get(name, name)
        if node.op_type == "Identity" and node.output[0] not in outputs:
            alias[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


def layer_norm(editor: Editor, node: onnx.NodeProto) -> Nodes:
    """LayerNormalization came with opset 17; here over the last axis, with its two optional statistics."""
    given = attributes(node)
    rank = len(editor.shape(node.input[0]) or [])
    if given.get("axis", -1) not in (-1, rank - 1):
        raise _cannot(node, f"axis {given['axis']} of rank {rank} is not the last one")
    mean = editor.node("ReduceMean", [node.input[0]], _output(node, 1), axes=[-1], keepdims=1)
    centred = editor.node("Sub", [node.input[0], mean.output[0]])
    square = editor.node("Mul", [centred.output[0]] * 2)
    variance = editor.node("ReduceMean", [square.output[0]], axes=[-1], keepdims=1)
    epsilon = editor.constant(given.get("epsilon", 1e-5), np.float32)
    guarded = editor.node("Add", [variance.output[0], epsilon])
    deviation = editor.node("Sqrt", [guarded.output[0]])
    made = [mean, centred, square, variance, guarded, deviation]
    if _output(node, 2):
        made.append(editor.node("Reciprocal", [deviation.output[0]], _output(node, 2)))
    plain = editor.node("Div", [centred.output[0], deviation.output[0]])
    has_bias = len(node.input) > 2 and node.input[2]
    scaled = editor.node("Mul", [plain.output[0], node.input[1]], None if has_bias else node.output[0])
    made += [plain, scaled]
    if has_bias:
        made.append(editor.node("Add", [scaled.output[0], node.input[2]], node.output[0]))
    return made


def reduce(editor: Editor, node: onnx.NodeProto) -> Nodes:
    """Axes were an attribute before opset 18."""
    given = attributes(node)
    kept: dict[str, Any] = {"keepdims": given.get("keepdims", 1)}
    if len(node.input) > 1 and node.input[1]:
        axes = editor.value(node.input[1])
        if axes is None:
            raise _cannot(node, "its axes are computed at run time")
        kept["axes"] = [int(a) for a in axes]
    elif "axes" in given:
        kept["axes"] = given["axes"]
    return [editor.node(node.op_type, [node.input[0]], node.output[0], **kept)]


def pad(editor: Editor, node: onnx.NodeProto) -> Nodes | None:
    """Padding of some axes only came with opset 18: give zeros for the others."""
    if len(node.input) < 4 or not node.input[3]:
        return None
    pads, axes, shape = editor.value(node.input[1]), editor.value(node.input[3]), editor.shape(node.input[0])
    if pads is None or axes is None or shape is None:
        raise _cannot(node, "its axes are computed at run time")
    full = np.zeros((2, len(shape)), np.int64)
    full[:, axes.astype(np.int64)] = pads.reshape(2, -1)
    inputs = [node.input[0], editor.constant(full.reshape(-1)), *[n for n in node.input[2:3] if n]]
    return [editor.node("Pad", inputs, node.output[0], mode=attributes(node).get("mode", b"constant"))]


def power(editor: Editor, node: onnx.NodeProto) -> Nodes | None:
    """x^1 is x and x^2 is x * x: shaders compute a power through the logarithm, which fails for x < 0."""
    exponent = editor.value(node.input[1])
    if exponent is None or exponent.size != 1:
        return None
    if float(exponent.reshape(-1)[0]) == 2.0:
        return [editor.node("Mul", [node.input[0]] * 2, node.output[0])]
    if float(exponent.reshape(-1)[0]) == 1.0:
        return [editor.node("Identity", [node.input[0]], node.output[0])]
    return None


def gather_nd(editor: Editor, node: onnx.NodeProto) -> Nodes | None:
    """Fixed rows of the first axis are a Gather."""
    indices = editor.value(node.input[1])
    if indices is None or indices.shape[-1] != 1 or attributes(node).get("batch_dims", 0) != 0:
        return None
    rows = editor.constant(indices[..., 0], np.int64)
    return [editor.node("Gather", [node.input[0], rows], node.output[0], axis=0)]


def scatter_nd(editor: Editor, node: onnx.NodeProto) -> Nodes | None:
    """Rows put (or added) at fixed places of the first axis of zeros: what the gradient of a slice is.

    A run of rows becomes a Concat with zeros, other places a Gather from the rows and one row of zeros, and places
    used twice a product with a matrix of ones and zeros. No engine then needs a scatter.
    """
    data, indices = editor.value(node.input[0]), editor.value(node.input[1])
    if data is None or indices is None or data.any() or indices.ndim != 2 or indices.shape[1] != 1:
        return None
    places, count, updates = indices[:, 0], data.shape[0], node.input[2]
    if len(np.unique(places)) < len(places):
        if attributes(node).get("reduction", b"none") != b"add":
            return None
        return _sum_rows(editor, node, places, data.shape)
    if (np.diff(places) == 1).all():
        before, after = int(places[0]), count - 1 - int(places[-1])
        parts = [editor.constant(data[:before])] if before else []
        parts += [updates] + ([editor.constant(data[:after])] if after else [])
        if len(parts) == 1:
            return [editor.node("Identity", parts, node.output[0])]
        return [editor.node("Concat", parts, node.output[0], axis=0)]
    source = np.full(count, len(places), np.int64)
    source[places] = np.arange(len(places))
    padded = editor.node("Concat", [updates, editor.constant(data[:1])], axis=0)
    return [
        padded,
        editor.node("Gather", [padded.output[0], editor.constant(source)], node.output[0], axis=0),
    ]


def _sum_rows(editor: Editor, node: onnx.NodeProto, places: Array, shape: tuple[int, ...]) -> Nodes:
    chosen = (places == np.arange(shape[0])[:, None]).astype(np.float32)
    flat = editor.node("Reshape", [node.input[2], editor.constant([len(places), -1], np.int64)])
    summed = editor.node("MatMul", [editor.constant(chosen), flat.output[0]])
    back = editor.node("Reshape", [summed.output[0], editor.constant(shape, np.int64)], node.output[0])
    return [flat, summed, back]


def sequence_at(editor: Editor, node: onnx.NodeProto) -> Nodes | None:
    """One piece of a split is a Slice; engines know no sequences."""
    split, position = editor.producer.get(node.input[0]), editor.value(node.input[1])
    if split is None or split.op_type != "SplitToSequence" or position is None:
        return None
    given, lengths = attributes(split), editor.value(split.input[1]) if len(split.input) > 1 else None
    axis, shape = given.get("axis", 0), editor.shape(split.input[0])
    if lengths is None or shape is None or shape[axis] is None or not given.get("keepdims", 1):
        return None
    whole = int(shape[axis] or 0)
    pieces = np.full(-(-whole // int(lengths)), int(lengths)) if lengths.ndim == 0 else lengths
    start = int(pieces[: int(position)].sum())
    bounds = [[start], [min(start + int(pieces[int(position)]), whole)], [axis]]
    inputs = [split.input[0], *(editor.constant(b, np.int64) for b in bounds)]
    return [editor.node("Slice", inputs, node.output[0])]


def cast_like(editor: Editor, node: onnx.NodeProto) -> Nodes | None:
    """A Cast, where the wanted type is known."""
    value = editor.value(node.input[1])
    if value is not None:
        kind = onnx.helper.np_dtype_to_tensor_dtype(value.dtype)
    elif node.input[1] in editor.types:
        kind = editor.types[node.input[1]].elem_type
    else:
        return None
    return [editor.node("Cast", [node.input[0]], node.output[0], to=kind or TensorProto.FLOAT)]


def _output(node: onnx.NodeProto, index: int) -> str | None:
    return node.output[index] if len(node.output) > index and node.output[index] else None


def _cannot(node: onnx.NodeProto, why: str) -> BundleError:
    return BundleError(
        f"{node.op_type} node {node.name!r} cannot be written at opset {OPSET}: {why}; make the bundle's graphs again "
        "with `python -m training graphs`"
    )


RULES: dict[str, Rule] = {
    "LayerNormalization": layer_norm, "Pad": pad, "Pow": power, "GatherND": gather_nd, "ScatterND": scatter_nd,
    "SequenceAt": sequence_at, "CastLike": cast_like,
    **dict.fromkeys(("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"), reduce),
}  # fmt: skip
