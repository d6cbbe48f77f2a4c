"""AMASS: clear words when the body model is missing, and right axes, rate and joints with a made-up one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.skeleton import PARENTS, REST_OFFSETS_M, forward_kinematics
from tests.training import synthetic
from training.clips import RawClip, Skipped, SourceOptions
from training.sources import amass, detect
from training.sources.amass import y_up

FPS = 120.0


def axis_angle(quaternions: Any) -> Any:
    return amass._to_axis_angle(quaternions)


def write_take(file: Path, seconds: float = 3.0, **changes: Any) -> Any:
    """An AMASS file of the synthetic motion, turned to Z up; returns its true joints, Y up, at 120 fps."""
    times = np.arange(int(seconds * FPS) + 1) / FPS
    local = synthetic.quaternions_zxy(synthetic.local_angles_deg(times))
    root = synthetic.root_path_m(times)
    truth = forward_kinematics(root, local)
    # the inverse of y_up is the same exchange of axes: (x, y, z) -> (-x, z, y)
    zup = np.array([[-1.0, 0, 0], [0, 0, 1], [0, 1, 0]])
    half_turn = np.array([0.0, np.sqrt(0.5), np.sqrt(0.5), 0.0])  # the quaternion of that matrix
    turned = local.copy()
    turned[:, 0] = amass.rotations.multiply(half_turn, local[:, 0])
    poses = np.zeros((len(times), 156))
    poses[:, :66] = axis_angle(turned).reshape(len(times), 66)
    fields = {
        "poses": poses,
        "trans": root @ zup.T,
        "betas": np.zeros(16),
        "gender": "neutral",
        "mocap_framerate": FPS,
    }
    fields |= changes
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **{k: v for k, v in fields.items() if v is not None})
    return truth


def write_body_model(folder: Path) -> Path:
    """A SMPL+H file whose first 22 joints are our skeleton; the vertices carry nothing but the joints."""
    joints, vertices = 52, 6890
    parents = [*PARENTS, *([20] * 15), *([21] * 15)]
    rest = np.zeros((joints, 3))
    for j in range(1, 22):
        rest[j] = rest[PARENTS[j]] + REST_OFFSETS_M[j]
    template = np.zeros((vertices, 3), np.float32)
    template[:joints] = rest
    weights = np.zeros((vertices, joints), np.float32)
    weights[:, 0] = 1
    regressor = np.zeros((joints, vertices), np.float32)
    regressor[range(joints), range(joints)] = 1
    (folder / "neutral").mkdir(parents=True)
    np.savez_compressed(
        folder / "neutral" / "model.npz",
        v_template=template, shapedirs=np.zeros((vertices, 3, 16), np.float32), J_regressor=regressor, weights=weights,
        posedirs=np.zeros((vertices, 3, 51 * 9), np.float32), f=np.zeros((4, 3), np.int64),
        kintree_table=np.array([parents, range(joints)]),
        hands_meanl=np.zeros(45), hands_meanr=np.zeros(45),
        hands_componentsl=np.eye(45), hands_componentsr=np.eye(45),
        bs_style=np.array([{"an": "object array that must not be unpickled"}], dtype=object),
    )  # fmt: skip
    return folder


def test_without_a_body_model_the_remedy_is_told(tmp_path: Path) -> None:
    write_take(tmp_path / "CMU" / "a_poses.npz")
    assert detect(tmp_path) == "amass"
    with pytest.raises(InputError, match=r"poses of a body model.*--body-model DIR"):
        amass.open_source(tmp_path, SourceOptions())
    with pytest.raises(InputError, match="no folder"):
        amass.open_source(tmp_path, SourceOptions(body_model=tmp_path / "absent"))


def test_without_smplx_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_take(tmp_path / "a.npz")
    monkeypatch.setitem(sys.modules, "smplx", None)
    with pytest.raises(InputError, match=r"'smplx', which is not installed: pip install"):
        amass.open_source(tmp_path, SourceOptions(body_model=tmp_path))


def test_folder_without_a_readable_model(tmp_path: Path) -> None:
    pytest.importorskip("smplx")
    write_take(tmp_path / "data" / "a.npz")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "SMPLH_NEUTRAL.pkl").write_bytes(b"x")
    with pytest.raises(InputError, match=r"no model as .npz \(pickles are not read\)"):
        amass.open_source(tmp_path / "data", SourceOptions(body_model=tmp_path / "model"))


@pytest.mark.slow
def test_joints_axes_and_rate_through_the_body_model(tmp_path: Path) -> None:
    pytest.importorskip("smplx")
    truth = write_take(tmp_path / "data" / "CMU" / "walkTurn_poses.npz")[::6]
    late = write_take(tmp_path / "data" / "TotalCapture" / "b_poses.npz")[120::6]
    write_take(tmp_path / "data" / "CMU" / "norate.npz", mocap_framerate=None)
    write_take(tmp_path / "data" / "CMU" / "odd.npz", trans=np.zeros((4, 3)))
    write_take(tmp_path / "data" / "MPI_HDM05" / "blink.npz", seconds=1.0)
    options = SourceOptions(body_model=write_body_model(tmp_path / "model"), split="train")
    items = {i.id: i for i in amass.open_source(tmp_path / "data", options).items()}
    walk, other = items["amass/CMU/walkTurn_poses"], items["amass/TotalCapture/b_poses"]
    assert isinstance(walk, RawClip) and isinstance(other, RawClip)
    np.testing.assert_allclose(walk.joints, truth, atol=1e-4)
    np.testing.assert_allclose(other.joints, late, atol=1e-4)
    assert walk.captions == ("walk turn",) and walk.licence == "amass-noncommercial"
    for clip_id, told in {
        "CMU/norate": "no frame rate",
        "CMU/odd": "belong together",
        "MPI_HDM05/blink": "lead-in",
    }.items():
        skipped = items[f"amass/{clip_id}"]
        assert isinstance(skipped, Skipped) and told in skipped.reason


def test_axis_change_keeps_hands_and_up() -> None:
    left, forward, up = y_up(np.array([[-1.0, 0, 0], [0, 1, 0], [0, 0, 1]]))
    np.testing.assert_array_equal([left, forward, up], [[1, 0, 0], [0, 0, 1], [0, 1, 0]])
    assert np.dot(np.cross(up, forward), left) == 1.0
