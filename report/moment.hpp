// Two times of one host compared, by the best clock that both have.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "parser/event.hpp"

namespace oomwhy {

// Absent where one is not known, or where no count of microseconds says how far apart they are.
constexpr std::optional<std::int64_t> difference(const std::optional<std::int64_t>& earlier,
                                                 const std::optional<std::int64_t>& later) {
  std::int64_t span = 0;
  if (!earlier || !later || __builtin_sub_overflow(*later, *earlier, &span)) return std::nullopt;
  return span;
}

// Microseconds from `earlier` to `later`; absent where they have no clock in common. A stamp since boot comes last: it
// starts anew with each boot.
constexpr std::optional<std::int64_t> microseconds_between(const Time& earlier, const Time& later) {
  if (earlier.realtime_us && later.realtime_us) return difference(earlier.realtime_us, later.realtime_us);
  if (earlier.wall_us && later.wall_us) return difference(earlier.wall_us, later.wall_us);
  return difference(earlier.uptime_us, later.uptime_us);
}

// A time's place among others, for sorting. Times of different clocks are never compared: those of one clock stand
// together, the time of day first, in a strict weak order. microseconds_between() is none where clocks are mixed.
using TimePlace = std::pair<int, std::int64_t>;  // rank of the clock, microseconds on it
constexpr TimePlace place_of(const Time& time) {
  if (time.realtime_us) return {0, *time.realtime_us};
  if (time.wall_us) return {1, *time.wall_us};
  if (time.uptime_us) return {2, *time.uptime_us};
  return {3, 0};
}

// Seconds between two times of one boot. The kernel's own clock comes first: received stamps of one report differ by
// seconds.
constexpr std::optional<double> seconds_within_boot(const Time& earlier, const Time& later) {
  auto span = difference(earlier.uptime_us, later.uptime_us);
  if (!span) span = microseconds_between(earlier, later);
  return span ? std::optional<double>(static_cast<double>(*span) / 1e6) : std::nullopt;
}

}  // namespace oomwhy
