#include "json.h"

#include <cmath>
#include <cstdio>

std::string Json::quoted(const std::string& text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
            out += code;
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string Json::number(double value) {
    if (!std::isfinite(value)) return "null";
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

std::string Json::array(lamp::Vec3 v) {
    return "[" + number(static_cast<double>(v.x)) + ", " + number(static_cast<double>(v.y)) + ", " +
           number(static_cast<double>(v.z)) + "]";
}

std::string Json::array(lamp::Quat q) {
    return "[" + number(static_cast<double>(q.x)) + ", " + number(static_cast<double>(q.y)) + ", " +
           number(static_cast<double>(q.z)) + ", " + number(static_cast<double>(q.w)) + "]";
}

Json& Json::raw(const char* key, const std::string& value) {
    body_ += (body_.empty() ? "" : ", ") + quoted(key) + ": " + value;
    return *this;
}

void say(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}
