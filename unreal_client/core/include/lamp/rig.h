// From the streamed skeleton to the bones of a character of the game: any proportions, T- or A-pose.
//
// Allocates nothing after bind().
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lamp/pose.h"
#include "lamp/skeleton.h"
#include "lamp/status.h"

namespace lamp {

// A bone of the character's mesh in its reference pose.
struct RigBone {
    std::string name;
    int parent = -1;                // smaller than the own index; -1 for the root
    Transform reference;            // in the space of the component (all bones in one space), engine units
};

// Joint of the streamed skeleton -> bone of the mesh.
using BoneMap = std::map<std::string, std::string>;
// The mannequins that ship with Unreal Engine 4, and 5 (Manny, Quinn).
const BoneMap& unreal4_bone_map();
const BoneMap& unreal5_bone_map();

class Rig {
public:
    // `object` names the character in messages. component_from_session: the turn from where a streamed character faces
    // at heading 0 to where the mesh faces in its component (Unreal's meshes face +Y: a yaw of 90 degrees). up_axis: of
    // the engine, 0, 1 or 2. Fails when a mapped bone, or a joint that must be mapped, is missing, or a reference
    // transform cannot be used.
    static Result<Rig> bind(const std::string& object, const Skeleton& skeleton, const std::vector<RigBone>& bones,
                            const BoneMap& map, Quat component_from_session, int up_axis);

    // Parent-relative transforms of all bones, in the order given to bind, for a component that stands at `origin` (session
    // coordinates, on the floor) with no turn but that of component_from_session. The pelvis carries translation, scaled
    // by hip height; other bones keep their length.
    void apply(const Pose& pose, Vec3 origin, std::vector<Transform>& local) const;
    // Height of the hips of the mesh over that of the streamed skeleton.
    float scale() const { return scale_; }
    const std::vector<RigBone>& bones() const { return bones_; }

private:
    Rig() = default;

    Skeleton skeleton_;
    std::vector<RigBone> bones_;
    std::vector<Transform> reference_local_;
    std::vector<int> joint_of_;         // per bone; -1: follows its parent as in the reference pose
    std::vector<Quat> rest_;            // per bone: its rotation in the component when the character stands in the T-pose
    Quat component_from_session_;
    float scale_ = 1.0f;
    int pelvis_bone_ = -1;
    mutable std::vector<Quat> world_;   // scratch: of the joints, then of the bones
};

}  // namespace lamp
