#include "cli/time_spec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace oomwhy {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
constexpr std::int64_t kHourUs = 60 * kMinuteUs;
constexpr std::int64_t kDayUs = 24 * kHourUs;
// Times beyond this many years from the epoch are refused, so that no sum can overflow.
constexpr std::int64_t kFarthestUs = std::int64_t{10'000} * 366 * kDayUs;

struct UnitName {
  std::string_view name;
  std::int64_t us;
};
// systemd.time(7): a month is 30.44 days, a year 365.25.
constexpr std::array kUnits = {
    UnitName{"seconds", kSecondUs},
    UnitName{"second", kSecondUs},
    UnitName{"sec", kSecondUs},
    UnitName{"s", kSecondUs},
    UnitName{"minutes", kMinuteUs},
    UnitName{"minute", kMinuteUs},
    UnitName{"min", kMinuteUs},
    UnitName{"months", 2'630'016 * kSecondUs},
    UnitName{"month", 2'630'016 * kSecondUs},
    UnitName{"M", 2'630'016 * kSecondUs},
    UnitName{"msec", 1'000},
    UnitName{"ms", 1'000},
    UnitName{"m", kMinuteUs},
    UnitName{"hours", kHourUs},
    UnitName{"hour", kHourUs},
    UnitName{"hr", kHourUs},
    UnitName{"h", kHourUs},
    UnitName{"days", kDayUs},
    UnitName{"day", kDayUs},
    UnitName{"d", kDayUs},
    UnitName{"weeks", 7 * kDayUs},
    UnitName{"week", 7 * kDayUs},
    UnitName{"w", 7 * kDayUs},
    UnitName{"years", 31'557'600 * kSecondUs},
    UnitName{"year", 31'557'600 * kSecondUs},
    UnitName{"y", 31'557'600 * kSecondUs},
    UnitName{"usec", 1},
    UnitName{"us", 1},
    UnitName{"µs", 1},
    UnitName{"", kSecondUs},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// ".25" as 250000 us; digits after the sixth are dropped.
std::int64_t take_fraction_us(std::string_view& text) {
  if (text.size() < 2 || text[0] != '.' || !is_digit(text[1])) return 0;
  text.remove_prefix(1);
  std::int64_t value = 0;
  std::int64_t weight = kSecondUs / 10;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), weight /= 10) {
    value += (text.front() - '0') * weight;
  }
  return value;
}

const UnitName& take_unit(std::string_view& text) {
  const auto letter = std::find_if(text.begin(), text.end(), [](char c) { return is_digit(c) || c == ' '; });
  const std::string_view word = text.substr(0, static_cast<std::size_t>(letter - text.begin()));
  for (const UnitName& unit : kUnits) {
    if (unit.name == word) {
      text.remove_prefix(word.size());
      return unit;
    }
  }
  return kUnits.back();
}

// "5h 30min", "2h30min", "1.5h", "90".
std::optional<std::int64_t> parse_span(std::string_view text) {
  std::int64_t total = 0;
  text = trim(text);
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto whole = take_number(text);
    if (!whole) return std::nullopt;
    const std::int64_t fraction = take_fraction_us(text);
    text = trim(text);
    const std::int64_t unit = take_unit(text).us;
    if (*whole > kFarthestUs / unit) return std::nullopt;
    total += *whole * unit + static_cast<std::int64_t>(static_cast<double>(fraction) / 1e6 * static_cast<double>(unit));
    if (total > kFarthestUs) return std::nullopt;
    text = trim(text);
  }
  return total;
}

std::optional<std::int64_t> parse_relative(std::string_view text, std::int64_t now_us) {
  const auto shifted = [&](std::string_view span, int sign) -> std::optional<std::int64_t> {
    const auto length = parse_span(span);
    if (!length) return std::nullopt;
    return now_us + sign * *length;
  };
  if (text.ends_with(" ago")) return shifted(text.substr(0, text.size() - 4), -1);
  if (text.ends_with(" left")) return shifted(text.substr(0, text.size() - 5), 1);
  if (text.starts_with('-')) return shifted(text.substr(1), -1);
  if (text.starts_with('+')) return shifted(text.substr(1), 1);
  return std::nullopt;
}

std::optional<std::int64_t> parse_epoch(std::string_view text) {
  text.remove_prefix(1);
  const auto seconds = take_number(text);
  if (!seconds || *seconds > kFarthestUs / kSecondUs) return std::nullopt;
  const std::int64_t fraction = take_fraction_us(text);
  if (!text.empty()) return std::nullopt;
  return *seconds * kSecondUs + fraction;
}

std::int64_t midnight(std::int64_t wall_us) {
  const std::int64_t into_day = wall_us % kDayUs;
  return wall_us - (into_day < 0 ? into_day + kDayUs : into_day);
}

std::optional<std::int64_t> parse_day_word(std::string_view text, std::int64_t now_us, const Zone& zone) {
  if (text == "now") return now_us;
  const std::int64_t today = midnight(zone.to_wall_us(now_us));
  if (text == "today") return zone.to_utc_us(today);
  if (text == "yesterday") return zone.to_utc_us(today - kDayUs);
  if (text == "tomorrow") return zone.to_utc_us(today + kDayUs);
  return std::nullopt;
}

// "2025-11-18" as microseconds of a wall clock.
std::optional<std::int64_t> take_date(std::string_view& text) {
  std::string_view rest = text;
  const auto year = take_number(rest);
  if (!year || *year > 9999 || !rest.starts_with('-')) return std::nullopt;
  rest.remove_prefix(1);
  const auto month = take_number(rest);
  if (!month || *month > 12 || !rest.starts_with('-')) return std::nullopt;
  rest.remove_prefix(1);
  const auto day = take_number(rest);
  if (!day || *day > 31) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  text = rest;
  return std::chrono::sys_days(date).time_since_epoch().count() * kDayUs;
}

// "03:00", "03:00:12", "03:00:12.5" as microseconds into the day.
std::optional<std::int64_t> take_clock(std::string_view& text) {
  std::string_view rest = text;
  const auto hour = take_number(rest);
  if (!hour || *hour > 24 || !rest.starts_with(':')) return std::nullopt;
  rest.remove_prefix(1);
  const auto minute = take_number(rest);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t us = *hour * kHourUs + *minute * kMinuteUs;
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    const auto second = take_number(rest);
    if (!second || *second > 60) return std::nullopt;
    us += *second * kSecondUs + take_fraction_us(rest);
  }
  text = rest;
  return us;
}

