#include "report/format.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>

#include "report/utf8.hpp"

namespace oomwhy {

namespace {

// Tenths of a unit, rounded to the nearest without overflow.
std::uint64_t tenths_of(std::uint64_t count, std::uint64_t unit) {
  const std::uint64_t whole = count / unit;
  const std::uint64_t rest = count % unit;
  return whole * 10 + (rest / 2 * 10 + unit / 4) / (unit / 2);
}

}  // namespace

std::string format_size(Bytes size) {
  constexpr std::array<const char*, 6> kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (size.count < 1024) return fmt::format("{} B", size.count);
  std::uint64_t unit = 1024;
  std::size_t index = 0;
  std::uint64_t tenths = tenths_of(size.count, unit);
  // 1023.96 MiB is "1.0 GiB", so the rounded figure decides.
  while (tenths + 5 >= 10240 && index + 1 < kUnits.size()) {
    unit *= 1024;
    tenths = tenths_of(size.count, unit);
    ++index;
  }
  const bool decimal = index >= 2 || tenths < 100;
  if (decimal) return fmt::format("{}.{} {}", tenths / 10, tenths % 10, kUnits[index]);
  return fmt::format("{} {}", (tenths + 5) / 10, kUnits[index]);
}

std::string format_share(double share) {
  if (!std::isfinite(share)) return "?";
  const double percent = share * 100.0;
  if (percent > 0.0 && percent < 0.5) return "<1%";
  return fmt::format("{:.0f}%", percent);
}

std::optional<std::string> format_rfc3339(std::int64_t realtime_us) {
  using std::chrono::days;
  using std::chrono::microseconds;
  const std::chrono::sys_time<microseconds> time{microseconds{realtime_us}};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return std::nullopt;
  const std::chrono::hh_mm_ss clock{time - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", year, static_cast<unsigned>(date.month()),
                                 static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                                 clock.seconds().count());
  const auto fraction = clock.subseconds().count();
  if (fraction % 1000 != 0) {
    text += fmt::format(".{:06}", fraction);
  } else if (fraction != 0) {
    text += fmt::format(".{:03}", fraction / 1000);
  }
  return text + "Z";
}

std::string format_time_utc(std::int64_t realtime_us) {
  if (auto text = format_rfc3339(realtime_us)) return *std::move(text);
  return fmt::format("@{}", realtime_us / 1'000'000);
}

std::string format_uptime(std::int64_t uptime_us) {
  return fmt::format("{:.3f} s after boot", static_cast<double>(uptime_us) / 1e6);
}

std::string format_time(const Time& time) {
  if (time.realtime_us) return format_time_utc(*time.realtime_us);
  if (time.uptime_us && !time.wall_us) return format_uptime(*time.uptime_us);
  return time.as_printed;
}

std::string format_part(double share, std::string_view whole) {
  return share >= 0.995 ? fmt::format("all of {}", whole) : fmt::format("{} of {}", format_share(share), whole);
}

std::string to_utf8(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const CodePoint next = first_code_point(raw);
    text += next.valid ? next.bytes : std::string_view("\xef\xbf\xbd");
    raw.remove_prefix(next.bytes.size());
  }
  return text;
}

bool is_valid_utf8(std::string_view raw) {
  while (!raw.empty()) {
    const CodePoint next = first_code_point(raw);
    if (!next.valid) return false;
    raw.remove_prefix(next.bytes.size());
  }
  return true;
}

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) {
    const CodePoint next = first_code_point(utf8);
    width += next.valid ? code_point_width(next.value) : 1;
    utf8.remove_prefix(next.bytes.size());
  }
  return width;
}

std::string_view beginning_of_width(std::string_view utf8, std::size_t columns) {
  std::size_t width = 0;
  std::size_t length = 0;
  while (length < utf8.size()) {
    const CodePoint next = first_code_point(utf8.substr(length));
    width += next.valid ? code_point_width(next.value) : 1;
    if (width > columns && length > 0) break;
    length += next.bytes.size();
  }
  return utf8.substr(0, length);
}

std::string fit(std::string_view utf8, std::size_t columns, bool pad, Charset charset) {
  const std::size_t width = display_width(utf8);
  std::string text;
  if (width <= columns) {
    text = utf8;
  } else {
    const std::string_view sign = charset == Charset::Utf8 ? "…" : "~";
    const std::size_t sign_width = display_width(sign);
    if (columns < sign_width) return "";
    text = beginning_of_width(utf8, columns - sign_width);
    // A wide character may not fit into a single column.
    if (display_width(text) > columns - sign_width) text.clear();
    text += sign;
  }
  const std::size_t taken = display_width(text);
  if (pad && taken < columns) text.append(columns - taken, ' ');
  return text;
}

}  // namespace oomwhy
