#include "parser/envelope.hpp"

#include <utility>

#include "parser/take.hpp"

namespace oomwhy {
namespace {

// Longer words are text: journald cuts identifiers at no length, but no program is known by a name like that.
constexpr std::size_t kLongestTag = 128;

// Splits "sshd[811]" into name and pid.
void set_identifier(std::string_view tag, LogLine& line) {
  line.identifier = tag;
  if (tag.empty() || tag.back() != ']') return;
  const auto bracket = tag.rfind('[');
  if (bracket == std::string_view::npos) return;
  std::uint32_t pid = 0;
  if (!to_number(tag.substr(bracket + 1, tag.size() - bracket - 2), pid)) return;
  line.identifier = tag.substr(0, bracket);
  line.sender_pid = pid;
}

// The tag's length without its colon: "kernel:" may have the text right behind it, other tags have a blank there.
std::size_t tag_length(std::string_view rest) {
  if (rest.starts_with("kernel:")) return 6;
  auto behind = rest.substr(0, kLongestTag);
  const auto word = take_word(behind);
  if (word.size() >= 2 && word.back() == ':' && word.front() != '[') return word.size() - 1;  // "[1]:" names nobody
  // A name with blanks in it ("Plex Media Server[123]: ") is known by its pid.
  const auto end = rest.substr(0, kLongestTag).find("]: ");
  if (end == std::string_view::npos) return std::string_view::npos;
  const auto bracket = rest.rfind('[', end);
  std::uint32_t pid = 0;
  if (bracket == std::string_view::npos || bracket == 0 ||
      !to_number(rest.substr(bracket + 1, end - bracket - 1), pid)) {
    return std::string_view::npos;
  }
  return end + 1;
}

template <std::size_t Size>
std::optional<int> number_of(const std::pair<std::string_view, int> (&names)[Size], std::string_view name) {
  for (const auto& [known, number] : names) {
    if (known == name) return number;
  }
  return std::nullopt;
}

}  // namespace

bool add_stamp(PrintedStamp& stamp, const PrintedStamp& further) {
  if (stamp.uptime_us && further.uptime_us) return false;
  if (stamp.since_last_us && further.since_last_us) return false;
  const bool has_wall = stamp.wall || stamp.epoch_us;
  if (has_wall && (further.wall || further.epoch_us)) return false;
  if (further.uptime_us) stamp.uptime_us = further.uptime_us;
  if (further.since_last_us) stamp.since_last_us = further.since_last_us;
  if (further.wall) stamp.wall = further.wall;
  if (further.epoch_us) stamp.epoch_us = further.epoch_us;
  // The wall clock is what a person looks for, and what its author says of it must not be lost.
  if (stamp.as_printed.empty() || further.wall) stamp.as_printed = further.as_printed;
  if (!has_wall) stamp.clock = further.clock;
  return true;
}

bool take_tag(std::string_view& rest, LogLine& line) {
  const auto length = tag_length(rest);
  if (length == std::string_view::npos) return false;
  set_identifier(rest.substr(0, length), line);
  rest.remove_prefix(length + 1);
  take(rest, ' ');
  return true;
}

bool take_host_and_tag(std::string_view& rest, LogLine& line) {
  auto behind = rest;
  const auto host = take_word(behind);
  if (host.empty() || host.size() > 255) return false;
  // A host that ends in a colon is a tag whose host was not printed (journalctl --no-hostname, or cut out by hand).
  if (host.back() == ':' || host.starts_with("kernel:")) return take_tag(rest, line);
  if (take_blanks(behind) == 0 || !take_tag(behind, line)) return false;
  line.host = host;
  rest = behind;
  return true;
}

void set_transport_by_sender(LogLine& line) {
  const bool other_tag = !line.identifier.empty() && line.identifier != "kernel" && line.identifier != "vmunix";
  const bool is_process = line.sender_pid.value_or(0) != 0 || line.facility.value_or(0) != 0;
  if (other_tag || is_process) line.transport = Transport::Userspace;
}

std::optional<int> priority_of(std::string_view name) {
  static constexpr std::pair<std::string_view, int> names[] = {
      {"emerg", 0}, {"panic", 0},   {"alert", 1},  {"crit", 2}, {"err", 3},   {"error", 3},
      {"warn", 4},  {"warning", 4}, {"notice", 5}, {"info", 6}, {"debug", 7},
  };
  return number_of(names, name);
}

std::optional<int> facility_of(std::string_view name) {
  static constexpr std::pair<std::string_view, int> names[] = {
      {"kern", 0},    {"user", 1},    {"mail", 2},    {"daemon", 3},    {"auth", 4},    {"syslog", 5},  {"lpr", 6},
      {"news", 7},    {"uucp", 8},    {"cron", 9},    {"authpriv", 10}, {"ftp", 11},    {"local0", 16}, {"local1", 17},
      {"local2", 18}, {"local3", 19}, {"local4", 20}, {"local5", 21},   {"local6", 22}, {"local7", 23},
  };
  return number_of(names, name);
}

}  // namespace oomwhy
