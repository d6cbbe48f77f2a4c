#include "LampObstacleComponent.h"

#include <vector>

#include "Components/PrimitiveComponent.h"
#include "GameFramework/Actor.h"

#include "LampCollision.h"
#include "LampConvert.h"
#include "LampLog.h"
#include "LampSubsystem.h"
#include "lamp/character.h"
#include "lamp/velocity.h"

using namespace LampConvert;

struct FLampObstacleState
{
    std::vector<lamp::CollisionShape> Shapes;
    std::vector<lamp::Upload> Uploads;
    std::vector<std::string> Ids;             // of the shapes, then of the uploads
    lamp::VelocityEstimate Velocity{0.01};    // metres per centimetre
};

ULampObstacleComponent::ULampObstacleComponent()
{
    PrimaryComponentTick.bCanEverTick = true;
    PrimaryComponentTick.TickGroup = TG_PostPhysics;
}

void ULampObstacleComponent::BeginPlay()
{
    Super::BeginPlay();
    if (ULampSubsystem* Lamp = ULampSubsystem::Of(this))
    {
        Number = Lamp->NextNumber();
        ShapeChanged();
        Lamp->Add(this);
    }
}

void ULampObstacleComponent::EndPlay(const EEndPlayReason::Type Reason)
{
    if (ULampSubsystem* Lamp = ULampSubsystem::Of(this))
    {
        Lamp->Remove(this);   // characters are told so in the next frame
    }
    State.Reset();
    Super::EndPlay(Reason);
}

void ULampObstacleComponent::FindShape()
{
    const AActor* Owner = GetOwner();
    if (Shape == nullptr)
    {
        Shape = Cast<UPrimitiveComponent>(Owner->GetRootComponent());
    }
    if (Shape == nullptr)
    {
        Shape = Owner->FindComponentByClass<UPrimitiveComponent>();
    }
}

void ULampObstacleComponent::ShapeChanged()
{
    State = MakeShared<FLampObstacleState>();
    FindShape();
    const FString Name = GetOwner()->GetName();
    if (Shape == nullptr)
    {
        return Report(FString::Printf(TEXT("'%s': there is no component with collision; add one, or remove LampObstacle"), *Name));
    }
    const FLampCollision Found = LampCollision::Read(*Shape, bTriangles, lamp::object_id(From(Name), Number));
    State->Shapes = Found.Shapes;
    FString NewProblem;
    ULampSubsystem* Lamp = ULampSubsystem::Of(this);
    lamp::Client* Client = Lamp == nullptr || Found.Geometries.empty() ? nullptr : Lamp->Client(NewProblem);
    for (const lamp::Geometry& Geometry : Found.Geometries)
    {
        if (Client == nullptr)
        {
            break;
        }
        lamp::Result<lamp::Upload> Upload = Client->upload(Geometry);
        if (Upload.ok())
        {
            State->Uploads.push_back(Upload.take());
        }
        else
        {
            NewProblem = To(Upload.status().message);
        }
    }
    for (size_t Part = 0; Part < State->Shapes.size() + State->Uploads.size(); ++Part)
    {
        State->Ids.push_back(lamp::object_id(From(Name), Number, static_cast<std::uint32_t>(Part)));
    }
    if (State->Ids.empty() && NewProblem.IsEmpty())
    {
        NewProblem = FString::Printf(TEXT("'%s': its %s is empty; %s"), *Name, bTriangles ? TEXT("triangle data") : TEXT("simple collision"),
            bTriangles ? TEXT("allow CPU access in the mesh") : TEXT("add simple collision to the mesh, or tick Triangles"));
    }
    Report(NewProblem);
}

void ULampObstacleComponent::TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
    Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
    if (Shape == nullptr || !State.IsValid())
    {
        return;
    }
    State->Velocity.update(From(Shape->GetComponentTransform()), DeltaTime);
    for (const lamp::Upload& Upload : State->Uploads)
    {
        if (Upload.state() == lamp::UploadState::Failed)
        {
            Report(To(Upload.status().message));
        }
    }
}

void ULampObstacleComponent::Offer(lamp::Character& Character, const FVector& Pelvis)
{
    if (Shape == nullptr || !State.IsValid())
    {
        return;
    }
    const bool bSimulated = Shape->IsSimulatingPhysics();
    const lamp::Vec3 Linear = bSimulated ? From(Shape->GetPhysicsLinearVelocity()) : State->Velocity.linear();
    const lamp::Vec3 Angular = bSimulated ? From(Shape->GetPhysicsAngularVelocityInRadians()) : State->Velocity.angular_radps();
    const lamp::Transform Place = From(Shape->GetComponentTransform());
    const lamp::Vec3 Scale = From(Shape->GetComponentScale());
    const float Distance = static_cast<float>(FMath::Sqrt(Shape->Bounds.GetBox().ComputeSquaredDistanceToPoint(Pelvis)));
    const auto Tell = [&](size_t Part, lamp::Obstacle Obstacle)
    {
        // a part that is off the centre is carried along by the turn
        Obstacle.linear_velocity = Linear + lamp::cross(Angular, Obstacle.position - Place.position);
        Obstacle.angular_velocity_radps = Angular;
        Obstacle.walkable = bWalkable;
        Obstacle.time_s = Character.session_s();
        Character.offer(State->Ids[Part], Obstacle, Distance);
    };
    for (size_t Part = 0; Part < State->Shapes.size(); ++Part)
    {
        Tell(Part, lamp::in_world(State->Shapes[Part], Place, Scale, 2));
    }
    for (size_t Part = 0; Part < State->Uploads.size(); ++Part)
    {
        const lamp::Upload& Upload = State->Uploads[Part];
        const lamp::UploadState Reached = Upload.state();
        if (Reached != lamp::UploadState::Ready && Reached != lamp::UploadState::Building)
        {
            continue;
        }
        lamp::Obstacle Obstacle;
        Obstacle.shape = lamp::Shape::Geometry;
        Obstacle.geometry_id = Upload.id();
        Obstacle.position = Place.position;
        Obstacle.orientation = Place.rotation;
        Tell(State->Shapes.size() + Part, Obstacle);
    }
}

void ULampObstacleComponent::Report(const FString& NewProblem)
{
    if (NewProblem == Problem)
    {
        return;
    }
    Problem = NewProblem;
    if (!Problem.IsEmpty())
    {
        UE_LOG(LogLamp, Error, TEXT("%s"), *Problem);
    }
}
