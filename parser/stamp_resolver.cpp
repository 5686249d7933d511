#include "parser/stamp_resolver.hpp"

#include <fmt/format.h>

#include <iterator>

namespace oomwhy {
namespace {

// Any leap year will do for a stamp without a year: only distances are read from it.
constexpr int kLeapYear = 2000;

}  // namespace

// A file that goes from December to January has passed a New Year; one step back is a late line of the old year.
int StampResolver::assumed_year(int month) {
  if (last_month_ == 12 && month == 1) ++years_passed_;
  if (last_month_ == 1 && month == 12 && years_passed_ > 0) --years_passed_;
  last_month_ = month;
  return context_.year.value_or(kLeapYear) + years_passed_;
}

std::optional<int> StampResolver::assumed_offset(std::int64_t wall_us) const {
  if (context_.utc_offset_minutes) return context_.utc_offset_minutes;
  if (context_.utc_offset_minutes_at) return context_.utc_offset_minutes_at(wall_us);
  return std::nullopt;
}

void StampResolver::set_wall(WallTime wall, Stamp& stamp) {
  const bool year_known = wall.year != 0 || context_.year.has_value();
  if (wall.month == 0) return;
  if (wall.year == 0) wall.year = assumed_year(wall.month);
  stamp.wall_us = micros_as_utc(wall);
  if (!year_known || !stamp.wall_us) return;
  const auto offset = wall.offset_minutes ? wall.offset_minutes : assumed_offset(*stamp.wall_us);
  if (!offset) return;
  stamp.realtime_us = *stamp.wall_us - std::int64_t{*offset} * 60'000'000;
}

Stamp StampResolver::resolve(const PrintedStamp& printed) {
  Stamp stamp;
  stamp.uptime_us = printed.uptime_us;
  stamp.as_printed = printed.as_printed;
  stamp.clock = printed.clock;
  if (printed.epoch_us) {
    stamp.realtime_us = printed.epoch_us;
    stamp.wall_us = printed.epoch_us;
  }
  if (printed.wall) set_wall(*printed.wall, stamp);
  if (printed.since_last_us) {
    add_difference(*printed.since_last_us, stamp);
  } else {
    minute_us_.reset();
    if (printed.wall && printed.wall->to_the_minute) {
      // The seconds are not known, so this is no moment in time; the differences that follow count from it.
      minute_us_ = stamp.wall_us;
      minute_ = printed.as_printed;
      since_minute_us_ = 0;
      stamp.realtime_us.reset();
    }
  }
  return stamp;
}

// A difference alone says nothing of when the line was printed, and two lines of a log often share one.
void StampResolver::add_difference(std::int64_t since_last_us, Stamp& stamp) {
  summed_.clear();
  stamp.as_printed = {};
  if (!minute_us_) return;
  since_minute_us_ += since_last_us;
  stamp.wall_us = *minute_us_ + since_minute_us_;
  constexpr double kMicrosecond = 1e-6;
  fmt::format_to(std::back_inserter(summed_), "{} +{:.6f}", minute_,
                 static_cast<double>(since_minute_us_) * kMicrosecond);
  stamp.as_printed = summed_;
}

}  // namespace oomwhy
