"""What stands beside the exported files: every tensor's meaning, unit and default, and the skeleton."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from lamp.bundle import Bundle
from lamp.problem import TERMS, WEIGHT_NAMES, Array, Shape, Weights, empty_row, fresh_state
from lamp.scene.distance import KINDS
from lamp.skeleton import JOINT_NAMES, JOINT_RADII_M, PARENTS, PARTS, REST_OFFSETS_M, SKELETON_HASH

FORMAT = 1
FPS = 20.0
# Columns of a frame of features; lengths in metres, the heading frame is that of the character.
FEATURES = (
    ("half of the turn to the next frame (rad)", 0, 1),
    ("displacement of the root to the next frame, x and z in the next heading frame", 1, 3),
    ("height of the root", 3, 4),
    ("joints 1 to 21, x and z relative to the root, in the heading frame", 4, 67),
    ("displacements of joints 0 to 21 to the next frame, in the heading frame", 67, 133),
    ("contacts of left ankle, left foot, right ankle, right foot", 133, 137),
)
MEANINGS: dict[str, tuple[str, str]] = {  # name -> meaning, unit
    "features": ("raw motion features, see `features`; statistics of training are in the graph", "m, rad per frame"),
    "visible": ("1 where a body part may be seen, 0 where it is masked; parts in the order of `parts`", "-"),
    "latents": ("standardised latents, one per token of 4 frames", "-"),
    "noisy": ("noisy latents", "-"),
    "time": ("time of the chain: 1 is pure noise, 0 is clean", "-"),
    "prediction": ("velocity v of the chain: z' = cos(s) z - sin(s) v for a step by the angle s", "-"),
    "input_ids": ("word pieces of the tokenizer, with its start and end markers", "-"),
    "attention_mask": ("1 for a word piece, 0 for padding", "-"),
    "token_type_ids": ("zeros", "-"),
    "sentence": ("embedding of the sentence, of unit length", "-"),
    "text": ("embedding of the prompt", "-"),
    "has_text": ("1 with a prompt, 0 without", "-"),
    "context": ("latents of the visible motion", "-"),
    "known": ("1 where a token is visible motion", "-"),
    "token_valid": ("1 for a token, 0 for padding", "-"),
    "frame_valid": ("1 for a frame that counts in the objective", "-"),
    "anchor": ("1 at the frame that is placed in the world, else 0", "-"),
    "place": ("x, y, z of the ground below the anchor's root, then cos and sin of its heading (0: facing +Z)", "m, -"),
    "splice": ("joints to come from", "m"),
    "splice_weight": ("how much of `splice` each frame takes, falling from 1 to 0", "-"),
    "reference": ("joints to stay near", "m"),
    "reference_weight": ("how much each joint of the reference counts", "-"),
    "like_weight": ("how much each frame should be like the reference in pose and pace, wherever it is", "-"),
    "residual": ("added to the decoded features: what latents lose of a given motion", "m, rad per frame"),
    "key": ("where joints should be", "m"),
    "key_weight": ("how much each axis of a key counts, 0 where there is none", "-"),
    "look": ("point to face", "m"),
    "look_weight": ("how much facing it counts", "-"),
    "obstacle_position": ("centre of each obstacle at each frame", "m"),
    "obstacle_axes": ("rotation matrix world_from_obstacle at each frame", "-"),
    "obstacle_size": ("capsule, cylinder: radius, half length along y (0: a sphere); box: half extents", "m"),
    "obstacle_kind": ("one-hot in the order of `obstacle_kinds`; all zero: the slot is unused", "-"),
    "start_noise": ("noise the search started from, for the weight `start`", "-"),
    "weights": ("weights of the objective in the order of `weights`, the last one a clearance in metres", "-"),
    "obstacle_walkable": ("1: feet and shins may touch it", "-"),
    "grid": ("signed distances on a grid", "m"),
    "grid_low": ("first point of the grid", "m"),
    "grid_cell": ("distance of its points", "m"),
    "grid_position": ("position of the grid's frame", "m"),
    "grid_axes": ("rotation matrix world_from_grid", "-"),
    "grid_walkable": ("1: feet and shins may touch it", "-"),
    "ground": ("height, ramp, distance to the nearest ground over x and z", "m"),
    "ground_low": ("first point of the ground map", "m"),
    "ground_cell": ("distance of its points", "m"),
    "noise": ("noise that the chain turns into the motion: standard normal to begin with", "-"),
    "moment1": ("first moment of Adam", "-"),
    "moment2": ("second moment of Adam", "-"),
    "count": ("steps done", "-"),
    "budget": ("steps the learning rate is laid out for", "-"),
    "rate": ("peak learning rate, 0.1 by default; 0 freezes the row", "-"),
    "best_loss": ("lowest objective so far; start with the largest float", "-"),
    "best_noise": ("noise that reached it", "-"),
    "best_joints": ("its joints in the world: the motion to show", "m"),
    "best_contacts": ("its contacts of left ankle, left foot, right ankle, right foot, about 0 to 1", "-"),
    "best_terms": ("its terms in natural units, in the order of `terms`", "m, rad, m/s, m/s^3, -"),
}  # fmt: skip


def describe(model: onnx.ModelProto, content: bytes, file: str, part: str, precision: str) -> dict[str, Any]:
    """Entry of one file: its hash and every input and output."""
    return {
        "file": file, "part": part, "precision": precision, "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "opset": next(o.version for o in model.opset_import if not o.domain),
        "inputs": [_tensor(v) for v in model.graph.input], "outputs": [_tensor(v) for v in model.graph.output],
    }  # fmt: skip


def bundle_entry(bundle: Bundle) -> dict[str, Any]:
    """What holds for all files of a bundle."""
    return {
        "format": FORMAT,
        "bundle": {"name": bundle.name, "licence": bundle.licence, "fingerprint": bundle.fingerprint()},
        "fps": FPS,
        "patch_frames": bundle.autoencoder.patch_frames,
        "latent_width": bundle.autoencoder.latent_width,
        "prediction": bundle.denoiser.prediction,
        "axes": "right-handed, Y up, metres; the rest pose faces +Z and +X is the character's left",
        "skeleton": {
            "hash": SKELETON_HASH,
            "joints": list(JOINT_NAMES),
            "parents": [int(p) for p in PARENTS],
            "joint_radii_m": [float(r) for r in JOINT_RADII_M],
            "rest_offsets_m": np.round(np.asarray(REST_OFFSETS_M, np.float64), 6).tolist(),
        },
        "parts": list(PARTS),
        "features": [{"name": name, "start": start, "stop": stop} for name, start, stop in FEATURES],
    }


def step_entry(shape: Shape, grid: list[float]) -> dict[str, Any]:
    """How to fill the step's inputs: what asks for nothing, names of its vectors, and the loop."""
    state = fresh_state(shape, np.zeros((shape.tokens, shape.latent_width)), budget=60, rate=0.1)
    defaults = {name: pattern(value) for name, value in empty_row(shape).items()}
    defaults |= {f"state_{name}": pattern(value) for name, value in state.items()}
    return {
        "frames": shape.frames, "geometry": shape.geometry, "chain_times": grid,
        "weights": list(WEIGHT_NAMES), "default_weights": [float(w) for w in Weights().array()],
        "terms": list(TERMS), "obstacle_kinds": list(KINDS), "defaults": defaults,
        "loop": "fill the inputs, draw state_noise and start_noise from a standard normal, run, copy each output "
        "next_X to the input state_X, repeat; best_joints is the motion so far",
    }  # fmt: skip


def pattern(value: Array) -> dict[str, Any]:
    """A default in few numbers: ``value`` (all the same), ``first`` and ``rest``, or ``repeat`` (tiled)."""
    flat = np.asarray(value, np.float32).reshape(-1)
    if (flat == flat[0]).all():
        return {"value": float(flat[0])}
    if (flat[1:] == flat[1]).all():
        return {"first": float(flat[0]), "rest": float(flat[1])}
    size = 1
    for extent in reversed(value.shape):
        size *= extent
        if (flat.reshape(-1, size) == flat[:size]).all():
            break
    return {"repeat": [float(v) for v in flat[:size]]}


def _tensor(value: onnx.ValueInfoProto) -> dict[str, Any]:
    kind = value.type.tensor_type
    plain = value.name.removeprefix("state_").removeprefix("next_")
    meaning, unit = MEANINGS.get(plain, ("", "-"))
    return {
        "name": value.name, "type": TensorProto.DataType.Name(kind.elem_type).lower(),
        "shape": [d.dim_value if d.HasField("dim_value") else d.dim_param or "?" for d in kind.shape.dim],
        "meaning": meaning, "unit": unit,
    }  # fmt: skip
