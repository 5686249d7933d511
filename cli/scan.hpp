// The scan command: what is new since the last one, over many sources; told first, committed after.
#pragma once

#include <cstdint>

#include "cli/program.hpp"
#include "cli/request.hpp"

namespace oomwhy {

ExitStatus run_scan(const Request& request, std::int64_t now_us);

}  // namespace oomwhy
