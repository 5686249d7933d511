// Which clocks a time is known on, so that times can be kept in order by a clock that they share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "parser/event.hpp"

namespace oomwhy {

// In the order in which microseconds_between() prefers them.
inline constexpr std::size_t kClocks = 3;  // realtime, wall, uptime

constexpr const std::optional<std::int64_t>& on_clock(const Time& time, std::size_t clock) {
  return clock == 0 ? time.realtime_us : clock == 1 ? time.wall_us : time.uptime_us;
}

// A bit for each clock.
using ClockSet = std::uint8_t;
inline constexpr std::size_t kClockSets = 8;

constexpr ClockSet clocks_of(const Time& time) {
  ClockSet clocks = 0;
  for (std::size_t clock = 0; clock < kClocks; ++clock) {
    if (on_clock(time, clock)) clocks = static_cast<ClockSet>(clocks | (1U << clock));
  }
  return clocks;
}

// The clock by which times with these sets are compared; absent: they have none in common.
constexpr std::optional<std::size_t> common_clock(ClockSet a, ClockSet b) {
  for (std::size_t clock = 0; clock < kClocks; ++clock) {
    if (((a & b) >> clock & 1U) != 0) return clock;
  }
  return std::nullopt;
}

}  // namespace oomwhy
