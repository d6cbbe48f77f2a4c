#include <doctest/doctest.h>

#include <fstream>

#include "lamp/rig.h"

using namespace lamp;

namespace {

// The lines "  joint: bone" of a map of the Python package.
BoneMap read(const std::string& name) {
    std::ifstream file(std::string(LAMP_MAPS) + "/" + name + ".yaml");
    REQUIRE(file.good());
    BoneMap map;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("bones:", 0) == 0) {
            inside = true;
        } else if (line.rfind("  ", 0) != 0) {
            inside = false;
        } else if (inside) {
            const std::size_t colon = line.find(": ");
            map[line.substr(2, colon - 2)] = line.substr(colon + 2);
        }
    }
    return map;
}

}  // namespace

TEST_CASE("the mannequins' bones are called as the Python package calls them") {
    CHECK(read("unreal4").size() == 22);
    CHECK(read("unreal4") == unreal4_bone_map());
    CHECK(read("unreal5") == unreal5_bone_map());
}
