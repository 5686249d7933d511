// Two times of one host compared, by the best clock that both have.
#pragma once

#include <cstdint>
#include <optional>

#include "parser/event.hpp"

namespace oomwhy {

// Microseconds from `earlier` to `later`; absent where they have no clock in common.
constexpr std::optional<std::int64_t> microseconds_between(const Time& earlier, const Time& later) {
  if (earlier.realtime_us && later.realtime_us) return *later.realtime_us - *earlier.realtime_us;
  if (earlier.wall_us && later.wall_us) return *later.wall_us - *earlier.wall_us;
  if (earlier.uptime_us && later.uptime_us) return *later.uptime_us - *earlier.uptime_us;
  return std::nullopt;
}

}  // namespace oomwhy
