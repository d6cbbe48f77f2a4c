// The C++ client in the conformance suite: see tests/conformance/README.md.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "codec.h"
#include "drive.h"
#include "vectors.h"

namespace {

int usage() {
    std::fputs("usage: lamp_conformance drive --address HOST:PORT [--token T] [--seconds S] [--prompt TEXT] [--fps F]\n"
               "       lamp_conformance vectors | codec\n", stderr);
    return 2;
}

}  // namespace

int main(int count, char** words) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::string mode = count > 1 ? words[1] : "";
    if (mode == "vectors") return vectors();
    if (mode == "codec") return codec();
    if (mode != "drive") return usage();
    DriveOptions options;
    for (int i = 2; i < count; i += 2) {
        const std::string name = words[i];
        if (i + 1 >= count) return usage();
        const char* value = words[i + 1];
        if (name == "--address") options.address = value;
        else if (name == "--token") options.token = value;
        else if (name == "--prompt") options.prompt = value;
        else if (name == "--seconds") options.seconds = std::atof(value);
        else if (name == "--fps") options.fps = static_cast<float>(std::atof(value));
        else return usage();
    }
    return options.address.empty() ? usage() : drive(options);
}
