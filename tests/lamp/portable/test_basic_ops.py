"""Rewriting to opset 15: every rule gives what the original node gives, with operators that engines know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")

import onnxruntime as ort  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from lamp.errors import BundleError  # noqa: E402
from lamp.portable.basic_ops import OPSET, to_basic  # noqa: E402

X = np.random.default_rng(0).standard_normal((3, 4, 6)).astype(np.float32)
ZEROS = np.zeros((6, 2), np.float32)


def graph(
    nodes: list[Any],
    constants: dict[str, Any],
    x: Any = X,
    outputs: tuple[str, ...] = ("y",),
    opset: int = 18,
):
    """A model of one input ``x`` whose outputs may have any shape."""
    made = helper.make_graph(
        nodes, "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(x.shape))],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )  # fmt: skip
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def run(model: Any, x: Any = X) -> list[Any]:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]).run(
        None, {"x": x}
    )


def node(operator: str, *inputs: str, output: str = "y", **attributes: Any) -> Any:
    return helper.make_node(operator, list(inputs), [output], name=f"the_{operator}", **attributes)


def scatter(places: list[int], count: int, **attributes: Any) -> Any:
    """The rows of ``x`` at these places of so many rows of zeros."""
    constants = {"z": np.zeros((count, 4, 6), np.float32), "i": np.array(places)[:, None]}
    return graph([node("ScatterND", "z", "i", "x", **attributes)], constants)


LAYER_NORM = helper.make_node(
    "LayerNormalization", ["x", "scale", "bias"], ["y", "mean", "inverse"], epsilon=1e-3
)
CASES: dict[str, tuple[Any, Any]] = {
    "layer norm": (graph([LAYER_NORM], {"scale": X[0, 0], "bias": X[0, 1]}, outputs=("y", "mean", "inverse")), X),
    "layer norm without bias": (graph([node("LayerNormalization", "x", "s", axis=2)], {"s": X[0, 0]}), X),
    "mean": (graph([node("ReduceMean", "x", "a", keepdims=0)], {"a": np.array([0, 2])}), X),
    "max over all": (graph([node("ReduceMax", "x")], {}), X),
    "pad of one axis": (graph([node("Pad", "x", "p", "", "a")], {"p": np.array([1, 2]), "a": np.array([-2])}), X),
    "square of negatives": (graph([node("Pow", "x", "e")], {"e": np.float32(2)}), X),
    "first power": (graph([node("Pow", "x", "e")], {"e": np.float32(1)}), X),
    "rows": (graph([node("GatherND", "x", "i")], {"i": np.array([[2], [0]])}), X),
    "run of rows": (scatter([2, 3, 4], 6), X),
    "first rows": (scatter([0, 1, 2], 6), X),
    "all rows": (scatter([0, 1, 2], 3), X),
    "scattered rows": (scatter([5, 0, 2], 6), X),
    "rows added up": (scatter([1, 1, 4], 6, reduction="add"), X),
    "piece of a split": (
        graph([node("SplitToSequence", "x", "s", output="q", axis=-1), node("SequenceAt", "q", "at")],
              {"s": np.array(4), "at": np.array(1)}), X),
    "piece of an uneven split": (
        graph([node("SplitToSequence", "x", "s", output="q", axis=1), node("SequenceAt", "q", "at")],
              {"s": np.array([1, 3]), "at": np.array(1)}), X),
    "cast like": (graph([node("CastLike", "x", "x")], {}), X),
}  # fmt: skip
GONE = {
    "LayerNormalization",
    "ScatterND",
    "GatherND",
    "Pow",
    "SequenceAt",
    "SplitToSequence",
    "CastLike",
    "Identity",
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_rewritten_graph_gives_the_same(case):
    model, x = CASES[case]
    expected = run(model, x)
    basic = to_basic(model)
    assert [o.version for o in basic.opset_import] == [OPSET]
    assert len(basic.graph.node) == 1 or not GONE & {n.op_type for n in basic.graph.node}
    for found, wanted in zip(run(basic, x), expected, strict=True):
        assert found.shape == wanted.shape and np.abs(found - wanted).max() <= 1e-5


def test_other_powers_and_scatters_that_depend_on_data_stay():
    model = graph([node("Pow", "x", "e")], {"e": np.float32(3)})
    assert [n.op_type for n in to_basic(model).graph.node] == ["Pow"]
    filled = graph(
        [node("ScatterND", "z", "i", "x")], {"z": np.ones((6, 4, 6), np.float32), "i": [[0], [1], [2]]}
    )
    assert [n.op_type for n in to_basic(filled).graph.node] == ["ScatterND"]


def test_what_cannot_be_rewritten_is_named():
    model = graph([node("LayerNormalization", "x", "s", axis=1)], {"s": X[0]})
    with pytest.raises(
        BundleError, match=r"LayerNormalization node 'the_LayerNormalization'.*axis 1.*graphs"
    ):
        to_basic(model)
    shaped = graph([node("Shape", "x", output="a0"), node("ReduceMean", "x", "a0")], {})
    with pytest.raises(BundleError, match=r"ReduceMean.*axes are computed at run time"):
        to_basic(shaped)
    later = graph(
        [node("BitwiseNot", "b", output="c"), node("Cast", "c", to=1)], {"b": np.array([1], np.int32)}
    )
    with pytest.raises(BundleError, match=r"opset 15.*BitwiseNot"):
        to_basic(later)
