#include "parser/event_time.hpp"

namespace oomwhy {

namespace {

Certainty certainty_of(Clock clock) {
  switch (clock) {
    case Clock::Printk:
    case Clock::Printed:
      return Certainty::Stated;
    case Clock::Received:
    case Clock::Computed:
      return Certainty::Derived;
  }
  return Certainty::Derived;
}

}  // namespace

bool has_stamp(const Stamp& stamp) {
  return stamp.uptime_us || stamp.realtime_us || stamp.wall_us || !stamp.as_printed.empty();
}

bool is_exact(const Stamp& stamp) {
  constexpr std::int64_t kSecond = 1000000;
  if (stamp.uptime_us) return true;
  const auto wall = stamp.realtime_us ? stamp.realtime_us : stamp.wall_us;
  return wall && *wall % kSecond != 0;
}

void set_time(Time& time, const Stamp& stamp) {
  time.realtime_us = stamp.realtime_us;
  time.wall_us = stamp.wall_us;
  time.uptime_us = stamp.uptime_us;
  time.as_printed.assign(stamp.as_printed);
  time.clock = stamp.clock;
  time.certainty = certainty_of(stamp.clock);
}

Time to_time(const Stamp& stamp) {
  Time time;
  set_time(time, stamp);
  return time;
}

}  // namespace oomwhy
