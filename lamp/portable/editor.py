"""A small editor for ONNX graphs: constants, shapes, producers, and nodes with fresh names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from lamp.problem import Array


class Editor:
    """Wraps a model that is being rewritten. Names it makes start with ``lamp_`` and are unique in the model."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = onnx.shape_inference.infer_shapes(model)
        self.graph = self.model.graph
        self._tensors = {t.name: t for t in self.graph.initializer}
        self._values: dict[str, Array] = {}
        self.types: dict[str, Any] = {
            v.name: v.type.tensor_type
            for v in [*self.graph.value_info, *self.graph.input, *self.graph.output]
            if v.type.HasField("tensor_type")
        }
        self.producer = {name: node for node in self.graph.node for name in node.output}
        self._made = 0

    def value(self, name: str) -> Array | None:
        """The constant called ``name``, or None when it is computed at run time."""
        if name not in self._values and name in self._tensors:
            self._values[name] = numpy_helper.to_array(self._tensors[name])
        return self._values.get(name)

    def shape(self, name: str) -> list[int | None] | None:
        """Dimensions of a tensor, None for a free one; None altogether when even the rank is unknown."""
        constant = self._tensors.get(name)
        if constant is not None:
            return list(constant.dims)
        kind = self.types.get(name)
        if kind is None or not kind.HasField("shape"):
            return None
        return [d.dim_value if d.HasField("dim_value") else None for d in kind.shape.dim]

    def constant(self, value: Array | Sequence[int], dtype: Any = None) -> str:
        """Add a constant; its name."""
        array = np.asarray(value, dtype)
        name = self._fresh("constant")
        tensor = numpy_helper.from_array(array, name)
        self.graph.initializer.append(tensor)
        self._tensors[name], self._values[name] = tensor, array
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str | None = None, **attributes: Any) -> Any:
        """A node (not yet in the graph) with one output, fresh unless named."""
        name = output or self._fresh(operator)
        return helper.make_node(operator, list(inputs), [name], name=f"{name}_node", **attributes)

    def finish(self, opset: int) -> onnx.ModelProto:
        """The model at ``opset`` without dead nodes, unused constants and notes, in full checked by onnx itself."""
        drop_dead(self.graph)
        del self.graph.value_info[:]
        del self.model.metadata_props[:]
        del self.model.functions[:]
        for node in self.graph.node:
            node.ClearField("doc_string")
            del node.metadata_props[:]
        del self.model.opset_import[:]
        self.model.opset_import.append(helper.make_opsetid("", opset))
        self.model.ir_version = 8  # what runtimes of opset 15 read
        onnx.checker.check_model(self.model, full_check=True)
        return self.model

    def _fresh(self, stem: str) -> str:
        self._made += 1
        return f"lamp_{stem.lower()}_{self._made}"


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """Attributes of a node by name."""
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def drop_dead(graph: onnx.GraphProto) -> None:
    """Remove nodes whose results nobody reads, and constants nobody reads."""
    needed = {o.name for o in graph.output}
    kept = []
    for node in reversed(graph.node):
        if any(name in needed for name in node.output):
            needed.update(node.input)
            kept.append(node)
    kept.reverse()
    del graph.node[:]
    graph.node.extend(kept)
    tensors = [t for t in graph.initializer if t.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(tensors)
