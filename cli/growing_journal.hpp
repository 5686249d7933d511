// A journal while it grows.
#pragma once

#include <cstdint>
#include <memory>

#include "cli/follow_loop.hpp"
#include "cli/request.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// The journal that the request names, the local one where it names none; entries from `since_us` on are new. `request`
// must outlive it.
Result<std::unique_ptr<GrowingLog>> open_growing_journal(const Request& request, std::int64_t since_us);

}  // namespace oomwhy
