"""AMASS files: the layout others expect, and the same motion when it is read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lamp.errors import InputError
from lamp.formats.amass import load_amass, save_amass
from lamp.skeleton import PARENTS, REST_OFFSETS_M
from tests.lamp.formats.motions import tumbling


def test_it_loads_back_within_a_millimetre(tmp_path: Path) -> None:
    motion = tumbling()
    save_amass(tmp_path / "a.npz", motion)
    back = load_amass(tmp_path / "a.npz")
    assert back.fps == motion.fps
    assert np.abs(back.positions_m - motion.positions_m).max() < 1e-3


def test_the_layout_is_that_of_amass_with_z_up(tmp_path: Path) -> None:
    motion = tumbling()
    save_amass(tmp_path / "a.npz", motion)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        arrays = dict(file)
    assert arrays["poses"].shape == (len(motion), 156)
    assert not arrays["poses"][:, 66:].any()
    assert arrays["betas"].shape == (16,) and not arrays["betas"].any()
    assert str(arrays["gender"]) == "neutral"
    assert float(arrays["mocap_framerate"]) == 30.0
    # forward kinematics written out: axis-angle, each joint in its parent, the pelvis at trans + its rest place
    turns = Rotation.from_rotvec(arrays["poses"][:, :66].reshape(-1, 3)).as_matrix().reshape(-1, 22, 3, 3)
    for frame in (0, 40, 89):
        world, joints = [turns[frame, 0]], [arrays["trans"][frame] + [-0.0018, -0.2233, 0.0282]]
        for j in range(1, 22):
            joints.append(joints[PARENTS[j]] + world[PARENTS[j]] @ REST_OFFSETS_M[j])
            world.append(world[PARENTS[j]] @ turns[frame, j])
        x, y, z = np.array(joints).T
        assert np.stack([-x, z, y], axis=-1) == pytest.approx(motion.positions_m[frame], abs=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mocap_framerate": None}, "has no mocap_framerate"),
        ({"mocap_framerate": np.array(0.0)}, "mocap_framerate is 0.0; it must be 1..1000"),
        ({"trans": np.zeros((3, 3))}, r"poses \(90, 156\) and trans \(3, 3\)"),
        ({"poses": np.full((90, 156), np.nan)}, "not finite"),
        ({"poses": np.zeros((90, 63))}, r"poses \(90, 63\)"),
        ({"trans": None}, "has no trans, only poses"),
    ],
)
def test_what_cannot_be_used_is_named(
    change: dict[str, np.ndarray | None], message: str, tmp_path: Path
) -> None:
    save_amass(tmp_path / "a.npz", tumbling())
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        arrays = {**file, **change}
    np.savez(tmp_path / "b.npz", **{k: v for k, v in arrays.items() if v is not None})
    with pytest.raises(InputError, match=message):
        load_amass(tmp_path / "b.npz")