void skip_weekday(std::string_view& text) {
  static constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  for (const std::string_view day : kDays) {
    const std::size_t blank = text.find(' ');
    if (text.starts_with(day) && blank != std::string_view::npos) return text.remove_prefix(blank + 1);
  }
}

std::optional<std::int64_t> parse_calendar(std::string_view text, std::int64_t now_us, const Zone& zone) {
  skip_weekday(text);
  const auto date = take_date(text);
  const bool joined = date && text.starts_with('T');
  if (date && (joined || text.starts_with(' '))) text.remove_prefix(1);
  const auto clock = take_clock(text);
  if (joined && !clock) return std::nullopt;
  if (!date && !clock) return std::nullopt;
  text = trim(text);
  std::optional<Zone> named;
  if (!text.empty()) {
    const auto parsed = Zone::parse(text);
    if (!parsed) return std::nullopt;
    named = *parsed;
  }
  const Zone& meant = named ? *named : zone;
  const std::int64_t day = date ? *date : midnight(meant.to_wall_us(now_us));
  return meant.to_utc_us(day + clock.value_or(0));
}

}  // namespace

Result<std::int64_t> parse_time(std::string_view text, std::int64_t now_us, const Zone& zone) {
  text = trim(text);
  std::optional<std::int64_t> time;
  if (text.starts_with('@')) time = parse_epoch(text);
  if (!time) time = parse_day_word(text, now_us, zone);
  if (!time) time = parse_relative(text, now_us);
  if (!time) time = parse_calendar(text, now_us, zone);
  if (time) return *time;
  return Error{std::string(text), "not a time",
               "-2h, \"11min ago\", today, \"2025-11-18 03:00\", 2025-11-18T02:02:41Z or @1763431361"};
}

}  // namespace oomwhy
