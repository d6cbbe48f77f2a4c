#include <doctest/doctest.h>

#include <limits>

#include "lamp/geometry.h"
#include "lamp/sha256.h"

using namespace lamp;

TEST_CASE("SHA-256 of the examples of FIPS 180-4") {
    Sha256 empty, abc, million;
    CHECK(empty.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    abc.add("abc", 3);
    CHECK(abc.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const std::string part(1000, 'a');
    for (int i = 0; i < 1000; ++i) million.add(part.data(), part.size());
    CHECK(million.hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("ids are those that the server computes") {   // by lamp.scene.content, from the same numbers
    Geometry mesh;
    mesh.values = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    mesh.indices = {0, 1, 2, 0, 2, 3};
    CHECK(mesh.id() == "64eb591aa01a77f2b1db1987be0eec5d8bf9138dcd7652d7b459c977e888daaa");
    mesh.kind = Geometry::Kind::Hull;
    CHECK(mesh.id() == "8632097ae6aaeb4ad948d31995a03c39b6bd9268596b165fc2cdd4cac3e60444");
    Geometry field;
    field.kind = Geometry::Kind::HeightField;
    field.values = {0, 1, 2, 3, 4, 5};
    field.columns = 3;
    field.rows = 2;
    field.column_spacing = 100;
    field.row_spacing = 50;
    CHECK(field.id() == "643ba02e81e1de987898925cdd805c6f5105f3819df43a89a171fb8512909a7d");
}

TEST_CASE("geometry that cannot be used is refused by its name") {
    Geometry mesh;
    mesh.name = "stairs";
    CHECK(mesh.validate().message.find("geometry 'stairs'") != std::string::npos);
    mesh.values.assign(9, 0.0f);
    mesh.indices = {0, 1, 3};
    CHECK(mesh.validate().message.find("index 3") != std::string::npos);
    mesh.indices = {0, 1};
    CHECK_FALSE(mesh.validate().ok());
    mesh.indices = {0, 1, 2};
    CHECK(mesh.validate().ok());
    mesh.values[4] = std::numeric_limits<float>::infinity();
    CHECK(mesh.validate().message.find("number 4") != std::string::npos);
    Geometry field;
    field.kind = Geometry::Kind::HeightField;
    field.values.assign(6, 0.0f);
    field.columns = 3;
    field.rows = 2;
    CHECK_FALSE(field.validate().ok());
    field.column_spacing = field.row_spacing = 1;
    CHECK(field.validate().ok());
    field.rows = 3;
    CHECK_FALSE(field.validate().ok());
}

TEST_CASE("the scale of an object goes into its vertices") {
    Geometry mesh;
    mesh.values = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    mesh.indices = {0, 1, 2};
    mesh.apply_scale({2, -1, 0.5f});
    CHECK(mesh.values == std::vector<float>{2, -2, 1.5f, 8, -5, 3, 14, -8, 4.5f});
}
