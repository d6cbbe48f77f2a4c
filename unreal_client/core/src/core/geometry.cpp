#include "lamp/geometry.h"

#include <cmath>
#include <cstring>

#include "lamp/sha256.h"

namespace lamp {
namespace {

// Numbers are hashed as little-endian bytes whatever the machine is.
void add_word(Sha256& hash, std::uint32_t word) {
    const std::uint8_t bytes[4] = {static_cast<std::uint8_t>(word), static_cast<std::uint8_t>(word >> 8),
                                   static_cast<std::uint8_t>(word >> 16), static_cast<std::uint8_t>(word >> 24)};
    hash.add(bytes, 4);
}

void add_number(Sha256& hash, float value) {
    std::uint32_t word;
    std::memcpy(&word, &value, 4);
    add_word(hash, word);
}

}  // namespace

void Geometry::apply_scale(Vec3 scale) {
    const float parts[3] = {scale.x, scale.y, scale.z};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] *= parts[i % 3];
}

Status Geometry::validate() const {
    const auto bad = [this](const std::string& problem) {
        return Status(Code::InvalidArgument, "geometry '" + name + "': " + problem);
    };
    if (name.size() > 64) return bad("its name has " + std::to_string(name.size()) + " characters; give at most 64");
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) return bad("number " + std::to_string(i) + " is not finite");
    }
    if (kind == Kind::HeightField) {
        if (columns < 2 || rows < 2 || columns > 1024 || rows > 1024) {
            return bad(std::to_string(columns) + " x " + std::to_string(rows) + " heights; 2 to 1024 each way can be sent");
        }
        if (values.size() != std::size_t{columns} * rows) {
            return bad(std::to_string(values.size()) + " heights instead of " + std::to_string(std::size_t{columns} * rows));
        }
        if (!(column_spacing > 0.0f && row_spacing > 0.0f)) return bad("spacings must be greater than 0; is it scaled to zero?");
        return {};
    }
    if (values.size() % 3 != 0 || values.size() < (kind == Kind::Hull ? 12u : 9u)) {
        return bad(std::to_string(values.size()) + " numbers are no vertices; a mesh has at least 3, a hull at least 4");
    }
    if (kind == Kind::Hull) return {};
    if (indices.empty() || indices.size() % 3 != 0) {
        return bad(std::to_string(indices.size()) + " indices are no triangles; three belong to each");
    }
    for (std::uint32_t index : indices) {
        if (index >= values.size() / 3) {
            return bad("index " + std::to_string(index) + " names none of its " + std::to_string(values.size() / 3) + " vertices");
        }
    }
    return {};
}

std::string Geometry::id() const {
    Sha256 hash;
    const char* kinds[] = {"lamp.v1 mesh", "lamp.v1 hull", "lamp.v1 heightfield"};
    const char* title = kinds[static_cast<int>(kind)];
    hash.add(title, std::strlen(title));
    if (kind == Kind::HeightField) {
        add_word(hash, columns);
        add_word(hash, rows);
        add_number(hash, column_spacing);
        add_number(hash, row_spacing);
    }
    for (float value : values) add_number(hash, value);
    if (kind == Kind::Mesh) {
        for (std::uint32_t index : indices) add_word(hash, index);
    }
    return hash.hex();
}

}  // namespace lamp
