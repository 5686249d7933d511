// The times of -S and -U, spelt as in systemd.time(7): "today", "-2h", "11min ago", "@1763431361",
// "2025-11-18 03:00", "2025-11-18T02:02:41Z", "03:00", with a zone behind it where one is meant.
#pragma once

#include <cstdint>
#include <string_view>

#include "cli/zone.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// Microseconds since the epoch. `zone` is for times that name none.
Result<std::int64_t> parse_time(std::string_view text, std::int64_t now_us, const Zone& zone);

}  // namespace oomwhy
