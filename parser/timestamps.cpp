#include "parser/timestamps.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "parser/take.hpp"

namespace oomwhy {
namespace {

// A month's short name; names that mean different months in different languages ("lis", "lip") are left out.
struct MonthName {
  std::string_view name;
  int month;
};

// Lower case, without a final point. English comes first because nearly every log is English.
constexpr MonthName kMonthNames[] = {
    {"jan", 1},   {"feb", 2},  {"mar", 3},   {"apr", 4},  {"may", 5},   {"jun", 6},   {"jul", 7},     {"aug", 8},
    {"sep", 9},   {"oct", 10}, {"nov", 11},  {"dec", 12}, {"sept", 9},  {"mär", 3},   {"mrz", 3},     {"mai", 5},
    {"okt", 10},  {"dez", 12}, {"jän", 1},   {"janv", 1}, {"févr", 2},  {"mars", 3},  {"avril", 4},   {"juin", 6},
    {"juil", 7},  {"août", 8}, {"déc", 12},  {"ene", 1},  {"abr", 4},   {"ago", 8},   {"dic", 12},    {"gen", 1},
    {"mag", 5},   {"giu", 6},  {"lug", 7},   {"set", 9},  {"ott", 10},  {"fev", 2},   {"out", 10},    {"mrt", 3},
    {"mei", 5},   {"maj", 5},  {"des", 12},  {"sty", 1},  {"lut", 2},   {"kwi", 4},   {"cze", 6},     {"sie", 8},
    {"wrz", 9},   {"paź", 10}, {"gru", 12},  {"янв", 1},  {"фев", 2},   {"мар", 3},   {"апр", 4},     {"май", 5},
    {"мая", 5},   {"июн", 6},  {"июл", 7},   {"авг", 8},  {"сен", 9},   {"окт", 10},  {"ноя", 11},    {"дек", 12},
    {"січ", 1},   {"лют", 2},  {"бер", 3},   {"кві", 4},  {"тра", 5},   {"чер", 6},   {"сер", 8},     {"вер", 9},
    {"жов", 10},  {"гру", 12}, {"oca", 1},   {"şub", 2},  {"nis", 4},   {"haz", 6},   {"tem", 7},     {"ağu", 8},
    {"eyl", 9},   {"eki", 10}, {"kas", 11},  {"ara", 12}, {"tammi", 1}, {"helmi", 2}, {"maalis", 3},  {"huhti", 4},
    {"touko", 5}, {"kesä", 6}, {"heinä", 7}, {"elo", 8},  {"syys", 9},  {"loka", 10}, {"marras", 11}, {"joulu", 12},
    {"márc", 3},  {"máj", 5},  {"jún", 6},   {"júl", 7},  {"szept", 9}, {"ápr", 4},   {"led", 1},     {"úno", 2},
    {"bře", 3},   {"dub", 4},  {"kvě", 5},   {"čen", 6},  {"čec", 7},   {"zář", 9},   {"říj", 10},    {"pro", 12},
};

constexpr std::size_t kLongestMonthName = 16;

bool days_exist(const WallTime& time) {
  static constexpr std::array<int, 12> days = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return time.month >= 1 && time.month <= 12 && time.day >= 1 &&
         time.day <= days[static_cast<std::size_t>(time.month - 1)];
}

// Days since 1970-01-01 of the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date
// algorithms").
std::int64_t days_since_epoch(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = y / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// ".041134" or ",041": up to nine digits as microseconds, what is finer is dropped.
bool take_fraction(std::string_view& rest, std::int64_t& microseconds) {
  static constexpr std::array<std::int64_t, 7> scale = {1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  std::int64_t value = 0;
  std::size_t length = 0;
  for (; length < rest.size() && is_digit(rest[length]); ++length) {
    if (length < 6) value = value * 10 + (rest[length] - '0');
  }
  if (length == 0 || length > 9) return false;
  microseconds = value * scale[std::min<std::size_t>(length, 6)];
  rest.remove_prefix(length);
  return true;
}

// "Z", "+00:00", "+0000", " +0800"; a stamp may have none.
void take_offset(std::string_view& rest, WallTime& time) {
  auto behind = rest;
  if (take(behind, 'Z')) {
    time.offset_minutes = 0;
    rest = behind;
    return;
  }
  take(behind, ' ');
  const bool east = take(behind, '+');
  if (!east && !take(behind, '-')) return;
  if (behind.size() < 4) return;
  int hours = 0;
  int minutes = 0;
  if (!to_number(behind.substr(0, 2), hours)) return;
  behind.remove_prefix(2);
  const bool colon = take(behind, ':');
  if (behind.size() < 2 || !to_number(behind.substr(0, 2), minutes) || hours > 18 || minutes > 59) return;
  behind.remove_prefix(2);
  if (!behind.empty() && is_digit(behind.front())) return;
  time.offset_without_colon = !colon;
  time.offset_minutes = (east ? 1 : -1) * (hours * 60 + minutes);
  rest = behind;
}

bool take_two_digits(std::string_view& rest, int& number) {
  if (rest.size() < 2 || !is_digit(rest[0]) || !is_digit(rest[1])) return false;
  number = (rest[0] - '0') * 10 + (rest[1] - '0');
  rest.remove_prefix(2);
  return true;
}

bool take_hour_minute(std::string_view& rest, WallTime& time) {
  return take_two_digits(rest, time.hour) && take(rest, ':') && take_two_digits(rest, time.minute) && time.hour < 24 &&
         time.minute < 60;
}

// HH:MM:SS; second 60 is a leap second.
bool take_hour_minute_second(std::string_view& rest, WallTime& time) {
  return take_hour_minute(rest, time) && take(rest, ':') && take_two_digits(rest, time.second) && time.second < 61;
}

void take_fraction_of_second(std::string_view& rest, WallTime& time) {
  auto behind = rest;
  const bool comma = take(behind, ',');
  if (!comma && !take(behind, '.')) return;
  if (!take_fraction(behind, time.microsecond)) return;
  time.fraction_after_comma = comma;
  rest = behind;
}

// A word that can name a month or a weekday, with the blanks behind it, where a digit or another word begins.
bool take_name(std::string_view& rest, std::string_view& name) {
  std::size_t length = 0;
  while (length < rest.size() && length <= kLongestMonthName && !is_blank(rest[length])) ++length;
  if (length == 0 || length > kLongestMonthName || length == rest.size()) return false;
  name = rest.substr(0, length);
  rest.remove_prefix(length);
  take_blanks(rest);
  return !rest.empty();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letters(std::string_view printed, std::string_view lower_case) {
  if (printed.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < printed.size(); ++i) {
    if (lower(printed[i]) != lower_case[i]) return false;
  }
  return true;
}

// "11月", "5월".
std::optional<int> numbered_month(std::string_view name) {
  auto rest = name;
  int month = 0;
  if (!take_number(rest, 1, 2, month) || (rest != "月" && rest != "월")) return std::nullopt;
  if (month < 1 || month > 12) return std::nullopt;
  return month;
}

}  // namespace

std::optional<int> month_of(std::string_view name) {
  if (name.size() > kLongestMonthName || name.size() < 3) return std::nullopt;
  if (is_digit(name.front())) return numbered_month(name);
  if (name.back() == '.') name.remove_suffix(1);
  for (const auto& known : kMonthNames) {
    if (same_letters(name, known.name)) return known.month;
  }
  return std::nullopt;
}

std::optional<std::int64_t> micros_as_utc(const WallTime& time) {
  if (time.year < 1 || !days_exist(time)) return std::nullopt;
  const std::int64_t minutes =
      days_since_epoch(time.year, time.month, time.day) * 1440 + std::int64_t{60} * time.hour + time.minute;
  const std::int64_t seconds = minutes * 60 + time.second;
  return seconds * 1'000'000 + time.microsecond;
}

bool take_iso_time(std::string_view& rest, WallTime& time) {
  // The places of the signs are fixed; looking at them first is what makes most lines cheap.
  if (rest.size() < 19 || rest[4] != '-' || rest[7] != '-' || (rest[10] != 'T' && rest[10] != ' ')) return false;
  auto behind = rest;
  WallTime found;
  int century = 0;
  if (!take_two_digits(behind, century) || !take_two_digits(behind, found.year)) return false;
  found.year += century * 100;
  behind.remove_prefix(1);
  if (!take_two_digits(behind, found.month)) return false;
  behind.remove_prefix(1);
  if (!take_two_digits(behind, found.day) || !days_exist(found)) return false;
  behind.remove_prefix(1);
  if (!take_hour_minute_second(behind, found)) return false;
  take_fraction_of_second(behind, found);
  take_offset(behind, found);
  time = found;
  rest = behind;
  return true;
}

bool take_month_day_time(std::string_view& rest, WallTime& time) {
  auto behind = rest;
  WallTime found;
  std::string_view name;
  // Most lines fail here: looking the name up costs more.
  if (!take_name(behind, name) || !is_digit(behind.front())) return false;
  const auto month = month_of(name);
  if (!month) return false;
  found.month = *month;
  if (!take_number(behind, 1, 2, found.day) || !days_exist(found) || take_blanks(behind) == 0) return false;
  // Some loggers put the year between the day and the time.
  auto with_year = behind;
  if (take_number(with_year, 4, 4, found.year) && take(with_year, ' ')) behind = with_year;
  if (!take_hour_minute_second(behind, found)) return false;
  take_fraction_of_second(behind, found);
  time = found;
  rest = behind;
  return true;
}

bool take_ctime(std::string_view& rest, WallTime& time) {
  auto behind = rest;
  WallTime found;
  std::string_view weekday;
  std::string_view month;
  if (!take_name(behind, weekday) || is_digit(weekday.front())) return false;
  if (!take_name(behind, month) || !is_digit(behind.front())) return false;
  found.month = month_of(month).value_or(0);
  if (!take_number(behind, 1, 2, found.day) || take_blanks(behind) == 0) return false;
  if (!take_hour_minute_second(behind, found) || !take(behind, ' ')) return false;
  if (!take_number(behind, 4, 4, found.year)) return false;
  time = found;
  rest = behind;
  return true;
}

bool take_month_day_minute(std::string_view& rest, WallTime& time) {
  auto behind = rest;
  take_blanks(behind);
  // The month's name and the day stand together ("Nov20", "Nov 2", "11月20"): the day is what digits end the word.
  const auto clock = behind.substr(0, 3 * kLongestMonthName).find(':');
  if (clock == std::string_view::npos || clock < 5) return false;
  const auto name_and_day = behind.substr(0, clock - 3);
  if (name_and_day.find_first_of("[]<>") != std::string_view::npos) return false;
  const auto day_begin = name_and_day.find_last_not_of("0123456789") + 1;
  WallTime found;
  if (day_begin == 0 || !to_number(name_and_day.substr(day_begin), found.day)) return false;
  auto name = name_and_day.substr(0, day_begin);
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
  if (name.empty()) return false;
  found.month = month_of(name).value_or(0);
  behind.remove_prefix(clock - 3);
  if (!take(behind, ' ') || !take_hour_minute(behind, found)) return false;
  found.to_the_minute = true;
  time = found;
  rest = behind;
  return true;
}

bool take_clock_time(std::string_view& rest, WallTime& time) {
  auto behind = rest;
  WallTime found;
  if (!take_hour_minute_second(behind, found)) return false;
  take_fraction_of_second(behind, found);
  time = found;
  rest = behind;
  return true;
}

bool take_seconds(std::string_view& rest, std::int64_t& microseconds) {
  auto behind = rest;
  take_blanks(behind);
  std::int64_t seconds = 0;
  std::int64_t fraction = 0;
  if (!take_number(behind, 1, 12, seconds) || !take(behind, '.') || !take_fraction(behind, fraction)) return false;
  microseconds = seconds * 1'000'000 + fraction;
  rest = behind;
  return true;
}

}  // namespace oomwhy
