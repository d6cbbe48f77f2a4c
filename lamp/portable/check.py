"""Checks a graph against the operators that engines publish; the tables lie in ``support/`` with their sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import onnx
import yaml
from onnx import TensorProto

from lamp.errors import InputError

FOLDER = Path(__file__).parent / "support"
TARGETS = ("unity", "unreal")
_FLOATS = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.BFLOAT16}
_FOREIGN = {TensorProto.STRING, TensorProto.COMPLEX64, TensorProto.COMPLEX128}
_QUANTISED = "export with --precision fp16 or int8-weights, which need no quantised operators"
_REMEDIES = {
    **dict.fromkeys(("DynamicQuantizeLinear", "MatMulInteger", "QLinearMatMul", "QuantizeLinear", "DequantizeLinear",
                     "ConvInteger", "QLinearConv"), _QUANTISED),
    **dict.fromkeys(("If", "Loop", "Scan"), "export with fixed length (--length N), which decides branches beforehand"),
    **dict.fromkeys(("SplitToSequence", "SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceInsert",
                     "ConcatFromSequence"), "write it with Slice and Concat, as lamp export-onnx does"),
}  # fmt: skip
_OTHERWISE = "run this file with onnxruntime inside the engine, or write a custom layer for the operator"


@dataclass(frozen=True)
class Table:
    """What one engine publishes about itself."""

    name: str
    engine: str  # one of TARGETS
    source: str
    opset: tuple[int, int]
    backends: tuple[str, ...]
    operators: dict[str, str] | None  # operator -> what its tensors hold; None: every standard operator
    published: bool = True
    missing: dict[str, set[str]] = field(default_factory=dict)  # backend -> operators
    since: dict[str, int] = field(default_factory=dict)
    max_rank: int | None = None
    fallback: str = ""  # what happens to an operator it lacks, where that is not an error


@dataclass
class Finding:
    """One kind of trouble: the first node that has it, and how many do."""

    operator: str
    opset: int
    node: str
    why: str
    remedy: str
    count: int = 1


@dataclass
class Verdict:
    """What one backend of an engine makes of a graph: ``ok``, ``fallback``, ``unpublished`` or ``unsupported``."""

    engine: str
    backend: str
    status: str
    findings: list[Finding]

    def as_dict(self) -> dict[str, Any]:
        """For a report."""
        return asdict(self)


@cache
def tables() -> tuple[Table, ...]:
    """Every table there is, Unity's first."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda t: (TARGETS.index(t.engine), t.name)))


def for_targets(targets: list[str]) -> list[Table]:
    """Tables of these engines; ``InputError`` for an unknown one."""
    for target in targets:
        if target not in TARGETS:
            raise InputError("targets", f"{target!r} is unknown; use {', '.join(TARGETS)}")
    return [table for table in tables() if table.engine in targets]


def check(model: onnx.ModelProto, against: Sequence[Table]) -> list[Verdict]:
    """A verdict for each backend of each engine."""
    tensors = _tensors(model)
    return [verdict for table in against for verdict in _verdicts(model, tensors, table)]


def _verdicts(
    model: onnx.ModelProto, tensors: dict[str, tuple[int, int | None]], table: Table
) -> list[Verdict]:
    graph = model.graph
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 0)
    verdicts = []
    for backend in table.backends:
        findings: dict[tuple[str, str], Finding] = {}
        for node, why in _troubles(graph, tensors, opset, table, backend):
            key = node.op_type, why
            if key in findings:
                findings[key].count += 1
            else:
                remedy = _REMEDIES.get(node.op_type, _OTHERWISE)
                findings[key] = Finding(node.op_type, opset, node.name or node.output[0], why, remedy)
        status = "unsupported" if findings else "ok"
        if not table.published and not findings:
            status = "unpublished"
        elif findings and table.fallback and table.opset[0] <= opset <= table.opset[1]:
            status = "fallback"
        verdicts.append(Verdict(table.name, backend, status, list(findings.values())))
    return verdicts


def _troubles(
    graph: onnx.GraphProto, tensors: dict[str, tuple[int, int | None]], opset: int, table: Table, backend: str
) -> Iterator[tuple[onnx.NodeProto, str]]:
    """Nodes that do not run on a backend, with the reason."""
    low, high = table.opset
    for node in graph.node:
        if not low <= opset <= high:
            yield node, f"the file is written at opset {opset}, {table.name} reads {low} to {high}"
            return
        if node.domain not in ("", "ai.onnx"):
            yield node, f"{node.domain} is not the standard domain of operators"
        elif table.operators is not None and node.op_type not in table.operators:
            yield node, f"not in the table of {table.name}"
        elif opset < table.since.get(node.op_type, 0):
            yield node, f"{table.name} has it from opset {table.since[node.op_type]}"
        elif node.op_type in table.missing.get(backend, ()):
            yield node, f"{table.name} has no such operator on its backend {backend}"
        elif trouble := _tensor_trouble(node, tensors, table):
            yield node, trouble


def _tensor_trouble(
    node: onnx.NodeProto, tensors: dict[str, tuple[int, int | None]], table: Table
) -> str | None:
    """What is wrong with the type or rank of a node's tensors."""
    for name in [*node.input, *node.output]:
        kind, rank = tensors.get(name, (TensorProto.UNDEFINED, None))
        if kind in _FOREIGN and table.max_rank is not None:
            return f"tensor {name} holds {TensorProto.DataType.Name(kind)}, which is not imported"
        if table.max_rank is not None and rank is not None and rank > table.max_rank:
            return f"tensor {name} has {rank} dimensions, the limit is {table.max_rank}"
    allowed = (table.operators or {}).get(node.op_type, "any")
    kind, _ = tensors.get(node.input[0] if node.input else "", (TensorProto.UNDEFINED, None))
    if kind == TensorProto.UNDEFINED or allowed in ("any", "float_int"):
        return None
    if (kind in _FLOATS) != (allowed == "float"):
        return f"takes {allowed} tensors, the graph gives {TensorProto.DataType.Name(kind)}"
    return None


def _tensors(model: onnx.ModelProto) -> dict[str, tuple[int, int | None]]:
    """Element type and rank of every tensor that is known; of a graph that contradicts itself, of what it declares."""
    try:
        graph = onnx.shape_inference.infer_shapes(model).graph
    except onnx.shape_inference.InferenceError:
        graph = model.graph
    known: dict[str, tuple[int, int | None]] = {t.name: (t.data_type, len(t.dims)) for t in graph.initializer}
    for value in [*graph.value_info, *graph.input, *graph.output]:
        kind = value.type.tensor_type
        known[value.name] = kind.elem_type, len(kind.shape.dim) if kind.HasField("shape") else None
    return known


def _read(path: Path) -> Table:
    data = yaml.safe_load(path.read_text(encoding="utf8"))
    listed = data["operators"]
    operators = None
    if isinstance(listed, dict):
        operators = {name: kind for kind, names in listed.items() for name in names}
    return Table(
        name=data["name"], engine=data["engine"], source=data["source"], opset=(data["opset"][0], data["opset"][1]),
        backends=tuple(data["backends"]), operators=operators, published=listed != "unpublished",
        missing={k: set(v) for k, v in data.get("missing", {}).items()}, since=data.get("since", {}),
        max_rank=data.get("max_rank"), fallback=data.get("fallback", ""),
    )  # fmt: skip
