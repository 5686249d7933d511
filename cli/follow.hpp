// --follow: each incident of the ring buffer or a journal when it is over, until SIGINT or SIGTERM.
#pragma once

#include <cstdint>
#include <string>

#include "cli/program.hpp"
#include "cli/request.hpp"

namespace oomwhy {

// `now_us`: the incidents from then on, where -S names no earlier time.
ExitStatus run_follow(Request request, const RedactionChoice& redaction, std::int64_t now_us);

}  // namespace oomwhy
