// Allocations that were refused, in the kernel's words and in those of programs: nobody is killed for want of memory
// then.
#pragma once

#include <optional>
#include <string_view>

#include "parser/log_line.hpp"
#include "parser/userland.hpp"

namespace oomwhy {

// Every sentence that classify_refusal() knows holds one of a few rare words: false costs a few searches.
bool may_tell_of_refusal(std::string_view text);

// The kernel's word counts as its own only where the log does not say that a process wrote it. Absent: no refusal.
std::optional<AllocationRefused> classify_refusal(const LogLine& line);

}  // namespace oomwhy
