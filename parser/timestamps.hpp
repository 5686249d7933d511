// Dates and times as logs print them, and what can be said of them in microseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace oomwhy {

// A printed wall-clock time, field by field; 0 in `year` or `month`: not printed or in a language that is not known.
struct WallTime {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t microsecond = 0;
  std::optional<int> offset_minutes;  // east of UTC, where the stamp has its zone
  bool offset_without_colon = false;  // "+0000": journalctl up to systemd 252; RFC 3339 wants the colon
  bool to_the_minute = false;         // seconds were not printed
  bool fraction_after_comma = false;  // as only dmesg --time-format iso (and some loggers of milliseconds) writes it
};

// Microseconds of the printed fields read as if they were UTC. Absent: a field is missing or no date has it.
std::optional<std::int64_t> micros_as_utc(const WallTime& time);

// Each takes a stamp off the front of `rest`, without the blank behind it; on false nothing has changed.
// "2026-11-20T23:45:19.041134+00:00", also with a blank for the T, a comma for the point, "Z", "+0000" or no zone.
bool take_iso_time(std::string_view& rest, WallTime& time);
// "Nov 20 23:45:19", "jun  2 23:45:19.041134", "11月 20 23:45:19": the stamp of RFC 3164 in any language.
bool take_month_day_time(std::string_view& rest, WallTime& time);
// "Fri Nov 20 23:40:14 2026", "五 5月 15 17:19:17 2026": asctime(3) in any language.
bool take_ctime(std::string_view& rest, WallTime& time);
// "Nov20 23:41", the first stamp of a minute in dmesg -H and -e.
bool take_month_day_minute(std::string_view& rest, WallTime& time);
// "23:45:19", with or without a fraction.
bool take_clock_time(std::string_view& rest, WallTime& time);
// "   12.345678": blanks, seconds, a point and one to nine digits.
bool take_seconds(std::string_view& rest, std::int64_t& microseconds);

// 1 to 12 for a month's short name in English and some twenty other languages, or as a number with 月 or 월.
std::optional<int> month_of(std::string_view name);

}  // namespace oomwhy
