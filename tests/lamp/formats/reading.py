"""A glTF reader of the tests' own: nothing but the specification, so that it errs in other ways than the writer."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

_SIZES = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}


class Glb:
    """A binary glTF file."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, version, length = struct.unpack_from("<4sII", data)
        assert (magic, version, length) == (b"glTF", 2, len(data))
        size, kind = struct.unpack_from("<I4s", data, 12)
        assert kind == b"JSON"
        self.tree: dict[str, Any] = json.loads(data[20 : 20 + size])
        binary, kind = struct.unpack_from("<I4s", data, 20 + size)
        assert kind == b"BIN\0"
        self.binary = data[28 + size : 28 + size + binary]
        self.nodes = self.tree["nodes"]
        self.parent = {c: i for i, node in enumerate(self.nodes) for c in node.get("children", [])}

    def array(self, index: int) -> Any:
        accessor = self.tree["accessors"][index]
        view = self.tree["bufferViews"][accessor["bufferView"]]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        width = _SIZES[accessor["type"]]
        flat = np.frombuffer(self.binary, _TYPES[accessor["componentType"]], accessor["count"] * width, start)
        return flat.reshape(-1, width) if width > 1 else flat

    def node(self, name: str) -> int:
        return next(i for i, node in enumerate(self.nodes) if node.get("name") == name)

    def clip(self, number: int = 0) -> tuple[Any, dict[tuple[int, str], Any]]:
        """Key times, and the keys of every (node, path)."""
        animation = self.tree["animations"][number]
        keys = {}
        times = None
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            assert sampler.get("interpolation", "LINEAR") == "LINEAR"
            times = self.array(sampler["input"])
            keys[channel["target"]["node"], channel["target"]["path"]] = self.array(sampler["output"])
        return times, keys

    def world(self, frame: int | None) -> Any:
        """Matrices ``(nodes, 4, 4)`` at a key, or in the bind pose."""
        keys = {} if frame is None else {k: v[frame] for k, v in self.clip()[1].items()}
        matrices = np.tile(np.eye(4), (len(self.nodes), 1, 1))
        for i, node in enumerate(self.nodes):
            turn = keys.get((i, "rotation"), node.get("rotation", [0, 0, 0, 1]))
            matrices[i, :3, :3] = Rotation.from_quat(turn).as_matrix()
            matrices[i, :3, 3] = keys.get((i, "translation"), node.get("translation", [0, 0, 0]))
        return np.stack([self._up(matrices, i) for i in range(len(self.nodes))])

    def _up(self, local: Any, node: int) -> Any:
        return local[node] if node not in self.parent else self._up(local, self.parent[node]) @ local[node]

    def skinned(self, frame: int | None) -> Any:
        """Vertices ``(V, 3)`` as an engine draws them."""
        skin = self.tree["skins"][0]
        bind = self.array(skin["inverseBindMatrices"]).reshape(-1, 4, 4).transpose(0, 2, 1)
        moves = self.world(frame)[skin["joints"]] @ bind
        attributes = self.tree["meshes"][0]["primitives"][0]["attributes"]
        points, joints, weights = (self.array(attributes[k]) for k in ("POSITION", "JOINTS_0", "WEIGHTS_0"))
        whole = np.concatenate([points, np.ones((len(points), 1))], axis=-1)
        return np.einsum("vk,vkij,vj->vi", weights, moves[joints], whole)[:, :3]
