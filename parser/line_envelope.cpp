#include "parser/line_envelope.hpp"

#include "parser/printk_prefix.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

// A line that begins with the tag itself: the stamp was cut off, or syslogd wrote to a terminal.
bool take_bare_tag(std::string_view& rest, Envelope& found) {
  if (!rest.starts_with("kernel:")) return false;
  take_tag(rest, found.line);
  found.line.form = EnvelopeForm::Syslog3164;
  take_printk_prefix(rest, found);
  return true;
}

// "<4>" in front of a syslog stamp is the sender's facility and level.
bool take_level_and_envelope(std::string_view& rest, Envelope& found, const Surroundings& surroundings) {
  if (take_syslog5424_envelope(rest, found)) return true;
  auto behind = rest;
  Envelope with_level = found;
  if (take_level(behind, with_level.line) && take_month_envelope(behind, with_level)) {
    found = with_level;
    rest = behind;
    return true;
  }
  return take_dmesg_envelope(rest, found, surroundings);
}

// "23:45:19 [   45.134502] text", "00:01:07.5 <4>text", "13:25:03 centos kernel: text": a terminal's clock, or what is
// left of a stamp that was cut, is only believed in front of the kernel's own prefix or tag.
bool take_clock_envelope(std::string_view& rest, Envelope& found) {
  auto behind = rest;
  Envelope clocked = found;
  WallTime wall;
  if (!take_clock_time(behind, wall) || take_blanks(behind) == 0) return false;
  clocked.stamp.wall = wall;
  clocked.stamp.as_printed = rest.substr(0, 8);
  clocked.stamp.clock = Clock::Printed;
  clocked.line.form = EnvelopeForm::Dmesg;
  if (take_host_and_tag(behind, clocked.line)) {
    if (clocked.line.identifier != "kernel") return false;
    clocked.line.form = EnvelopeForm::Syslog3164;
    take_printk_prefix(behind, clocked);
  } else if (!take_printk_prefix(behind, clocked)) {
    return false;
  }
  found = clocked;
  rest = behind;
  return true;
}

bool take_by_digit(std::string_view& rest, Envelope& found) {
  return take_iso_envelope(rest, found) || take_unix_time_envelope(rest, found) || take_clock_envelope(rest, found) ||
         take_month_envelope(rest, found) || take_talos_envelope(rest, found);
}

bool take_by_letter(std::string_view& rest, Envelope& found, const Surroundings& surroundings) {
  return take_month_envelope(rest, found) || take_bare_tag(rest, found) || take_weekday_envelope(rest, found) ||
         take_dmesg_envelope(rest, found, surroundings) || take_guest_envelope(rest, found) ||
         take_talos_envelope(rest, found);
}

}  // namespace

bool take_line_envelope(std::string_view& rest, Envelope& found, const Surroundings& surroundings) {
  if (rest.empty()) return false;
  const char first = rest.front();
  if (first == '[') return take_dmesg_envelope(rest, found, surroundings);
  if (first == '<') return take_level_and_envelope(rest, found, surroundings);
  if (is_digit(first)) return take_by_digit(rest, found);
  // Letters, and the first bytes of words in other alphabets.
  if (is_letter(first) || static_cast<unsigned char>(first) >= 0x80) return take_by_letter(rest, found, surroundings);
  return false;
}

}  // namespace oomwhy
