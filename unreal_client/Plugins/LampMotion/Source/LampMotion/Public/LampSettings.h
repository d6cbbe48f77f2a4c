// Project Settings, Game, LaMP Motion: where the motion server is and how to reach it.
#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"
#include "Engine/EngineTypes.h"

#include "LampSettings.generated.h"

UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "LaMP Motion"))
class LAMPMOTION_API ULampSettings : public UDeveloperSettings
{
    GENERATED_BODY()

public:
    virtual FName GetCategoryName() const override;

    /** HOST:PORT, the preferred one first. Several must be servers that do the same. */
    UPROPERTY(Config, EditAnywhere, Category = "Server")
    TArray<FString> Addresses = { TEXT("localhost:50061") };

    /** Encrypt. Use it with everything but the own machine. */
    UPROPERTY(Config, EditAnywhere, Category = "Server")
    bool bTls = false;

    /** Certificates to trust (PEM); empty: those of the system. */
    UPROPERTY(Config, EditAnywhere, Category = "Server", meta = (EditCondition = "bTls"))
    FFilePath RootCertificates;

    /** Environment variable that holds the server's token, so that it is in no file of the project; empty: none. */
    UPROPERTY(Config, EditAnywhere, Category = "Server")
    FString TokenVariable = TEXT("LAMP_TOKEN");

    /** How long the first connection may take, seconds. */
    UPROPERTY(Config, EditAnywhere, Category = "Session", meta = (ClampMin = "1", ClampMax = "300"))
    float ConnectTimeoutS = 10.0f;

    /** How long to look for a server after a connection was lost, seconds; 0: not at all. */
    UPROPERTY(Config, EditAnywhere, Category = "Session", meta = (ClampMin = "0", ClampMax = "3600"))
    float ReconnectForS = 60.0f;

    /** How far ahead of what is shown the server sends motion, seconds. */
    UPROPERTY(Config, EditAnywhere, Category = "Session", meta = (ClampMin = "1", ClampMax = "10"))
    float HorizonS = 4.0f;

    /** Frames per second on the wire; they are interpolated. */
    UPROPERTY(Config, EditAnywhere, Category = "Session", meta = (ClampMin = "1", ClampMax = "240"))
    float Fps = 30.0f;
};
