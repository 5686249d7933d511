// A time zone by name or offset, read from the system's tz database: how far its wall clock is from UTC, and when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/diagnostic.hpp"

namespace oomwhy {

class Zone {
 public:
  static Zone utc();
  static Zone local();  // of this machine
  // "Europe/Berlin", "UTC", "Z", "+02:00", "-0530", "+2".
  static Result<Zone> parse(std::string_view text);

  // Minutes east of UTC that never change; absent: a zone with rules.
  std::optional<int> fixed_offset_minutes() const { return offset_minutes_; }
  // `wall_us`: the wall clock read as if it were UTC. In the hour that a change of the clock repeats: the first of the
  // two; in one that it skips: as if the clock had not been changed yet.
  int offset_minutes_at(std::int64_t wall_us) const;
  std::int64_t to_utc_us(std::int64_t wall_us) const;
  std::int64_t to_wall_us(std::int64_t utc_us) const;

 private:
  std::optional<int> offset_minutes_;
  std::optional<std::string> name_;  // absent with no offset: this machine's zone
};

}  // namespace oomwhy
