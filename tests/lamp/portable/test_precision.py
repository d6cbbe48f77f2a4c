"""Precisions: what is lossless is lossless to the bit, what is not keeps its bound, and files shrink as they should."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")

import onnxruntime as ort  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from lamp.errors import InputError  # noqa: E402
from lamp.portable.precision import OFFERED, PRECISIONS, convert, quantise  # noqa: E402

RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 48)).astype(np.float32)
W = RNG.standard_normal((48, 32)).astype(np.float16).astype(np.float32)
FINE = W + np.float32(1e-5)  # not exact in half precision


def product(weight=W, transposed: bool = False):
    """``x @ W + b``, or ``x @ transpose(W')``: how the gradient reads a weight."""
    stored = np.ascontiguousarray(weight.T) if transposed else weight
    nodes = [helper.make_node("Transpose", ["w"], ["wt"], perm=[1, 0], name="turn")] if transposed else []
    nodes += [
        helper.make_node("MatMul", ["x", "wt" if transposed else "w"], ["xw"], name="product"),
        helper.make_node("Add", ["xw", "b"], ["y"], name="sum"),
    ]
    graph = helper.make_graph(
        nodes, "test", [helper.make_tensor_value_info("x", TensorProto.FLOAT, X.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [5, 32])],
        [numpy_helper.from_array(stored, "w"), numpy_helper.from_array(W[0] / 3, "b")],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def run(model):
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": X})[0]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("precision", sorted(PRECISIONS))
def test_every_precision_computes_the_product(precision, transposed):
    model = product(transposed=transposed)
    before = model.SerializeToString()
    converted = convert(model, precision)
    onnx.checker.check_model(converted, full_check=True)
    assert model.SerializeToString() == before  # a copy
    bound = {"fp32": 0.0, "fp16": 0.0, "int8-weights": 0.3, "int8": 0.3}[precision]
    error = np.abs(run(converted) - run(model)).max()
    assert error <= bound
    if precision in ("int8-weights", "int8"):
        assert error > 0.0  # it was converted at all


def test_weights_that_half_precision_cannot_hold_stay_single():
    converted = convert(product(FINE), "fp16")
    assert run(converted).tobytes() == run(product(FINE)).tobytes()
    assert {t.name: t.data_type for t in converted.graph.initializer}["w"] == TensorProto.FLOAT


def test_stored_sizes_of_the_step(step):
    whole = len(step.model.SerializeToString())
    sizes = {
        name: len(convert(step.model, name).SerializeToString()) / whole for name in ("fp16", "int8-weights")
    }
    assert sizes["fp16"] < 0.55 and sizes["int8-weights"] < 0.32


@pytest.mark.parametrize("axis", [0, 1])
def test_eight_bits_keep_half_a_step_of_each_scale(axis):
    packed, scale = quantise(W, axis)
    assert packed.dtype == np.int8 and scale.shape == ((48, 1) if axis == 0 else (1, 32))
    assert (np.abs(packed * scale - W) <= scale / 2 + 1e-7).all()
    nothing, one = quantise(np.zeros((4, 4), np.float32), 0)
    assert not nothing.any() and (one == 1.0).all()


def test_unknown_precisions_are_refused():
    with pytest.raises(InputError, match=r"'fp8' is unknown; use fp32, fp16"):
        convert(product(), "fp8")
    assert set(OFFERED) <= set(PRECISIONS)
