// How often the calling thread has asked the heap for memory: operator new is replaced in this program.
#pragma once

#include <cstddef>

std::size_t allocations_of_this_thread();
