// Meshes, convex hulls and height fields: uploaded once, known by their content, referred to by obstacles.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lamp/math.h"
#include "lamp/status.h"

namespace lamp {

// All lengths in the convention of the client.
struct Geometry {
    enum class Kind { Mesh, Hull, HeightField };
    Kind kind = Kind::Mesh;
    std::string name;                       // for messages and the server's log
    std::vector<float> values;              // x, y, z of the vertices, or heights row by row
    std::vector<std::uint32_t> indices;     // Mesh: three per triangle
    // HeightField: columns run along the first horizontal axis of the engine, rows along the second.
    std::uint32_t columns = 0, rows = 0;
    float column_spacing = 0.0f, row_spacing = 0.0f;
    double cell_m = 0.0;                    // edge of a cell of the server's grid; 0: as fine as it can

    // A mesh or hull with the scale of its object in its vertices; obstacles can only be scaled evenly.
    void apply_scale(Vec3 scale);
    // Whether it can be uploaded; the message names the geometry.
    Status validate() const;
    // SHA-256 of its content, 64 hexadecimal digits. Takes about 5 ms per MB: not for the game thread.
    std::string id() const;
};

}  // namespace lamp
