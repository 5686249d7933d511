// dmesg, serial consoles and what else prints the kernel's own prefix; and journalctl -o short-monotonic, which begins
// in the same way.
#include "parser/line_envelope.hpp"
#include "parser/printk_prefix.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

// journalctl -o short-monotonic puts "host kernel: " behind the uptime. A text of the kernel can look like that ("ACPI
// BIOS: x"; a process may be called "a kernel: b"), so the words are only believed where they cannot be one: the tag is
// the kernel's or has a pid, or the host is the last line's; and not in the midst of dmesg's lines.
bool take_monotonic_sender(std::string_view& rest, Envelope& found, const Surroundings& surroundings) {
  // Nearly every line of dmesg has no tag in its second word; the copy comes after that.
  auto behind = rest;
  take_word(behind);
  take_blanks(behind);
  if (const auto tag = take_word(behind);
      tag.find(':') == std::string_view::npos && tag.find('[') == std::string_view::npos) {
    return false;
  }
  behind = rest;
  LogLine sender = found.line;
  if (!take_host_and_tag(behind, sender) || sender.host.empty()) return false;
  const bool same_host = sender.host == surroundings.monotonic_host;
  if (!same_host && sender.identifier != "kernel" && !sender.sender_pid) return false;
  if (!same_host && surroundings.after_dmesg) {
    found.refused_host = sender.host;
    return false;
  }
  found.line = sender;
  rest = behind;
  return true;
}

}  // namespace

bool take_dmesg_envelope(std::string_view& rest, Envelope& found, const Surroundings& surroundings) {
  if (!take_printk_prefix(rest, found)) return false;
  found.line.form = EnvelopeForm::Dmesg;
  const bool only_uptime = found.stamp.uptime_us && !found.stamp.wall && !found.line.priority;
  if (only_uptime && take_monotonic_sender(rest, found, surroundings)) {
    found.line.form = EnvelopeForm::JournalShort;
    // systemd 257 and later print when journald received the line, earlier ones the kernel's own stamp.
    found.stamp.clock = Clock::Received;
  } else if (rest.starts_with("kernel:")) {
    // Agents that log dmesg again repeat the tag.
    take_tag(rest, found.line);
  }
  set_transport_by_sender(found.line);
  return true;
}

bool take_guest_envelope(std::string_view& rest, Envelope& found) {
  // Where a virtual machine monitor writes its guest's console into its own log.
  constexpr std::string_view guest = "Guest: ";
  const auto at = rest.substr(0, 96).find(guest);
  if (at == std::string_view::npos) return false;
  auto behind = rest.substr(at + guest.size());
  Envelope inner = found;
  if (!take_printk_prefix(behind, inner)) return false;
  found = inner;
  found.line.form = EnvelopeForm::Dmesg;
  rest = behind;
  return true;
}

bool take_talos_envelope(std::string_view& rest, Envelope& found) {
  // talosctl dmesg: "node: facility: level: [RFC 3339]: text".
  auto behind = rest;
  Envelope talos = found;
  const auto node = take_word(behind);
  if (node.size() < 2 || node.back() != ':' || !take(behind, ' ')) return false;
  const auto facility = take_word(behind);
  if (facility.size() < 2 || facility.back() != ':' || !take(behind, ' ')) return false;
  talos.line.facility = facility_of(facility.substr(0, facility.size() - 1));
  const auto level = take_word(behind);
  if (!talos.line.facility || level.size() < 2 || level.back() != ':' || !take(behind, " [")) return false;
  talos.line.priority = priority_of(level.substr(0, level.size() - 1));
  WallTime wall;
  const auto stamp = behind;
  if (!talos.line.priority || !take_iso_time(behind, wall) || !take(behind, "]:")) return false;
  take(behind, ' ');
  talos.stamp.wall = wall;
  talos.stamp.as_printed = stamp.substr(0, static_cast<std::size_t>(behind.data() - stamp.data()) - 3);
  talos.stamp.clock = Clock::Computed;
  talos.line.host = node.substr(0, node.size() - 1);
  talos.line.form = EnvelopeForm::Dmesg;
  if (*talos.line.facility != 0) talos.line.transport = Transport::Userspace;
  found = talos;
  rest = behind;
  return true;
}

}  // namespace oomwhy
