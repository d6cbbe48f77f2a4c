"""The checker names operator, node, version and remedy; the tables hold real operators."""

from __future__ import annotations

from typing import Any

import pytest

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper  # noqa: E402

from lamp.errors import InputError  # noqa: E402
from lamp.portable.check import TARGETS, check, for_targets, tables  # noqa: E402

SENTIS, DML, CPU = "Unity Sentis 2.1", "Unreal NNERuntimeORTDml", "Unreal NNERuntimeORTCpu"


def table(name: str) -> Any:
    return next(t for t in tables() if t.name == name)


def model(
    operator: str, *, opset: int = 15, shape: tuple[int, ...] = (2, 3), kind: int = TensorProto.FLOAT, inputs: int = 1,
    domain: str = "", name: str = "the_node", **attributes: Any,
) -> Any:  # fmt: skip
    node = helper.make_node(operator, ["x"] * inputs, ["y"], name=name, domain=domain, **attributes)
    graph = helper.make_graph(
        [node], "test", [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, None)],
    )  # fmt: skip
    imports = [helper.make_opsetid("", opset), *([helper.make_opsetid(domain, 1)] if domain else [])]
    return helper.make_model(graph, opset_imports=imports)


def test_basic_operators_are_fine_everywhere_or_unpublished():
    for each in tables():
        statuses = {v.status for v in check(model("Relu"), [each])}
        assert statuses == {"ok" if each.published else "unpublished"}, each.name


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (model("DynamicQuantizeLinear"), ("DynamicQuantizeLinear", "not in the table", "--precision fp16")),
        (model("SplitToSequence"), ("SplitToSequence", "not in the table", "Slice")),
        (model("Relu", opset=17), ("Relu", "opset 17, Unity Sentis 2.1 reads 7 to 15", "onnxruntime inside")),
        (model("Relu", shape=(1,) * 9), ("Relu", "9 dimensions, the limit is 8", "onnxruntime inside")),
        (
            model("Relu", kind=TensorProto.INT32),
            ("Relu", "takes float tensors, the graph gives INT32", "custom layer"),
        ),
        (model("And", inputs=2), ("And", "takes int tensors, the graph gives FLOAT", "custom layer")),
        (
            model("Identity", kind=TensorProto.STRING),
            ("Identity", "STRING, which is not imported", "custom layer"),
        ),
        (
            model("Gelu", domain="com.microsoft"),
            ("Gelu", "com.microsoft is not the standard domain", "custom layer"),
        ),
    ],
)
def test_trouble_is_named_with_its_remedy(wrong, says):
    operator, why, remedy = says
    for verdict in check(wrong, [table(SENTIS)]):
        assert verdict.status == "unsupported"
        (finding,) = verdict.findings
        assert (finding.operator, finding.node) == (operator, "the_node")
        assert (
            why in finding.why and remedy in finding.remedy and finding.opset == wrong.opset_import[0].version
        )


def test_a_backend_without_an_operator_is_named_and_the_others_are_fine():
    verdicts = {v.backend: v for v in check(model("TopK", inputs=2), [table(SENTIS)])}
    assert {b: v.status for b, v in verdicts.items()} == {
        "CPU": "ok",
        "GPUCompute": "ok",
        "GPUPixel": "unsupported",
    }
    assert "backend GPUPixel" in verdicts["GPUPixel"].findings[0].why


def test_what_directml_lacks_runs_on_the_cpu_beside_it():
    assert [v.status for v in check(model("Det"), [table(DML)])] == ["fallback"]
    assert [v.status for v in check(model("BitwiseNot", opset=17, kind=TensorProto.INT32), [table(DML)])] == [
        "fallback"
    ]
    assert [v.status for v in check(model("Det"), [table(CPU)])] == ["ok"]
    assert [v.status for v in check(model("Det", opset=21), [table(DML)])] == ["unsupported"]


def test_nodes_of_one_trouble_are_counted():
    wrong = model("SplitToSequence")
    again = wrong.graph.node.add()
    again.CopyFrom(wrong.graph.node[0])
    again.output[0] = "z"
    assert [f.count for f in check(wrong, [table(SENTIS)])[0].findings] == [2]


def test_tables_hold_real_operators_and_say_where_they_are_from():
    assert {t.engine for t in tables()} == set(TARGETS)
    for each in tables():
        assert each.source and each.opset[0] < each.opset[1]
        names = set(each.operators or ()) | set(each.since) | set().union(*each.missing.values())
        unknown = {n for n in names if not onnx.defs.has(n) and n not in ("Swish", "RMSNormalization")}
        assert not unknown, f"{each.name}: {unknown}"


def test_unknown_engines_are_refused():
    with pytest.raises(InputError, match="'godot' is unknown; use unity, unreal"):
        for_targets(["unity", "godot"])
