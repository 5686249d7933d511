// What this process has asked of the allocator: a measure of work that is the same on every machine and in every run.
#pragma once

#include <cstddef>

namespace oomwhy {

struct Allocations {
  std::size_t count = 0, bytes = 0;
};
Allocations allocations_so_far();

}  // namespace oomwhy
