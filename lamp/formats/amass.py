"""Motion as ``.npz`` in the layout of AMASS: pose parameters of SMPL+H, in its axes (Z up).

Written and read without the body model, which is licensed apart. What that means for a body of SMPL: bones turn as
ours do, and the pelvis is where ours is, for the average shape (betas zero).
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from lamp import rotations
from lamp.errors import InputError
from lamp.formats.skeletal import continuous
from lamp.formats.writing import write_whole
from lamp.motion import Motion
from lamp.skeleton import JOINT_COUNT, forward_kinematics

Array = NDArray[Any]
_POSE_WIDTH = 156  # 52 joints of SMPL+H: ours, and 15 of each hand
# Pelvis of the average body of SMPL+H from its origin; ``trans`` moves the origin. Known to a few millimetres.
_PELVIS_M = np.array([-0.0018, -0.2233, 0.0282])
_PELVIS_KEY = "lamp_pelvis_m"  # ours: what ``trans`` leaves out, so that reading back is exact
_Z_UP = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])  # (x, y, z) -> (-x, z, y): half a turn
_Z_UP_XYZW = np.array([0.0, np.sqrt(0.5), np.sqrt(0.5), 0.0])


def save_amass(path: Path, motion: Motion) -> None:
    """Write poses ``(T, 156)`` axis-angle, trans ``(T, 3)``, mocap_framerate, gender, betas ``(16,)`` and dmpls."""
    turns = motion.local_rotations_xyzw.astype(np.float64)
    turns[:, 0] = rotations.multiply(np.broadcast_to(_Z_UP_XYZW, turns[:, 0].shape), turns[:, 0])
    poses = np.zeros((len(motion), _POSE_WIDTH))
    poses[:, : 3 * JOINT_COUNT] = _axis_angle(continuous(rotations.normalize(turns)))
    arrays: dict[str, Array] = {
        "poses": poses,
        "trans": motion.positions_m[:, 0].astype(np.float64) @ _Z_UP.T - _PELVIS_M,
        "mocap_framerate": np.array(motion.fps, np.float64),
        "gender": np.array("neutral"),
        "betas": np.zeros(16),
        "dmpls": np.zeros((len(motion), 8)),
        _PELVIS_KEY: _PELVIS_M,
    }
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    write_whole(path, out.getvalue())


def is_amass(arrays: Any) -> bool:
    """Whether an opened ``.npz`` has the keys of AMASS."""
    return "poses" in arrays and "trans" in arrays


def load_amass(path: Path) -> Motion:
    """A clip in AMASS' layout, played on our skeleton: bones turn as given, their lengths are ours.

    ``InputError`` names the array that cannot be used. Body shape and hands are left out.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for name in ("poses", "trans"):
                if name not in arrays:
                    raise InputError(str(path), f"has no {name}, only {', '.join(arrays) or 'nothing'}")
            poses, trans = (np.asarray(arrays[name], np.float64) for name in ("poses", "trans"))
            rate = next((arrays[k] for k in ("mocap_framerate", "mocap_frame_rate") if k in arrays), None)
            pelvis = np.asarray(arrays.get(_PELVIS_KEY, _PELVIS_M), np.float64)
    except (zipfile.BadZipFile, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(str(path), f"is not an .npz file of a motion ({error})") from error
    if rate is None:
        raise InputError(str(path), "has no mocap_framerate; without it nobody knows how fast it is")
    return _motion(path, poses, trans, pelvis, float(rate))


def _motion(path: Path, poses: Array, trans: Array, pelvis: Array, fps: float) -> Motion:
    width = 3 * JOINT_COUNT
    if poses.ndim != 2 or poses.shape[1] < width or trans.shape != (len(poses), 3) or len(poses) == 0:
        raise InputError(
            str(path), f"poses {poses.shape} and trans {trans.shape}: need (T, {width} or more) and (T, 3)"
        )
    if pelvis.shape != (3,) or not all(np.isfinite(v).all() for v in (poses, trans, pelvis)):
        raise InputError(str(path), "poses or trans hold values that are not finite")
    if not 1.0 <= fps <= 1000.0:
        raise InputError(str(path), f"mocap_framerate is {fps}; it must be 1..1000 frames per second")
    turns = Rotation.from_rotvec(poses[:, :width].reshape(-1, 3)).as_quat().reshape(-1, JOINT_COUNT, 4)
    up = rotations.inverse(_Z_UP_XYZW)
    turns[:, 0] = rotations.multiply(np.broadcast_to(up, turns[:, 0].shape), turns[:, 0])
    return Motion.from_positions(forward_kinematics((trans + pelvis) @ _Z_UP, turns), fps)


def _axis_angle(turns_xyzw: Array) -> Array:
    """``(T, J, 4) -> (T, 3 J)``, the vectors of one joint near each other in time."""
    vectors = Rotation.from_quat(turns_xyzw.reshape(-1, 4)).as_rotvec()
    return vectors.reshape(len(turns_xyzw), -1)
