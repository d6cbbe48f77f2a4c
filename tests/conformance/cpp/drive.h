#pragma once

#include <string>

struct DriveOptions {
    std::string address, token, prompt = "a person walks forward";
    double seconds = 600.0;
    float fps = 30.0f;
};

// One session with a game loop of 60 frames a second; the exit status.
int drive(const DriveOptions& options);
