// Bytes that the calling thread has asked the heap for since it started: operator new is replaced for this program.
#pragma once

#include <cstddef>

std::size_t allocated_bytes_of_this_thread();
