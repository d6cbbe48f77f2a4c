"""AMASS (``.npz`` with SMPL-family pose parameters), for those who have the body model; never needed otherwise.

Body model and data are licensed apart and non-commercial. ``smplx`` and torch are imported only when a clip is read.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lamp import rotations
from lamp.errors import InputError
from training.clips import (
    FPS,
    Array,
    RawClip,
    RawItem,
    Skipped,
    Source,
    SourceOptions,
    split_by_hash,
    words_of_name,
)

LOOKS_LIKE = "a folder with AMASS *.npz files (poses or root_orient + pose_body, trans, mocap_framerate)"
_BODY_JOINTS = 22  # root and 21 body joints come first in SMPL, SMPL+H and SMPL-X
_CHUNK_FRAMES = 256
# Seconds to leave out at the start of takes of these data sets (calibration poses), as HumanML3D does.
_LEAD_IN_S = {"Eyes_Japan": 3.0, "MPI_HDM05": 3.0, "TotalCapture": 1.0, "MPI_Limits": 1.0, "Transitions": 0.5}
_RATE_KEYS = ("mocap_framerate", "mocap_frame_rate")
_HELP = (
    "get SMPL+H (mano.is.tue.mpg.de, extended SMPL+H for AMASS) or SMPL-X (smpl-x.is.tue.mpg.de), accept its licence, "
    "and pass the folder with neutral/model.npz, male/, female/ or SMPLH_*.npz / SMPLX_*.npz as --body-model DIR"
)


@dataclass(frozen=True)
class _Take:
    rotations_xyzw: Array  # (T, 22, 4) parent-relative
    root_m: Array  # (T, 3)
    betas: Array  # (n,) body shape
    gender: str


def detect(path: Path) -> bool:
    first = next(iter(_files(path)), None) if path.is_dir() else None
    if first is None:
        return False
    try:
        with np.load(first, allow_pickle=False) as file:
            return "trans" in file.files and bool({"poses", "pose_body"} & set(file.files))
    except (OSError, ValueError, zipfile.BadZipFile):
        return False


def open_source(path: Path, options: SourceOptions) -> Source:
    """Check that the body model is there, list the files, read them while iterating."""
    files = _files(path)
    if not files:
        raise InputError("source", f"{path} holds no .npz file; it must be {LOOKS_LIKE}")
    body = _BodyModel(options.body_model)
    name, licence = options.name or "amass", options.licence or "amass-noncommercial"

    def items() -> Iterator[RawItem]:
        for file in files:
            clip_id = f"{name}/{file.relative_to(path).with_suffix('').as_posix()}"
            if options.wants(clip_id, licence):
                yield _read(file, RawClip(clip_id, np.zeros((0, 22, 3)), name, licence, options.split), body)

    return Source("amass", path, len(files), items, frozenset({licence}))


def _files(path: Path) -> list[Path]:
    shapes = ("shape.npz", "neutral_stagei.npz", "male_stagei.npz", "female_stagei.npz")
    return sorted(p for p in path.rglob("*.npz") if p.name not in shapes)


def _read(file: Path, frame: RawClip, body: _BodyModel) -> RawItem:
    try:
        take = _load(file)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        return Skipped(frame.id, frame.source, f"not readable: {error}")
    words = words_of_name(file.stem.removesuffix("_poses").removesuffix("_stageii"))
    return RawClip(
        frame.id, y_up(body.joints(take)), frame.source, frame.licence, frame.split or split_by_hash(frame.id),
        (words,) if words else (), ("file-name",) if words else (),
    )  # fmt: skip


def _load(file: Path) -> _Take:
    """Pose parameters at 20 fps: rotations by slerp, positions linear, the lead-in left out."""
    with np.load(file, allow_pickle=False) as data:
        rate_key = next((key for key in _RATE_KEYS if key in data.files), None)
        if rate_key is None:
            raise ValueError(f"no frame rate ({' or '.join(_RATE_KEYS)})")
        rate = float(data[rate_key])
        if "poses" in data.files:
            axis_angle = data["poses"][:, : 3 * _BODY_JOINTS]
        else:
            axis_angle = np.concatenate([data["root_orient"], data["pose_body"]], axis=1)
        root_m = np.asarray(data["trans"], dtype=np.float64)
        betas = np.asarray(data["betas"], dtype=np.float64) if "betas" in data.files else np.zeros(10)
        gender = str(data["gender"]) if "gender" in data.files else "neutral"
    if axis_angle.shape != (len(root_m), 3 * _BODY_JOINTS) or not 1 <= rate <= 1000:
        raise ValueError(f"poses {axis_angle.shape}, trans {root_m.shape}, {rate} fps do not belong together")
    quaternions = _from_axis_angle(axis_angle.reshape(-1, _BODY_JOINTS, 3).astype(np.float64))
    skip = int(next((s for part, s in _LEAD_IN_S.items() if part in file.as_posix()), 0.0) * rate)
    if skip >= len(root_m):
        raise ValueError(f"{len(root_m)} frames, all within the lead-in of {skip} frames that is left out")
    turned, moved = _resample(quaternions[skip:], root_m[skip:], rate)
    return _Take(turned, moved, betas.reshape(-1)[:10], gender.strip("b'").lower())


def _resample(quaternions: Array, root_m: Array, rate: float) -> tuple[Array, Array]:
    at = np.arange(int((len(root_m) - 1) / rate * FPS + 1e-6) + 1) * rate / FPS
    low = np.minimum(at.astype(int), max(len(root_m) - 2, 0))
    high = np.minimum(low + 1, len(root_m) - 1)
    part = (at - low)[:, None]
    return rotations.slerp(quaternions[low], quaternions[high], part), root_m[low] * (1 - part) + root_m[
        high
    ] * part


def _from_axis_angle(axis_angle: Array) -> Array:
    angle = np.linalg.norm(axis_angle, axis=-1, keepdims=True)
    return np.concatenate([rotations.normalize(axis_angle) * np.sin(angle / 2), np.cos(angle / 2)], axis=-1)


def _to_axis_angle(quaternions: Array) -> Array:
    q = np.where(quaternions[..., 3:] < 0, -quaternions, quaternions)
    sine = np.linalg.norm(q[..., :3], axis=-1, keepdims=True)
    return rotations.normalize(q[..., :3]) * 2 * np.arctan2(sine, q[..., 3:])


def y_up(joints: Array) -> Array:
    """AMASS axes (Z up) -> ours (Y up), as HumanML3D: y and z exchanged, then x negated; a proper rotation."""
    return np.stack([-joints[..., 0], joints[..., 2], joints[..., 1]], axis=-1).astype(np.float32)


class _BodyModel:
    """Joints of a body model of the SMPL family, loaded once per gender through ``smplx``."""

    def __init__(self, folder: Path | None) -> None:
        if folder is None:
            raise InputError("body_model", f"AMASS holds poses of a body model, not joints: {_HELP}")
        if not folder.is_dir():
            raise InputError("body_model", f"{folder} is no folder; {_HELP}")
        try:
            import smplx
            import torch
        except ImportError as error:
            remedy = "pip install 'lamp-motion[smplx]'"
            raise InputError(
                "body_model", f"AMASS needs {error.name!r}, which is not installed: {remedy}"
            ) from error
        self._smplx, self._torch, self.folder = smplx, torch, folder
        self._models: dict[Path, Any] = {}
        self._file("neutral")

    def joints(self, take: _Take) -> Array:
        """World joints ``(T, 22, 3)`` in AMASS axes."""
        model, torch = self._model(take.gender), self._torch
        axis_angle = _to_axis_angle(take.rotations_xyzw).reshape(len(take.root_m), -1)
        betas = np.zeros((1, 10))
        betas[0, : len(take.betas)] = take.betas
        parts = []
        for start in range(0, len(axis_angle), _CHUNK_FRAMES):
            pose = torch.as_tensor(axis_angle[start : start + _CHUNK_FRAMES], dtype=torch.float32)
            root = torch.as_tensor(take.root_m[start : start + _CHUNK_FRAMES], dtype=torch.float32)
            shape = torch.as_tensor(betas, dtype=torch.float32).expand(len(pose), -1)
            with torch.no_grad():
                body = {
                    "global_orient": pose[:, :3],
                    "body_pose": pose[:, 3:],
                    "transl": root,
                    "betas": shape,
                }
                out = model(**body, **self._rest(model, pose))
            parts.append(out.joints[:, :_BODY_JOINTS].numpy())
        return np.concatenate(parts)

    def _rest(self, model: Any, pose: Any) -> dict[str, Any]:
        """Zeros for hands and face: the model's own defaults have the batch size 1."""
        sizes = {"left_hand_pose": 45, "right_hand_pose": 45}
        if isinstance(model, self._smplx.SMPLX):
            sizes |= {
                "jaw_pose": 3,
                "leye_pose": 3,
                "reye_pose": 3,
                "expression": int(model.num_expression_coeffs),
            }
        return {name: pose.new_zeros(len(pose), size) for name, size in sizes.items()}

    def _model(self, gender: str) -> Any:
        file = self._file(gender)
        if file not in self._models:
            parameters = _plain_arrays(file)
            kind = self._smplx.SMPLX if "lmk_faces_idx" in parameters else self._smplx.SMPLH
            try:
                self._models[file] = kind(
                    str(file), data_struct=self._smplx.utils.Struct(**parameters), gender=gender, num_betas=10,
                    use_pca=False, flat_hand_mean=True, batch_size=1,
                )  # fmt: skip
            except (AttributeError, KeyError, AssertionError) as error:
                raise InputError(
                    "body_model", f"{file} is no SMPL+H or SMPL-X model ({error}); {_HELP}"
                ) from error
        return self._models[file]

    def _file(self, gender: str) -> Path:
        """The model of a gender; the neutral one, or any, stands in for a missing one."""
        own = (f"{gender}/model.npz", f"SMPL[HX]_{gender.upper()}.npz")
        for pattern in (*own, "neutral/model.npz", "SMPL[HX]_NEUTRAL.npz", "*/model.npz", "SMPL[HX]_*.npz"):
            found = sorted(self.folder.rglob(pattern))
            if found:
                return found[0]
        raise InputError(
            "body_model", f"{self.folder} holds no model as .npz (pickles are not read); {_HELP}"
        )


def _plain_arrays(file: Path) -> dict[str, Array]:
    """The numeric arrays of a model file; entries that would need unpickling are not used by the body."""
    arrays = {}
    try:
        with np.load(file, allow_pickle=False) as data:
            for key in data.files:
                try:
                    arrays[key] = data[key]
                except ValueError:  # an object array
                    continue
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError("body_model", f"{file} is not readable: {error}") from error
    return arrays
