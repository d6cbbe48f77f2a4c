"""BVH files, read back by two packages that are not ours, and by our own reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lamp.errors import InputError
from lamp.formats.bvh_motion import load_bvh
from lamp.formats.bvh_writer import nearest_angles, save_bvh
from lamp.formats.skeletal import SkeletalAnimation
from lamp.motion import Motion
from lamp.skeleton import JOINT_NAMES
from tests.lamp.formats.motions import tumbling


@pytest.fixture(scope="module")
def motion() -> Motion:
    return tumbling()


@pytest.fixture(scope="module", params=["m", "cm"])
def file(request: pytest.FixtureRequest, motion: Motion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bvh") / f"tumble_{request.param}.bvh"
    save_bvh(path, SkeletalAnimation.of_motion(motion), request.param)
    return path


def metres(file: Path) -> float:
    return 0.01 if file.stem.endswith("_cm") else 1.0


def test_pybvh_finds_the_same_joints(motion: Motion, file: Path) -> None:
    pybvh = pytest.importorskip("pybvh")
    read = pybvh.read_bvh_file(file, world_up="+y")
    index = [read.node_index[name] for name in JOINT_NAMES]
    found = read.node_positions(centered="world")[:, index] * metres(file)
    assert found.shape == motion.positions_m.shape
    assert np.linalg.norm(found - motion.positions_m, axis=-1).max() < 1e-3
    assert read.frame_time == pytest.approx(1 / motion.fps, abs=1e-8)


def test_bvhio_finds_the_same_joints_and_rotations(motion: Motion, file: Path) -> None:
    bvhio = pytest.importorskip("bvhio")
    root = bvhio.readAsHierarchy(str(file))
    for frame in range(0, len(motion), 7):
        root.loadPose(frame)
        for index, name in enumerate(JOINT_NAMES):
            (joint,) = [j for j, _, _ in root.layout() if j.Name == name]
            place = np.array(joint.PositionWorld) * metres(file)
            assert np.linalg.norm(place - motion.positions_m[frame, index]) < 1e-3, (frame, name)


def test_rotations_are_within_a_tenth_of_a_degree(motion: Motion, file: Path) -> None:
    pybvh = pytest.importorskip("pybvh")
    read = pybvh.read_bvh_file(file, world_up="+y")
    turns = read.joint_angles  # degrees or radians is told by the unit test of one frame below
    assert turns.shape[1:] == (22, 3)
    order = [read.joint_names.index(name) for name in JOINT_NAMES]
    angles = np.asarray(turns)[:, order]
    found = Rotation.from_euler("ZXY", angles.reshape(-1, 3), degrees=np.abs(angles).max() > 10)
    wanted = Rotation.from_quat(motion.local_rotations_xyzw.reshape(-1, 4))
    assert np.rad2deg((found * wanted.inv()).magnitude()).max() < 0.1


def test_our_own_reader_gives_the_motion_back(motion: Motion, file: Path) -> None:
    back = load_bvh(file)
    assert back.fps == motion.fps
    assert np.abs(back.positions_m - motion.positions_m).max() < 1e-3


def test_channels_do_not_leap_where_the_body_rolls_over(file: Path) -> None:
    rows = np.loadtxt(file.read_text().split("Frame Time:")[1].splitlines()[1:])
    assert np.abs(np.diff(rows[:, 3:], axis=0)).max() < 90.0


def test_nearest_angles_are_the_same_rotations(rng: np.random.Generator) -> None:
    angles = rng.uniform(-np.pi, np.pi, (200, 3))
    before, after = (Rotation.from_euler("ZXY", a) for a in (angles, nearest_angles(angles)))
    assert (before.inv() * after).magnitude().max() < 1e-9


def test_bad_units_and_names_are_refused_and_write_nothing(motion: Motion, tmp_path: Path) -> None:
    animation = SkeletalAnimation.of_motion(motion)
    with pytest.raises(InputError, match="'inch' is unknown; use one of m, cm"):
        save_bvh(tmp_path / "a.bvh", animation, "inch")
    with pytest.raises(InputError, match="'a bone': BVH cannot hold spaces"):
        save_bvh(tmp_path / "a.bvh", animation.with_root("a bone"))
    assert not list(tmp_path.iterdir())
