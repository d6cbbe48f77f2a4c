#include "LampSubsystem.h"

#include <algorithm>
#include <vector>

#include "Engine/World.h"
#include "Features/IModularFeatures.h"
#include "HAL/PlatformMisc.h"
#include "ILiveLinkClient.h"
#include "Misc/FileHelper.h"

#include "LampConvert.h"
#include "LampLiveLinkSource.h"
#include "LampObstacleComponent.h"
#include "LampSettings.h"
#include "lamp/character.h"

using namespace LampConvert;

struct FLampConnection
{
    std::unique_ptr<lamp::Client> Client;
    std::vector<std::unique_ptr<lamp::Character>> Leaving;
};

namespace
{

bool ReadClientOptions(const ULampSettings& Settings, lamp::ClientOptions& Options, FString& OutProblem)
{
    Options.addresses.clear();
    for (const FString& Address : Settings.Addresses)
    {
        Options.addresses.push_back(From(Address));
    }
    Options.tls = Settings.bTls;
    if (Settings.bTls && !Settings.RootCertificates.FilePath.IsEmpty())
    {
        FString Pem;
        if (!FFileHelper::LoadFileToString(Pem, *Settings.RootCertificates.FilePath))
        {
            OutProblem = FString::Printf(TEXT("LaMP Motion settings: the root certificates '%s' cannot be read"),
                *Settings.RootCertificates.FilePath);
            return false;
        }
        Options.tls_ca_pem = From(Pem);
    }
    if (!Settings.TokenVariable.IsEmpty())
    {
        Options.token = From(FPlatformMisc::GetEnvironmentVariable(*Settings.TokenVariable));
    }
    return true;
}

ILiveLinkClient* FindLiveLink()
{
    IModularFeatures& Features = IModularFeatures::Get();
    const FName Name = ILiveLinkClient::ModularFeatureName;
    return Features.IsModularFeatureAvailable(Name) ? &Features.GetModularFeature<ILiveLinkClient>(Name) : nullptr;
}

}  // namespace

ULampSubsystem* ULampSubsystem::Of(const UObject* Object)
{
    const UWorld* World = Object == nullptr ? nullptr : Object->GetWorld();
    return World == nullptr ? nullptr : World->GetSubsystem<ULampSubsystem>();
}

bool ULampSubsystem::DoesSupportWorldType(const EWorldType::Type WorldType) const
{
    return WorldType == EWorldType::Game || WorldType == EWorldType::PIE;
}

TStatId ULampSubsystem::GetStatId() const
{
    RETURN_QUICK_DECLARE_CYCLE_STAT(ULampSubsystem, STATGROUP_Tickables);
}

lamp::Client* ULampSubsystem::Client(FString& OutProblem)
{
    if (!Connection.IsValid())
    {
        lamp::ClientOptions Options;
        if (!ReadClientOptions(*GetDefault<ULampSettings>(), Options, OutProblem))
        {
            return nullptr;
        }
        lamp::Result<std::unique_ptr<lamp::Client>> Made = lamp::Client::create(Options);
        if (!Made.ok())
        {
            OutProblem = TEXT("LaMP Motion settings: ") + To(Made.status().message);
            return nullptr;
        }
        Connection = MakeShared<FLampConnection>();
        Connection->Client = Made.take();
    }
    return Connection->Client.get();
}

void ULampSubsystem::Farewell(std::unique_ptr<lamp::Character> Character)
{
    if (Character && Connection.IsValid())
    {
        Character->session().close();
        Connection->Leaving.push_back(std::move(Character));
    }
}

void ULampSubsystem::Tick(float DeltaTime)
{
    Super::Tick(DeltaTime);
    if (!Connection.IsValid())
    {
        return;
    }
    std::vector<std::unique_ptr<lamp::Character>>& Leaving = Connection->Leaving;
    const auto HasEnded = [](const std::unique_ptr<lamp::Character>& Character)
    {
        return Character->session().state() == lamp::SessionState::Ended;
    };
    Leaving.erase(std::remove_if(Leaving.begin(), Leaving.end(), HasEnded), Leaving.end());
}

void ULampSubsystem::Deinitialize()
{
    if (LiveLinkSource.IsValid())
    {
        if (ILiveLinkClient* Live = FindLiveLink())
        {
            Live->RemoveSource(LiveLinkSource);
        }
        LiveLinkSource.Reset();
    }
    // the components have said goodbye already; what is left waits for at most SessionOptions::close_timeout_s
    Connection.Reset();
    AllObstacles.Empty();
    Super::Deinitialize();
}

void ULampSubsystem::Add(ULampObstacleComponent* Obstacle)
{
    AllObstacles.AddUnique(Obstacle);
}

void ULampSubsystem::Remove(ULampObstacleComponent* Obstacle)
{
    AllObstacles.Remove(Obstacle);
}

FLampLiveLinkSource* ULampSubsystem::LiveLink()
{
    if (!LiveLinkSource.IsValid())
    {
        ILiveLinkClient* Live = FindLiveLink();
        if (Live == nullptr)
        {
            return nullptr;
        }
        LiveLinkSource = MakeShared<FLampLiveLinkSource>();
        Live->AddSource(LiveLinkSource);
    }
    return LiveLinkSource.Get();
}
