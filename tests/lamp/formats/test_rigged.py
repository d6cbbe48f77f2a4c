"""Exports under every built-in bone map: what is read back is what retargeting made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamp.formats.bvh_writer import save_bvh
from lamp.formats.glb import save_glb
from lamp.formats.rigged import on_rig
from lamp.formats.skin import skin_of
from lamp.retarget import bone_map_names, load_rig
from tests.lamp.formats.motions import tumbling
from tests.lamp.formats.reading import Glb


@pytest.mark.parametrize("name", bone_map_names())
def test_bones_are_where_the_retargeted_motion_has_them(name: str, tmp_path: Path) -> None:
    pybvh = pytest.importorskip("pybvh")
    pytest.importorskip("pygltflib", reason="needs the extra export")
    animation, played = on_rig(tumbling(), load_rig(name))
    save_glb(tmp_path / "a.glb", animation, key_every_bone=True)
    glb = Glb(tmp_path / "a.glb")
    bones = [glb.node(bone) for bone in animation.names]
    for frame in (0, 33, 89):
        assert np.abs(glb.world(frame)[bones][:, :3, 3] - played.positions_m[frame]).max() < 1e-3
    save_bvh(tmp_path / "a.bvh", animation)
    read = pybvh.read_bvh_file(tmp_path / "a.bvh", world_up="+y")
    found = read.node_positions(centered="world")
    for index, bone in enumerate(animation.names):
        if bone in read.node_index:
            away = found[:, read.node_index[bone]] - played.positions_m[:, index]
            assert np.abs(away).max() < 1e-3, bone
    assert len(set(animation.names) - set(read.node_index)) <= 1, "more than an idle root is missing"


@pytest.mark.parametrize("name", ["unreal5", "vrm0"])
def test_the_body_fits_the_rig(name: str) -> None:
    animation, _ = on_rig(tumbling(2), load_rig(name))
    skin = skin_of(animation)
    rest_m, _ = animation.rest_world()
    bones = [bone for bone in animation.joints if bone >= 0]
    away = np.linalg.norm(skin.vertices_m[:, None] - rest_m[bones], axis=-1).min(axis=1)
    assert away.max() < 0.3
    assert set(np.unique(skin.bones[:, 0])) <= set(bones), "skin hangs on a bone that is never driven"
    assert 1.5 < np.ptp(skin.vertices_m[:, 1]) < 2.0


def test_a_rig_with_its_own_root_keeps_it() -> None:
    animation, played = on_rig(tumbling(), load_rig("unreal5"))
    assert animation.with_root() is animation
    travelling = animation.with_root_motion()
    assert travelling.world()[0][:, 1:] == pytest.approx(played.positions_m[:, 1:], abs=1e-3)
    hips = played.positions_m[:, travelling.joints[0]]
    assert travelling.offsets_m[:, 0] == pytest.approx(hips * [1, 0, 1], abs=1e-5)
