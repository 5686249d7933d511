// The same work for each of several things, some at a time in threads of their own.
#pragma once

#include <cstddef>
#include <functional>

namespace oomwhy {

// Calls `work` with 0 … count - 1, each once and in any order, `threads` at a time at most, the caller's own included;
// where fewer can be had, fewer. Returns when all are done. What a call throws is thrown here, and no further begin.
void side_by_side(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work);

// How many threads can run at once here; at least one.
std::size_t processors();

}  // namespace oomwhy
