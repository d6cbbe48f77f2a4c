#include "LampCollision.h"

#include "Components/PrimitiveComponent.h"
#include "Interfaces/Interface_CollisionDataProvider.h"
#include "PhysicsEngine/BodySetup.h"

#include "LampConvert.h"

using namespace LampConvert;

namespace
{

lamp::CollisionShape ShapeAt(lamp::Shape Kind, const FVector& Centre, const FQuat& Rotation, const FVector& Size)
{
    return {Kind, From(Centre), From(Rotation), From(Size)};
}

void ReadSimple(const FKAggregateGeom& Geometry, FLampCollision& Out, const lamp::Vec3& Scale, const std::string& Name)
{
    for (const FKSphereElem& Sphere : Geometry.SphereElems)
    {
        Out.Shapes.push_back(ShapeAt(lamp::Shape::Sphere, Sphere.Center, FQuat::Identity, FVector(Sphere.Radius, 0.0, 0.0)));
    }
    for (const FKSphylElem& Capsule : Geometry.SphylElems)   // along its Z; Length is that of the cylinder
    {
        Out.Shapes.push_back(ShapeAt(lamp::Shape::Capsule, Capsule.Center, Capsule.Rotation.Quaternion(),
            FVector(Capsule.Radius, 0.5 * Capsule.Length, 0.0)));
    }
    for (const FKBoxElem& Box : Geometry.BoxElems)   // X, Y and Z are whole sides
    {
        Out.Shapes.push_back(ShapeAt(lamp::Shape::Box, Box.Center, Box.Rotation.Quaternion(),
            FVector(0.5 * Box.X, 0.5 * Box.Y, 0.5 * Box.Z)));
    }
    for (const FKConvexElem& Convex : Geometry.ConvexElems)
    {
        lamp::Geometry Hull;
        Hull.kind = lamp::Geometry::Kind::Hull;
        Hull.name = Name;
        const FTransform Place = Convex.GetTransform();
        for (const FVector& Vertex : Convex.VertexData)
        {
            const lamp::Vec3 V = From(Place.TransformPosition(Vertex));
            Hull.values.insert(Hull.values.end(), {V.x, V.y, V.z});
        }
        Hull.apply_scale(Scale);
        Out.Geometries.push_back(std::move(Hull));
    }
}

void ReadTriangles(UBodySetup& Setup, FLampCollision& Out, const lamp::Vec3& Scale, const std::string& Name)
{
    IInterface_CollisionDataProvider* Provider = Cast<IInterface_CollisionDataProvider>(Setup.GetOuter());
    FTriMeshCollisionData Data;
    if (Provider == nullptr || !Provider->ContainsPhysicsTriMeshData(true) || !Provider->GetPhysicsTriMeshData(&Data, true))
    {
        return;
    }
    lamp::Geometry Mesh;
    Mesh.name = Name;
    for (const FVector3f& Vertex : Data.Vertices)
    {
        Mesh.values.insert(Mesh.values.end(), {Vertex.X, Vertex.Y, Vertex.Z});
    }
    for (const FTriIndices& Triangle : Data.Indices)
    {
        for (const int32 Index : {Triangle.v0, Triangle.v1, Triangle.v2})
        {
            Mesh.indices.push_back(static_cast<std::uint32_t>(Index));
        }
    }
    Mesh.apply_scale(Scale);
    Out.Geometries.push_back(std::move(Mesh));
}

}  // namespace

FLampCollision LampCollision::Read(const UPrimitiveComponent& Component, bool bTriangles, const std::string& Name)
{
    FLampCollision Found;
    UBodySetup* Setup = const_cast<UPrimitiveComponent&>(Component).GetBodySetup();   // it is no const function
    if (Setup != nullptr)
    {
        const lamp::Vec3 Scale = From(Component.GetComponentScale());
        if (bTriangles)
        {
            ReadTriangles(*Setup, Found, Scale, Name);
        }
        else
        {
            ReadSimple(Setup->AggGeom, Found, Scale, Name);
        }
    }
    return Found;
}
