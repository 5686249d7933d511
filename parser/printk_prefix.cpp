#include "parser/printk_prefix.hpp"

#include "parser/take.hpp"

namespace oomwhy {
namespace {

// Records of two CPUs can stand in the ring buffer against the order of their stamps: differences may be negative.
bool take_negative_sign(std::string_view& rest) {
  auto behind = rest;
  take_blanks(behind);
  if (!take(behind, '-')) return false;
  rest = behind;
  return true;
}

// "[   94.289388" with an optional "<   79.001900>" of dmesg -d and journalctl -o short-delta, up to the bracket.
void take_delta(std::string_view& rest) {
  auto behind = rest;
  take_blanks(behind);
  std::int64_t delta = 0;
  const bool angle = take(behind, '<');
  if (angle) take_negative_sign(behind);
  if (!angle || !take_seconds(behind, delta)) {
    // The first line of short-delta has blanks in the delta's place.
    if (behind.starts_with(']')) rest = behind;
    return;
  }
  take_blanks(behind);
  if (take(behind, '>')) {
    take_blanks(behind);
    rest = behind;
  }
}

// At least three digits behind the point: a shorter number in brackets is text.
bool take_uptime(std::string_view& rest, PrintedStamp& stamp) {
  auto behind = rest;
  std::int64_t uptime = 0;
  if (!take_seconds(behind, uptime)) return false;
  const auto printed = rest.substr(0, rest.size() - behind.size());
  if (printed.size() - printed.find('.') < 4) return false;
  take_delta(behind);
  stamp.uptime_us = uptime;
  stamp.clock = Clock::Printk;
  rest = behind;
  return true;
}

// "  +0.002251" of dmesg -H and -e, "<    0.002251>" of --time-format=delta.
bool take_difference(std::string_view& rest, PrintedStamp& stamp) {
  auto behind = rest;
  take_blanks(behind);
  const bool angle = take(behind, '<');
  const bool negative = take_negative_sign(behind);
  std::int64_t difference = 0;
  if ((!angle && !negative && !take(behind, '+')) || !take_seconds(behind, difference)) return false;
  if (angle && !take(behind, '>')) return false;
  stamp.since_last_us = negative ? -difference : difference;
  stamp.clock = Clock::Computed;
  rest = behind;
  return true;
}

// A date or a time of day: dmesg -T computes it, terminals and loggers print their own in the same brackets.
bool take_bracketed_wall_time(std::string_view& rest, PrintedStamp& stamp) {
  auto behind = rest;
  WallTime wall;
  if (take_iso_time(behind, wall) || take_clock_time(behind, wall)) {
    stamp.clock = Clock::Printed;
  } else if (take_ctime(behind, wall)) {
    take_delta(behind);
    stamp.clock = Clock::Computed;
  } else if (take_month_day_minute(behind, wall)) {
    stamp.clock = Clock::Computed;
  } else {
    return false;
  }
  stamp.wall = wall;
  rest = behind;
  return true;
}

// The kernel's own stamp as nearly every line has it, without the ways about of what any stamp may be.
bool take_first_uptime(std::string_view& rest, PrintedStamp& stamp) {
  auto behind = rest;
  std::int64_t uptime = 0;
  if (stamp.uptime_us || !take(behind, '[') || !take_printk_stamp(behind, uptime)) return false;
  if (stamp.as_printed.empty()) stamp.as_printed = rest.substr(0, rest.find(']') + 1);
  if (!stamp.wall && !stamp.epoch_us) stamp.clock = Clock::Printk;
  stamp.uptime_us = uptime;
  rest = behind;
  return true;
}

// "[   1234]": a row of a task table.
bool is_bracketed_number(std::string_view rest) {
  if (!take(rest, '[')) return false;
  take_blanks(rest);
  return !take_digits(rest).empty() && take(rest, ']');
}

constexpr std::size_t kLongestComm = 15;

// MediaTek's kernels print the CPU and the task: ".(1)[3386:bwrap]text".
bool take_cpu_and_task(std::string_view& rest, LogLine& line) {
  if (rest.empty() || is_letter(rest.front())) return false;
  auto behind = rest;
  take_blanks(behind);
  if (!behind.empty() && std::string_view(".-~").find(behind.front()) != std::string_view::npos)
    behind.remove_prefix(1);
  int cpu = 0;
  if (!take(behind, '(') || !take_number(behind, 1, 3, cpu) || !take(behind, ")[")) return false;
  const auto task = behind;
  const auto pid = take_digits(behind);
  if (pid.empty() || !take(behind, ':')) return false;
  const auto end = behind.find(']');
  if (end > kLongestComm) return false;
  behind.remove_prefix(end + 1);
  line.caller = task.substr(0, pid.size());
  rest = behind;
  return true;
}

}  // namespace

bool take_level(std::string_view& rest, LogLine& line) {
  auto behind = rest;
  int level = 0;
  if (!take(behind, '<') || !take_number(behind, 1, 3, level) || level > 191 || !take(behind, '>')) return false;
  line.priority = level & 7;
  line.facility = level >> 3;
  rest = behind;
  return true;
}

bool take_printk_stamp(std::string_view& rest, std::int64_t& uptime_us) {
  constexpr std::size_t kFraction = 6;
  auto behind = rest;
  std::int64_t seconds = 0;
  std::int64_t micros = 0;
  take_blanks(behind);
  if (!take_number(behind, 1, 10, seconds) || !take(behind, '.')) return false;
  if (!take_number(behind, kFraction, kFraction, micros) || !take(behind, ']')) return false;
  take(behind, ' ');
  rest = behind;
  uptime_us = seconds * 1'000'000 + micros;
  return true;
}

bool take_bracketed_stamp(std::string_view& rest, PrintedStamp& stamp) {
  auto behind = rest;
  if (is_bracketed_number(rest) || !take(behind, '[')) return false;
  PrintedStamp found;
  if (!take_uptime(behind, found) && !take_difference(behind, found) && !take_bracketed_wall_time(behind, found)) {
    return false;
  }
  if (!take(behind, ']')) return false;
  found.as_printed = rest.substr(0, rest.size() - behind.size());
  take(behind, ' ');
  stamp = found;
  rest = behind;
  return true;
}

bool take_caller(std::string_view& rest, LogLine& line) {
  auto behind = rest;
  if (!take(behind, '[')) return false;
  take_blanks(behind);
  const auto caller = behind;
  if (!take(behind, 'T') && !take(behind, 'C')) return false;
  const auto digits = take_digits(behind);
  if (digits.empty() || digits.size() > 10 || !take(behind, ']')) return false;
  line.caller = caller.substr(0, digits.size() + 1);
  take(behind, ' ');
  rest = behind;
  return true;
}

bool take_facility_and_level(std::string_view& rest, LogLine& line) {
  if (rest.empty() || !is_letter(rest.front())) return false;
  auto behind = rest;
  const auto colon = behind.substr(0, 12).find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  auto name = behind.substr(0, colon);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  const auto facility = facility_of(name);
  if (!facility) return false;
  behind.remove_prefix(colon + 1);
  take_blanks(behind);
  const auto level_end = behind.substr(0, 12).find(':');
  if (level_end == std::string_view::npos) return false;
  name = behind.substr(0, level_end);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  const auto priority = priority_of(name);
  if (!priority) return false;
  behind.remove_prefix(level_end + 1);
  take(behind, ' ');
  line.facility = facility;
  line.priority = priority;
  rest = behind;
  return true;
}

bool take_printk_prefix(std::string_view& rest, Envelope& found) {
  bool any = take_facility_and_level(rest, found.line);
  // A level may stand before and behind the stamp: some consoles and re-loggers print it twice.
  any |= take_level(rest, found.line);
  any |= take_first_uptime(rest, found.stamp);
  while (!rest.empty() && rest.front() == '[') {
    auto behind = rest;
    PrintedStamp stamp;
    if (!take_bracketed_stamp(behind, stamp) || !add_stamp(found.stamp, stamp)) break;
    rest = behind;
    any = true;
  }
  any |= take_level(rest, found.line);
  any |= take_caller(rest, found.line);
  any |= take_cpu_and_task(rest, found.line);
  return any;
}

}  // namespace oomwhy
