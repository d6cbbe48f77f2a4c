// One JSON object or array, written as it goes.
#pragma once

#include <cstdint>
#include <string>

#include "lamp/math.h"

class Json {
public:
    static std::string quoted(const std::string& text);
    static std::string number(double value);   // null where it is not finite
    static std::string array(lamp::Vec3 v);
    static std::string array(lamp::Quat q);

    Json& raw(const char* key, const std::string& value);
    Json& add(const char* key, const std::string& value) { return raw(key, quoted(value)); }
    Json& add(const char* key, const char* value) { return raw(key, quoted(value)); }
    Json& add(const char* key, double value) { return raw(key, number(value)); }
    Json& add(const char* key, std::int64_t value) { return raw(key, std::to_string(value)); }
    Json& add(const char* key, std::uint64_t value) { return raw(key, std::to_string(value)); }
    Json& add(const char* key, bool value) { return raw(key, value ? "true" : "false"); }
    std::string text() const { return "{" + body_ + "}"; }

private:
    std::string body_;
};

// A line on standard output, at once.
void say(const std::string& line);
