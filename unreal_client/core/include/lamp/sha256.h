// SHA-256 (FIPS 180-4), so that the core needs no cryptographic library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace lamp {

class Sha256 {
public:
    Sha256();
    void add(const void* data, std::size_t size);
    // 64 lower-case hexadecimal digits; nothing may be added after that.
    std::string hex();

private:
    void block(const std::uint8_t* data);

    std::array<std::uint32_t, 8> state_;
    std::array<std::uint8_t, 64> rest_{};
    std::size_t rest_size_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace lamp
