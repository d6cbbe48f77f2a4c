"""Constant folding through onnxruntime: tens of thousands of nodes that compute shapes become a few thousand."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import onnx
import onnxruntime as ort
from onnx import helper

from lamp.errors import BundleError

LARGE = 256  # elements; a constant of that many is a weight


def fold(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with constant parts computed, by onnxruntime's basic optimiser: standard operators stay standard.

    Weights are inputs meanwhile. The gradient reads every matrix transposed, and the sentence encoder unpacks its 8-bit
    matrices: computed ahead, both would be written out as further copies. Runtimes fold those when they load the file.
    """
    weights = [t for t in model.graph.initializer if math.prod(t.dims) >= LARGE]
    names = {t.name for t in weights}
    rest = [t for t in model.graph.initializer if t.name not in names]
    del model.graph.initializer[:]
    model.graph.initializer.extend(rest)
    model.graph.input.extend(
        helper.make_tensor_value_info(t.name, t.data_type, list(t.dims)) for t in weights
    )
    folded = _optimised(model)
    inputs = [i for i in folded.graph.input if i.name not in names]
    del folded.graph.input[:]
    folded.graph.input.extend(inputs)
    folded.graph.initializer.extend(weights)
    return folded


def _optimised(model: onnx.ModelProto) -> onnx.ModelProto:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = 1  # nothing is run
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "folded.onnx"
        options.optimized_model_filepath = str(path)
        try:
            ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises types of its own
            raise BundleError(
                f"onnxruntime cannot load the graph ({error}); fetch the bundle again, or rebuild its graphs"
            ) from error
        folded = onnx.load(path)
    foreign = sorted(
        {f"{n.domain}:{n.op_type}" for n in folded.graph.node if n.domain not in ("", "ai.onnx")}
    )
    if foreign:
        raise BundleError(
            f"onnxruntime {ort.__version__} folds the graph into operators of its own ({', '.join(foreign)}); "
            "export with another version, and report this one"
        )
    version = next(o.version for o in folded.opset_import if o.domain in ("", "ai.onnx"))
    del folded.opset_import[:]
    folded.opset_import.append(helper.make_opsetid("", version))
    return folded
