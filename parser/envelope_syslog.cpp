// Lines of syslog files (RFC 3164, RFC 5424, RFC 3339 stamps) and of journalctl's text forms, which share them.
#include "parser/line_envelope.hpp"
#include "parser/printk_prefix.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

// "kern.warn " of busybox and OpenWrt, between stamp or host and tag.
void take_dotted_priority(std::string_view& rest, LogLine& line) {
  constexpr std::size_t kLongestFacility = 8;
  const auto dot = rest.substr(0, kLongestFacility + 1).find('.');
  if (dot == std::string_view::npos) return;
  auto behind = rest;
  const auto word = take_word(behind);
  if (dot >= word.size() || !take(behind, ' ')) return;
  const auto facility = facility_of(word.substr(0, dot));
  const auto priority = priority_of(word.substr(dot + 1));
  if (!facility || !priority) return;
  line.facility = facility;
  line.priority = priority;
  rest = behind;
}

// "host kern.warn kernel: " and all that may be missing of it, then what the kernel itself printed.
void take_sender(std::string_view& rest, Envelope& found) {
  // moreutils' ts and the like put only a stamp in front of the kernel's own.
  if (rest.starts_with('[') || rest.starts_with('<')) {
    take_printk_prefix(rest, found);
    return;
  }
  take_dotted_priority(rest, found.line);
  auto behind = rest;
  const auto host = take_word(behind);
  if (take(behind, ' ') && !host.empty() && host.back() != ':') {
    const auto before = behind;
    take_dotted_priority(behind, found.line);
    if (behind.data() != before.data() && take_tag(behind, found.line)) {
      found.line.host = host;
      rest = behind;
    }
  }
  if (found.line.identifier.empty()) take_host_and_tag(rest, found.line);
  set_transport_by_sender(found.line);
  // Other programs' text is their own, even where it looks like a kernel's prefix.
  if (found.line.transport != Transport::Userspace) take_printk_prefix(rest, found);
}

bool stamp_ends(std::string_view rest) { return rest.empty() || is_blank(rest.front()); }

void set_stamp(Envelope& found, const WallTime& wall, std::string_view line, std::string_view rest, Clock clock) {
  found.stamp.wall = wall;
  found.stamp.as_printed = line.substr(0, line.size() - rest.size());
  found.stamp.clock = clock;
}

// " stdout F text" behind a container runtime's stamp: stream, whole or partial, text as the container wrote it.
bool take_container_stream(std::string_view& rest, Envelope& found) {
  auto behind = rest;
  if (!take(behind, "stdout ") && !take(behind, "stderr ")) return false;
  found.partial = behind.starts_with('P');
  if (!take(behind, "F ") && !take(behind, "P ")) return false;
  found.line.form = EnvelopeForm::ContainerCri;
  rest = behind;
  return true;
}

// What follows the stamp of a log with a host and a tag: blanks, the sender.
void take_rest(std::string_view& rest, std::string_view behind, Envelope& found, EnvelopeForm form) {
  take_blanks(behind);
  found.line.form = form;
  take_sender(behind, found);
  rest = behind;
}

}  // namespace

bool take_month_envelope(std::string_view& rest, Envelope& found) {
  auto behind = rest;
  WallTime wall;
  if (!take_month_day_time(behind, wall) || !stamp_ends(behind)) return false;
  set_stamp(found, wall, rest, behind, Clock::Received);
  take_rest(rest, behind, found, EnvelopeForm::Syslog3164);
  return true;
}

bool take_iso_envelope(std::string_view& rest, Envelope& found) {
  auto behind = rest;
  WallTime wall;
  if (!take_iso_time(behind, wall)) return false;
  if (behind.starts_with('|')) return take_guest_envelope(rest, found);
  if (!stamp_ends(behind) && !behind.starts_with(": ")) return false;
  const bool dmesg = wall.fraction_after_comma && wall.offset_minutes.has_value();
  set_stamp(found, wall, rest, behind, dmesg ? Clock::Computed : Clock::Received);
  // Programs that write their own log use a colon behind the stamp, or a comma in it, and name neither host nor tag.
  const bool own_log = take(behind, ':') || (wall.fraction_after_comma && !dmesg);
  take(behind, ' ');
  found.line.form = EnvelopeForm::SyslogIso;
  if (dmesg) {
    found.line.form = EnvelopeForm::Dmesg;
    take_printk_prefix(behind, found);
  } else if (own_log) {
    found.stamp.clock = Clock::Printed;
  } else if (!take_container_stream(behind, found)) {
    if (wall.offset_without_colon) found.line.form = EnvelopeForm::JournalShort;
    take_blanks(behind);
    take_sender(behind, found);
  }
  rest = behind;
  return true;
}

