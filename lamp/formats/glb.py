"""Writing binary glTF 2.0: a skeleton as nodes, its animation, and a skinned body. Needs the extra ``export``.

Model space is glTF's own (metres, Y up, +Z forward), so numbers are written as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lamp import __version__, rotations
from lamp.formats.skeletal import SkeletalAnimation, continuous
from lamp.formats.skin import Skin
from lamp.formats.writing import write_whole

if TYPE_CHECKING:
    import pygltflib

Array = NDArray[Any]
MISSING = "glTF needs pygltflib: pip install 'lamp-motion[export]'"
_ARMATURE = "Armature"
_FLOAT, _USHORT, _UINT, _UBYTE = 5126, 5123, 5125, 5121
_VERTICES, _INDICES = 34962, 34963  # what a buffer view holds


def save_glb(
    path: Path,
    animation: SkeletalAnimation,
    skin: Skin | None = None,
    *,
    title: str = "motion",
    key_every_bone: bool = False,
) -> None:
    """Write ``path``: one clip named ``title``, linear keys at the animation's rate from time 0.

    key_every_bone: also channels that only repeat the bind pose, which FBX converters would lose otherwise.
    ``ImportError`` with the remedy where pygltflib is missing.
    """
    write_whole(path, _Document(animation).build(skin, title, key_every_bone))


class _Document:
    """The glTF tree under construction, and its one binary buffer."""

    def __init__(self, animation: SkeletalAnimation) -> None:
        try:
            import pygltflib
        except ImportError as error:
            raise ImportError(MISSING) from error
        self.lib: Any = pygltflib
        self.animation = animation
        self.buffer = bytearray()
        self.tree: pygltflib.GLTF2 = pygltflib.GLTF2(
            asset=pygltflib.Asset(version="2.0", generator=f"LaMP {__version__}")
        )

    def build(self, skin: Skin | None, title: str, key_every_bone: bool) -> bytes:
        """The file."""
        lib, tree = self.lib, self.tree
        self._bones()
        below = [0] if skin is None else [self._body(skin), 0]
        # skeleton and body below one node, as Blender writes it: some importers look for a body nowhere else
        tree.nodes.append(lib.Node(name=_ARMATURE, children=below))
        tree.scenes = [lib.Scene(name="scene", nodes=[len(tree.nodes) - 1])]
        tree.scene = 0
        self._clip(title, key_every_bone)
        tree.buffers = [lib.Buffer(byteLength=len(self.buffer))]
        tree.set_binary_blob(bytes(self.buffer))
        return b"".join(tree.save_to_bytes())

    def _bones(self) -> None:
        """One node per bone, in its bind pose; node and bone have the same index."""
        a = self.animation
        for j, name in enumerate(a.names):
            children = [k for k, parent in enumerate(a.parents) if parent == j]
            self.tree.nodes.append(
                self.lib.Node(
                    name=name,
                    children=children,
                    translation=a.rest_offsets_m[j].tolist(),
                    rotation=a.rest_rotations_xyzw[j].tolist(),
                )
            )

    def _body(self, skin: Skin) -> int:
        """The mesh on a node of its own, bound to all bones; the index of the node."""
        lib, tree = self.lib, self.tree
        joint_type = (_UBYTE, np.uint8) if len(self.animation.names) <= 255 else (_USHORT, np.uint16)
        weights = skin.weights.astype(np.float32)
        attributes = lib.Attributes(
            POSITION=self._accessor(skin.vertices_m, "VEC3", target=_VERTICES, bounds=True),
            NORMAL=self._accessor(skin.normals, "VEC3", target=_VERTICES),
            COLOR_0=self._accessor(_linear(skin.colours), "VEC3", target=_VERTICES),
            JOINTS_0=self._accessor(
                np.where(weights > 0, skin.bones, 0), "VEC4", *joint_type, target=_VERTICES
            ),
            WEIGHTS_0=self._accessor(weights, "VEC4", target=_VERTICES),
        )
        faces = self._accessor(skin.faces.reshape(-1), "SCALAR", _UINT, np.uint32, target=_INDICES)
        tree.materials = [
            lib.Material(
                name="body",
                pbrMetallicRoughness=lib.PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=0.7),
            )
        ]
        tree.meshes = [
            lib.Mesh(
                name="body", primitives=[lib.Primitive(attributes=attributes, indices=faces, material=0)]
            )
        ]
        bind = self._accessor(self._inverse_bind(), "MAT4")
        bones = list(range(len(self.animation.names)))
        tree.skins = [lib.Skin(name="body", joints=bones, skeleton=0, inverseBindMatrices=bind)]
        tree.nodes.append(lib.Node(name="body", mesh=0, skin=0))
        return len(tree.nodes) - 1

    def _inverse_bind(self) -> Array:
        """Bone from world in the bind pose, ``(J, 16)`` column by column."""
        places, turns = self.animation.rest_world()
        matrices = np.tile(np.eye(4), (len(places), 1, 1))
        matrices[:, :3, :3] = rotations.to_matrix(rotations.inverse(turns))
        matrices[:, :3, 3] = -rotations.rotate(rotations.inverse(turns), places)
        return matrices.transpose(0, 2, 1).reshape(-1, 16)

    def _clip(self, title: str, key_every_bone: bool) -> None:
        lib, a = self.lib, self.animation
        times = self._accessor(np.arange(len(a)) / a.fps, "SCALAR", bounds=True)
        turns, moving = continuous(a.local_rotations_xyzw), a.moving()
        turning = np.abs(np.sum(turns * a.rest_rotations_xyzw, axis=-1)).min(axis=0) < 1.0 - 1e-9
        clip = lib.Animation(name=title)
        for j in range(len(a.names)):
            if turning[j] or key_every_bone:
                self._channel(clip, j, "rotation", times, self._accessor(turns[:, j], "VEC4"))
            if moving[j] or key_every_bone:
                self._channel(clip, j, "translation", times, self._accessor(a.offsets_m[:, j], "VEC3"))
        if clip.channels:
            self.tree.animations = [clip]

    def _channel(self, clip: Any, node: int, path: str, times: int, values: int) -> None:
        target = self.lib.AnimationChannelTarget(node=node, path=path)
        clip.channels.append(self.lib.AnimationChannel(sampler=len(clip.samplers), target=target))
        clip.samplers.append(self.lib.AnimationSampler(input=times, output=values, interpolation="LINEAR"))

    def _accessor(
        self, values: Array, kind: str, component: int = _FLOAT, dtype: type = np.float32, *,
        target: int | None = None, bounds: bool = False,
    ) -> int:  # fmt: skip
        """Append an array to the buffer; the index of its accessor."""
        array: Array = np.ascontiguousarray(values, dtype)
        rows = array.reshape(len(array), -1)
        view = self.lib.BufferView(
            buffer=0, byteOffset=len(self.buffer), byteLength=array.nbytes, target=target
        )
        self.buffer += array.tobytes()
        self.buffer += b"\0" * (-len(self.buffer) % 4)
        self.tree.bufferViews.append(view)
        self.tree.accessors.append(
            self.lib.Accessor(
                bufferView=len(self.tree.bufferViews) - 1,
                componentType=component,
                count=len(array),
                type=kind,
                min=rows.min(axis=0).tolist() if bounds else None,
                max=rows.max(axis=0).tolist() if bounds else None,
            )
        )
        return len(self.tree.accessors) - 1


def _linear(srgb: Array) -> Array:
    """sRGB 0..1 to linear light, as glTF wants colours of vertices."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
