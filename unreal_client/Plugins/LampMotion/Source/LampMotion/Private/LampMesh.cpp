#include "LampMesh.h"

#include "Components/PoseableMeshComponent.h"
#include "Components/SkinnedMeshComponent.h"
#include "Engine/SkinnedAsset.h"
#include "ReferenceSkeleton.h"

#include "LampConvert.h"

using namespace LampConvert;

std::vector<lamp::RigBone> LampMesh::ReadBones(const USkinnedMeshComponent& Mesh)
{
    std::vector<lamp::RigBone> Bones;
    const USkinnedAsset* Asset = Mesh.GetSkinnedAsset();
    if (Asset == nullptr)
    {
        return Bones;
    }
    const FReferenceSkeleton& Skeleton = Asset->GetRefSkeleton();
    const lamp::Vec3 Scale = From(Mesh.GetComponentScale());
    TArray<FTransform> InComponent = Skeleton.GetRefBonePose();
    for (int32 Bone = 0; Bone < Skeleton.GetNum(); ++Bone)
    {
        const int32 Parent = Skeleton.GetParentIndex(Bone);
        if (Parent != INDEX_NONE)
        {
            InComponent[Bone] = InComponent[Bone] * InComponent[Parent];
        }
        lamp::Transform Reference = From(InComponent[Bone]);
        Reference.position = lamp::scaled(Reference.position, Scale);
        Bones.push_back({From(Skeleton.GetBoneName(Bone)), Parent, Reference});
    }
    return Bones;
}

void LampMesh::Pose(USkinnedMeshComponent& Mesh, const lamp::Transform& World, const std::vector<lamp::Transform>& Local)
{
    Mesh.SetWorldLocationAndRotation(To(World.position), To(World.rotation));
    UPoseableMeshComponent* Poseable = Cast<UPoseableMeshComponent>(&Mesh);
    if (Poseable == nullptr || Poseable->BoneSpaceTransforms.Num() != static_cast<int32>(Local.size()))
    {
        return;   // another kind is posed by its animation blueprint, with Live Link Pose
    }
    const FVector Scale = Mesh.GetComponentScale();
    for (int32 Bone = 0; Bone < Poseable->BoneSpaceTransforms.Num(); ++Bone)
    {
        FTransform& Target = Poseable->BoneSpaceTransforms[Bone];
        const lamp::Transform& Source = Local[static_cast<size_t>(Bone)];
        Target.SetRotation(To(Source.rotation));
        Target.SetTranslation(To(Source.position) / Scale);   // an even scale: a humanoid's bones turn within it
    }
    Poseable->MarkRefreshTransformDirty();
}