bool take_weekday_envelope(std::string_view& rest, Envelope& found) {
  auto behind = rest;
  WallTime wall;
  if (take_ctime(behind, wall) && stamp_ends(behind)) {
    // OpenWrt's logread: asctime, then "kern.warn kernel: ".
    set_stamp(found, wall, rest, behind, Clock::Received);
    take_rest(rest, behind, found, EnvelopeForm::Syslog3164);
    return true;
  }
  behind = rest;
  const auto weekday = take_word(behind);
  if (weekday.size() < 2 || weekday.size() > 16 || !take(behind, ' ') || !take_iso_time(behind, wall)) return false;
  if (!take(behind, ' ')) return false;
  const auto zone = take_word(behind);
  if (zone.empty() || zone.size() > 8) return false;
  if (zone == "UTC" || zone == "GMT") wall.offset_minutes = 0;
  set_stamp(found, wall, rest, behind, Clock::Received);
  take_rest(rest, behind, found, EnvelopeForm::JournalShort);
  return true;
}

bool take_syslog5424_envelope(std::string_view& rest, Envelope& found) {
  auto behind = rest;
  Envelope syslog = found;
  WallTime wall;
  if (!take_level(behind, syslog.line) || !take(behind, "1 ")) return false;
  const auto from_stamp = behind;
  if (!take(behind, '-') && !take_iso_time(behind, wall)) return false;
  if (wall.month != 0) set_stamp(syslog, wall, from_stamp, behind, Clock::Received);
  std::string_view words[4];  // HOSTNAME APP-NAME PROCID MSGID
  for (auto& word : words) {
    if (!take(behind, ' ')) return false;
    word = take_word(behind);
    if (word.empty()) return false;
    if (word == "-") word = {};
  }
  if (!take(behind, ' ')) return false;
  // STRUCTURED-DATA: "-" or any number of "[id name=\"value\"]", in which "\\]" and "\\\"" are escaped.
  if (!take(behind, '-')) {
    while (behind.starts_with('[')) {
      std::size_t end = 1;
      while (end < behind.size() && behind[end] != ']') end += behind[end] == '\\' ? 2 : 1;
      if (end >= behind.size()) return false;
      behind.remove_prefix(end + 1);
    }
  }
  take(behind, ' ');
  take(behind, "\xEF\xBB\xBF");
  syslog.line.host = words[0];
  syslog.line.identifier = words[1];
  std::uint32_t pid = 0;
  if (to_number(words[2], pid)) syslog.line.sender_pid = pid;
  syslog.line.form = EnvelopeForm::Syslog5424;
  set_transport_by_sender(syslog.line);
  if (syslog.line.transport != Transport::Userspace) take_printk_prefix(behind, syslog);
  found = syslog;
  rest = behind;
  return true;
}

bool take_unix_time_envelope(std::string_view& rest, Envelope& found) {
  auto behind = rest;
  std::int64_t epoch = 0;
  if (!is_digit(rest.front()) || !take_seconds(behind, epoch) || epoch < 100'000'000'000'000) return false;
  const auto printed = rest.substr(0, rest.size() - behind.size());
  Envelope unix_time = found;
  if (!take(behind, ' ') || !take_host_and_tag(behind, unix_time.line)) return false;
  unix_time.stamp.epoch_us = epoch;
  unix_time.stamp.as_printed = printed;
  unix_time.stamp.clock = Clock::Received;
  unix_time.line.form = EnvelopeForm::JournalShort;
  set_transport_by_sender(unix_time.line);
  if (unix_time.line.transport != Transport::Userspace) take_printk_prefix(behind, unix_time);
  found = unix_time;
  rest = behind;
  return true;
}

}  // namespace oomwhy
