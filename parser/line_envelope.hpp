// The envelopes that fit on one physical line, told apart by their form: dmesg and consoles, syslog files, journalctl's
// text, containers and the odd relay. What one line cannot tell is asked of the lines before it.
#pragma once

#include <string>
#include <string_view>

#include "parser/envelope.hpp"

namespace oomwhy {

// What the lines before have shown about the file.
struct Surroundings {
  // "[  12.3] host tag: text" (journalctl -o short-monotonic) and "[  12.3] some text: more" (dmesg) look alike: the
  // host that the last such line had, empty when that line was dmesg's.
  std::string monotonic_host;
  bool after_dmesg = false;  // the line before was "[  12.3] text" without a host
};

// Takes the whole envelope off; on false nothing has changed.
bool take_line_envelope(std::string_view& rest, Envelope& found, const Surroundings& surroundings);

// Each takes the one form off; on false nothing has changed.
bool take_dmesg_envelope(std::string_view& rest, Envelope& found, const Surroundings& surroundings);
bool take_month_envelope(std::string_view& rest, Envelope& found);    // "Nov 20 23:45:19 host kernel: "
bool take_iso_envelope(std::string_view& rest, Envelope& found);      // "2026-11-20T23:45:19+00:00 host kernel: "
bool take_weekday_envelope(std::string_view& rest, Envelope& found);  // "Fri 2026-11-20 23:45:19 UTC host kernel: "
bool take_syslog5424_envelope(std::string_view& rest,
                              Envelope& found);  // "<4>1 2026-11-20T23:45:19Z host kernel - - - "
bool take_unix_time_envelope(std::string_view& rest, Envelope& found);  // "1795218319.041134 host kernel: "
bool take_talos_envelope(std::string_view& rest, Envelope& found);  // "node1: kern: warning: [2025-09-13T20:46:45Z]: "
bool take_guest_envelope(std::string_view& rest, Envelope& found);  // "vcpu-5 - Guest: <6>[  12.3] "

}  // namespace oomwhy
