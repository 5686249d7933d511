// This machine's clocks, in microseconds.
#pragma once

#include <chrono>
#include <cstdint>

namespace oomwhy {

template <typename Clock>
std::int64_t now_on() {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count();
}

inline std::int64_t realtime_now_us() { return now_on<std::chrono::system_clock>(); }   // since 1970, UTC
inline std::int64_t monotonic_now_us() { return now_on<std::chrono::steady_clock>(); }  // CLOCK_MONOTONIC on Linux

}  // namespace oomwhy
