"""From joints to what an engine plays: rotations of the standard skeleton, named bones, other characters' rigs.

``lamp.retarget.local`` finds rotations from joints, ``bone_map`` and ``rig`` describe another skeleton, ``transfer``
puts a motion on it. Import from these modules; only what the rest of ``lamp`` needs is named here.
"""

from lamp.retarget.bone_map import BoneMap, bone_map, bone_map_names
from lamp.retarget.limits import Beyond, beyond_limits
from lamp.retarget.local import joints_to_rotations
from lamp.retarget.rig import Rig, load_rig
from lamp.retarget.rig_motion import Missed, RigMotion
from lamp.retarget.transfer import retarget_motion

__all__ = [
    "Beyond",
    "BoneMap",
    "Missed",
    "Rig",
    "RigMotion",
    "beyond_limits",
    "bone_map",
    "bone_map_names",
    "joints_to_rotations",
    "load_rig",
    "retarget_motion",
]
