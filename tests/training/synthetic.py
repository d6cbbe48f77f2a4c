"""Small made-up motion and the corpora written from it: shards, a HumanML3D folder, BVH files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lamp import rotations
from lamp.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS_M, forward_kinematics

Array = Any


def local_angles_deg(times_s: Array, seed: int = 0, swing_deg: float = 25.0) -> Array:
    """Smooth Euler angles ``(T, 22, 3)`` (z, x, y), different for every joint."""
    rng = np.random.default_rng(seed)
    phase, speed = rng.uniform(0, 6.28, (2, JOINT_COUNT, 3))
    speed = 1.0 + speed / 6.28
    return swing_deg * np.sin(phase + speed * np.asarray(times_s)[:, None, None])


def quaternions_zxy(angles_deg: Array) -> Array:
    """Angles ``(..., 3)`` of Z, X, Y rotations applied in this order -> quaternions ``(..., 4)``."""
    half = np.deg2rad(angles_deg) / 2
    total = np.broadcast_to(rotations.IDENTITY.astype(float), (*half.shape[:-1], 4))
    for column, axis in enumerate((2, 0, 1)):
        step = np.zeros((*half.shape[:-1], 4))
        step[..., axis], step[..., 3] = np.sin(half[..., column]), np.cos(half[..., column])
        total = rotations.multiply(total, step)
    return total


def root_path_m(times_s: Array, speed_mps: float = 1.0) -> Array:
    """Pelvis ``(T, 3)`` walking along +Z with a small bob."""
    t = np.asarray(times_s)
    return np.stack([0.1 * np.sin(t), 0.95 + 0.03 * np.sin(6 * t), speed_mps * t], axis=-1)


def motion(frames: int = 60, fps: float = 20.0, seed: int = 0, speed_mps: float = 1.0) -> Array:
    """World joints ``(T, 22, 3)`` float32 on the standard skeleton."""
    times = np.arange(frames) / fps
    turned = quaternions_zxy(local_angles_deg(times, seed))
    return forward_kinematics(root_path_m(times, speed_mps), turned)


def write_shards(
    folder: Path, clips: Mapping[str, Array], records: Mapping[str, Mapping[str, Any]] | None = None
) -> Path:
    """The project's own layout, one shard; ``records`` overrides fields of a clip's captions line."""
    (folder / "motions").mkdir(parents=True, exist_ok=True)
    units = {i: np.round(np.asarray(j, float) * 2000).astype(np.int64) for i, j in clips.items()}
    flat = {i: u.reshape(len(u), 66) for i, u in units.items()}
    deltas = [np.diff(f, axis=0, prepend=f[:1]) for f in flat.values()]
    first = [u[0] for u in units.values()]
    np.savez(
        folder / "motions" / "free_00.npz",
        ids=np.array(list(clips)),
        lengths=np.array([len(u) for u in units.values()], np.int32),
        origins=np.array(first, np.int32),
        deltas=np.concatenate(deltas).T.astype(np.int16),
    )
    lines = []
    for clip_id, joints in clips.items():
        record = {
            "id": clip_id,
            "source": "made",
            "licence": "own",
            "split": "train",
            "frames": len(joints),
            "captions": ["a person waves the left hand."],
            "caption_kinds": ["template"],
            "actions": ["wave"],
        }
        lines.append(json.dumps({**record, **(records or {}).get(clip_id, {})}))
    (folder / "captions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def write_humanml3d(
    folder: Path, clips: Mapping[str, Array], texts: Mapping[str, str], splits: Mapping[str, Sequence[str]],
    motion_folder: str = "new_joints",
) -> Path:  # fmt: skip
    """A HumanML3D folder with the given arrays, text files and split lists."""
    (folder / motion_folder).mkdir(parents=True)
    (folder / "texts").mkdir(parents=True)
    for clip_id, array in clips.items():
        np.save(folder / motion_folder / f"{clip_id}.npy", array)
    for clip_id, text in texts.items():
        (folder / "texts" / f"{clip_id}.txt").write_text(text, encoding="utf-8")
    for split, ids in splits.items():
        (folder / f"{split}.txt").write_text("\n".join(ids) + "\n", encoding="utf-8")
    return folder


def write_bvh(
    path: Path, bones: Mapping[str, str], *, fps: float = 60.0, seconds: float = 3.0, units_per_m: float = 100.0,
    z_up: bool = False, seed: int = 0, positions: bool = False, rest_frame: bool = False,
) -> Array:  # fmt: skip
    """Write a BVH of the standard skeleton; returns its true joints ``(T, 22, 3)`` at ``fps``.

    ``bones`` names our joints; a joint without a name is left out (its children hang on its parent), a name that ends
    in ``.end`` becomes an end site. ``positions`` gives every joint position channels, as some exporters do.
    """
    times = np.arange(int(seconds * fps) + 1) / fps
    angles, root = local_angles_deg(times, seed), root_path_m(times)
    kept = [j for j, name in enumerate(JOINT_NAMES) if name in bones]
    # a joint that is left out, or an end site, cannot turn
    turning = [j for j in kept if not bones[JOINT_NAMES[j]].endswith(".end")]
    angles[:, [j for j in range(JOINT_COUNT) if j not in turning]] = 0.0
    joints = forward_kinematics(root, quaternions_zxy(angles))
    if z_up:  # y up, z forward -> z up, -y forward: the root carries a quarter turn about x
        root = np.stack([root[:, 0], -root[:, 2], root[:, 1]], axis=-1)
    lines = ["HIERARCHY"]
    order: list[int] = []
    _write_joint(lines, 0, "", (0.0, 0.0, 0.0), bones, units_per_m, positions, order)
    rows = []
    if rest_frame:
        rows.append([0.0, 0.0, 0.0, *([0.0] * 3 * len(order))])
    for t in range(len(times)):
        row: list[float] = []
        for j in order:
            values = angles[t, j]
            if j == 0:
                row += list(root[t] * units_per_m)
                values = _pre_turned(values, 90.0) if z_up else values
            elif positions:
                row += list(_offset(j, bones) * units_per_m)
            row += list(values)
        rows.append(row)
    body = "\n".join(" ".join(f"{v:.6f}" for v in row) for row in rows)
    lines += ["MOTION", f"Frames: {len(rows)}", f"Frame Time: {1 / fps:.6f}", body, ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return joints


def _pre_turned(angles_zxy_deg: Array, about_x_deg: float) -> Array:
    """Z, X, Y angles of the rotation followed by a turn about X (through its matrix)."""
    half = np.deg2rad(about_x_deg) / 2
    q = rotations.multiply(np.array([np.sin(half), 0, 0, np.cos(half)]), quaternions_zxy(angles_zxy_deg))
    m = rotations.to_matrix(q)
    return np.rad2deg([np.arctan2(-m[0, 1], m[1, 1]), np.arcsin(m[2, 1]), np.arctan2(-m[2, 0], m[2, 2])])


def _kept_parent(j: int, bones: Mapping[str, str]) -> int:
    parent = PARENTS[j]
    while parent > 0 and JOINT_NAMES[parent] not in bones:
        parent = PARENTS[parent]
    return parent


def _offset(j: int, bones: Mapping[str, str]) -> Array:
    total, joint, stop = np.zeros(3), j, _kept_parent(j, bones)
    while joint != stop:
        total, joint = total + REST_OFFSETS_M[joint], PARENTS[joint]
    return total


def _write_joint(
    lines: list[str], j: int, indent: str, offset: Sequence[float], bones: Mapping[str, str], units_per_m: float,
    positions: bool, order: list[int],
) -> None:  # fmt: skip
    name, text = bones[JOINT_NAMES[j]], " ".join(f"{v * units_per_m:.6f}" for v in offset)
    if name.endswith(".end"):
        lines += [f"{indent}End Site", indent + "{", f"{indent}  OFFSET {text}", indent + "}"]
        return
    order.append(j)
    channels = "Zrotation Xrotation Yrotation"
    channels = f"6 Xposition Yposition Zposition {channels}" if positions or j == 0 else f"3 {channels}"
    lines += [f"{indent}{'JOINT' if j else 'ROOT'} {name}", indent + "{"]
    lines += [f"{indent}  OFFSET {text}", f"{indent}  CHANNELS {channels}"]
    children = [c for c, n in enumerate(JOINT_NAMES) if c and n in bones and _kept_parent(c, bones) == j]
    for child in children:
        _write_joint(
            lines, child, indent + "  ", list(_offset(child, bones)), bones, units_per_m, positions, order
        )
    if not children:
        lines += [f"{indent}  End Site", indent + "  {", f"{indent}    OFFSET 0 1 0", indent + "  }"]
    lines.append(indent + "}")
