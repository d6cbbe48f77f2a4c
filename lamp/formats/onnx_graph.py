"""Networks and the whole optimisation step as ONNX graphs without weights (fact sheet on the ONNX step).

``torch.func.grad_and_value`` of the objective, traced with the core ATen decompositions, is an ordinary graph that
needs no autograd at run time. Weights are cut out and injected from the bundle's safetensors when a session is made,
so a bundle holds them once. Needs torch, onnx and onnxscript (the ``train`` extra).
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from lamp.engines.objective import PriorNetworks, Tensors
from lamp.engines.step import example_inputs, make_step
from lamp.models import representation as rep
from lamp.problem import CONSTANT_STATE, Shape

OPSET = 18


class _Flat(nn.Module):
    """Exports a function of named tensors: positional inputs in, a tuple out, weights as attributes."""

    def __init__(self, function: Callable[..., tuple[Tensor, ...]], weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.function = function
        self.names = list(weights)
        for name, value in weights.items():
            self.register_buffer(name.replace(".", "__"), value)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        weights = [getattr(self, name.replace(".", "__")) for name in self.names]
        return self.function(*inputs, *weights)


def export_step(networks: PriorNetworks, shape: Shape, batch: int, grid: list[float]) -> bytes:
    """The optimisation step for one shape, batch size and chain as a weightless ONNX graph.

    Inputs are the arrays of ``Shape.problem_shapes()`` and ``state_shapes()`` by name (prefix ``state_`` for the
    latter), outputs the next state by name (prefix ``next_``).
    """
    problem, state = example_inputs(shape, batch, torch.device("cpu"))
    weights = {**dict(networks.named_parameters()), **dict(networks.named_buffers())}
    weights = {k: v.detach() for k, v in weights.items()}
    names_p, names_s, names_w = list(problem), list(state), list(weights)
    changing = [name for name in names_s if name not in CONSTANT_STATE]

    def flat(*tensors: Tensor) -> tuple[Tensor, ...]:
        p = dict(zip(names_p, tensors, strict=False))
        s = dict(zip(names_s, tensors[len(names_p) :], strict=False))
        w = dict(zip(names_w, tensors[len(names_p) + len(names_s) :], strict=True))
        with _Swapped(networks, w):
            out = make_step(networks, grid)(p, s)
        return tuple(out[name] for name in changing)

    inputs = (*problem.values(), *state.values())
    decompositions = torch._decomp.core_aten_decompositions()
    traced = make_fx(flat, decomposition_table=dict(decompositions))(*inputs, *weights.values())
    wrapper = _Flat(traced, weights)
    return _weightless(
        wrapper,
        inputs,
        [*names_p, *(f"state_{n}" for n in names_s)],
        [f"next_{n}" for n in changing],
        networks,
    )


class _Swapped:
    """Runs the networks with other tensors as weights, so that tracing sees them as inputs."""

    def __init__(self, networks: nn.Module, weights: Tensors) -> None:
        self.networks, self.weights = networks, weights
        self.saved: list[tuple[dict[str, Any], str, Any]] = []

    def __enter__(self) -> None:
        for name, value in self.weights.items():
            module_name, _, leaf = name.rpartition(".")
            module = self.networks.get_submodule(module_name)
            store = module._parameters if leaf in module._parameters else module._buffers
            self.saved.append((store, leaf, store[leaf]))
            store[leaf] = value  # type: ignore[assignment]

    def __exit__(self, *error: object) -> None:
        for store, leaf, value in self.saved:
            store[leaf] = value


def _weightless(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    names_in: list[str],
    names_out: list[str],
    networks: nn.Module,
) -> bytes:
    """Export and strip the large tensors; they keep their names (``.`` as ``__``) as external initializers."""
    program = torch.onnx.export(
        module, inputs, dynamo=True, opset_version=OPSET, input_names=names_in, output_names=names_out,
        optimize=False, verbose=False,
    )  # fmt: skip
    return _stripped(program, networks)


def _stripped(program: Any, networks: nn.Module, prefix: str = "") -> bytes:
    buffer = io.BytesIO()
    program.save(buffer)
    model = onnx.load_from_string(buffer.getvalue())
    for tensor in model.graph.initializer:  # the module path of the wrapper is not part of a weight's name
        renamed = tensor.name.removeprefix(prefix).replace(".", "__")
        for node in model.graph.node:
            for i, name in enumerate(node.input):
                if name == tensor.name:
                    node.input[i] = renamed
        tensor.name = renamed
    return strip_weights(model, networks)


def strip_weights(model: onnx.ModelProto, networks: nn.Module) -> bytes:
    """Remove initializers that are weights of ``networks``: they become external, to be injected by name."""
    own = {name.replace(".", "__"): value for name, value in networks.state_dict().items()}
    kept, removed = [], []
    for tensor in model.graph.initializer:
        size = 1
        for d in tensor.dims:
            size *= d
        name = tensor.name
        match = own.get(name)
        if match is not None:
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            del tensor.external_data[:]
            for key, value in (("location", "weights"), ("offset", "0"), ("length", str(4 * size))):
                entry = tensor.external_data.add()
                entry.key, entry.value = key, value
            removed.append(name)
        kept.append(tensor)
    if not removed:
        raise RuntimeError(
            "no initializer of the exported graph matches a weight; names changed in the exporter?"
        )
    for node in model.graph.node:
        node.ClearField("doc_string")
        del node.metadata_props[:]
    del model.graph.value_info[:]
    del model.functions[:]
    return model.SerializeToString()


def export_forward(networks: PriorNetworks) -> dict[str, bytes]:
    """The plain forward passes with free batch and length: ``encoder``, ``denoiser`` and ``decoder``."""
    batch, tokens = torch.export.Dim("batch", min=1, max=1024), torch.export.Dim("tokens", min=2, max=64)
    tau = networks.autoencoder.config.patch_frames
    d, e = networks.latent_mean.shape[0], networks.denoiser.config.text_width
    b, n = 3, 7
    return {
        "encoder": _forward_graph(
            _Encoder(networks),
            {"features": torch.zeros(b, n, tau, rep.WIDTH), "visible": torch.ones(b, n, rep.PART_COUNT)},
            {"features": {0: batch, 1: tokens}, "visible": {0: batch, 1: tokens}}, "latents", networks),
        "denoiser": _forward_graph(
            _Velocity(networks),
            {"noisy": torch.zeros(b, n, d), "time": torch.ones(b), "text": torch.zeros(b, e), "has_text": torch.ones(b),
             "context": torch.zeros(b, n, d), "known": torch.zeros(b, n), "token_valid": torch.ones(b, n)},
            {"noisy": {0: batch, 1: tokens}, "time": {0: batch}, "text": {0: batch}, "has_text": {0: batch},
             "context": {0: batch, 1: tokens}, "known": {0: batch, 1: tokens}, "token_valid": {0: batch, 1: tokens}},
            "prediction", networks),
        "decoder": _forward_graph(
            _Decoder(networks), {"latents": torch.zeros(b, n, d), "token_valid": torch.ones(b, n)},
            {"latents": {0: batch, 1: tokens}, "token_valid": {0: batch, 1: tokens}}, "features", networks),
    }  # fmt: skip


class _Encoder(nn.Module):
    """Raw features by patch ``(B, L, tau, 137)`` and visibility ``(B, L, P)`` -> standardised latents."""

    def __init__(self, networks: PriorNetworks) -> None:
        super().__init__()
        self.networks = networks

    def forward(self, features: Tensor, visible: Tensor) -> Tensor:
        return self.networks.to_latents(features.flatten(1, 2), visible)


class _Velocity(nn.Module):
    """One call of the denoiser."""

    def __init__(self, networks: PriorNetworks) -> None:
        super().__init__()
        self.networks = networks

    def forward(self, noisy: Tensor, time: Tensor, text: Tensor, has_text: Tensor, context: Tensor, known: Tensor,
                token_valid: Tensor) -> Tensor:  # fmt: skip
        return self.networks.denoiser(noisy, time, text, has_text, context, known, token_valid)


class _Decoder(nn.Module):
    """Standardised latents -> raw features."""

    def __init__(self, networks: PriorNetworks) -> None:
        super().__init__()
        self.networks = networks

    def forward(self, latents: Tensor, token_valid: Tensor) -> Tensor:
        return self.networks.to_features(latents, token_valid)


def _forward_graph(
    module: nn.Module,
    inputs: dict[str, Tensor],
    dynamic: dict[str, dict[int, Any]],
    output: str,
    networks: nn.Module,
) -> bytes:
    program = torch.onnx.export(
        module.eval(), (), kwargs=inputs, dynamo=True, opset_version=OPSET, output_names=[output], optimize=False,
        dynamic_shapes=dynamic, verbose=False,
    )  # fmt: skip
    return _stripped(program, networks, prefix="networks.")


def write_graph(path: Path, graph: bytes) -> None:
    """Graphs compress to a tenth; no time stamp, so equal graphs give equal files."""
    path.write_bytes(gzip.compress(graph, 9, mtime=0))
