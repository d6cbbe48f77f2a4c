// A small skeleton, frames on it, and a mannequin-like mesh.
#pragma once

#include <vector>

#include "lamp/plan_buffer.h"
#include "lamp/rig.h"
#include "lamp/skeleton.h"

// Three joints in a row along Z, centimetres: pelvis, spine, head; one contact joint.
lamp::Skeleton small_skeleton();
// The standard 22 joints in Unreal's axes, with limbs of roughly human length.
lamp::Skeleton standard_skeleton();

// Frames on small_skeleton: index start + i has its root at x0 + i dx and is turned about Z by a0 + i da.
class Frames {
public:
    Frames(std::uint64_t plan_id, std::int64_t start, int count, float fps, float x0, float dx, float a0 = 0.0f, float da = 0.0f);
    const lamp::FrameView* data() const { return views_.data(); }
    std::size_t size() const { return views_.size(); }
    std::vector<std::vector<float>> rotations, positions, contacts;   // may be spoilt before use

private:
    std::vector<lamp::FrameView> views_;
};

lamp::Quat about_z(float angle_rad);
// The bones of an Unreal mannequin in its A-pose, facing +Y, with all local axes as the component's.
std::vector<lamp::RigBone> mannequin();
