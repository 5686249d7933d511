#include "cli/zone.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <mutex>

namespace oomwhy {
namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr std::int64_t kMinuteUs = 60 * kMicroseconds;

// The library's zone is the process's: a scan reads several logs at once, and each waits here for its turn.
std::mutex& zone_turn() {
  static std::mutex turn;
  return turn;
}

// The C library knows one zone at a time; this one while the object lives.
class ZoneOfLibrary {
 public:
  explicit ZoneOfLibrary(const std::optional<std::string>& name) : turn_(zone_turn()) {
    if (!name) return;
    if (const char* before = std::getenv("TZ")) before_ = before;
    changed_ = true;
    ::setenv("TZ", (":" + *name).c_str(), 1);
    ::tzset();
  }
  ~ZoneOfLibrary() {
    if (!changed_) return;
    if (before_) {
      ::setenv("TZ", before_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }
  ZoneOfLibrary(const ZoneOfLibrary&) = delete;
  ZoneOfLibrary& operator=(const ZoneOfLibrary&) = delete;

 private:
  std::lock_guard<std::mutex> turn_;
  bool changed_ = false;
  std::optional<std::string> before_;
};

std::int64_t floor_seconds(std::int64_t us) { return us / kMicroseconds - (us % kMicroseconds < 0 ? 1 : 0); }

std::int64_t offset_seconds_of_utc(std::int64_t utc_seconds) {
  const std::time_t time = utc_seconds;
  std::tm broken{};
  return ::localtime_r(&time, &broken) == nullptr ? 0 : broken.tm_gmtoff;
}

// Tries the offsets in force a day before and a day after: one of them fits the wall clock, unless it was skipped.
std::int64_t offset_seconds_of_wall(std::int64_t wall_seconds) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t before = offset_seconds_of_utc(wall_seconds - kDay);
  const std::int64_t after = offset_seconds_of_utc(wall_seconds + kDay);
  if (offset_seconds_of_utc(wall_seconds - before) == before) return before;
  if (offset_seconds_of_utc(wall_seconds - after) == after) return after;
  return before;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "+02:00", "-0530", "+2", "+05": hours and minutes east of Greenwich.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z" || text == "UTC" || text == "GMT") return 0;
  if (text.size() < 2 || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  std::string digits(text.substr(1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  if (digits.size() != 1 && digits.size() != 2 && digits.size() != 4) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  const std::size_t hour_digits = std::min<std::size_t>(digits.size(), 2);
  int hours = 0;
  int minutes = 0;
  std::from_chars(digits.data(), digits.data() + hour_digits, hours);
  std::from_chars(digits.data() + hour_digits, digits.data() + digits.size(), minutes);
  if (hours > 14 || minutes > 59) return std::nullopt;
  return sign * (hours * 60 + minutes);
}

// The C library takes any name it does not know for UTC, so the file is looked for here.
bool in_database(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) return false;
  const char* directory = std::getenv("TZDIR");
  std::ifstream file(std::string(directory == nullptr ? "/usr/share/zoneinfo" : directory) + "/" + name,
                     std::ios::binary);
  char magic[4] = {};
  return file.read(magic, sizeof magic) && std::string_view(magic, sizeof magic) == "TZif";
}

}  // namespace

Zone Zone::utc() {
  Zone zone;
  zone.offset_minutes_ = 0;
  return zone;
}

Zone Zone::local() { return {}; }

Result<Zone> Zone::parse(std::string_view text) {
  Zone zone;
  zone.offset_minutes_ = parse_offset(text);
  if (zone.offset_minutes_) return zone;
  const std::string name(text);
  if (!in_database(name)) {
    return Error{name, "no such time zone on this machine",
                 "an offset (+02:00), or a name of `timedatectl list-timezones`"};
  }
  zone.name_ = name;
  return zone;
}

int Zone::offset_minutes_at(std::int64_t wall_us) const {
  if (offset_minutes_) return *offset_minutes_;
  const ZoneOfLibrary library(name_);
  return static_cast<int>(offset_seconds_of_wall(floor_seconds(wall_us)) / 60);
}

std::int64_t Zone::to_utc_us(std::int64_t wall_us) const { return wall_us - offset_minutes_at(wall_us) * kMinuteUs; }

std::int64_t Zone::to_wall_us(std::int64_t utc_us) const {
  if (offset_minutes_) return utc_us + *offset_minutes_ * kMinuteUs;
  const ZoneOfLibrary library(name_);
  return utc_us + offset_seconds_of_utc(floor_seconds(utc_us)) * kMicroseconds;
}

}  // namespace oomwhy
