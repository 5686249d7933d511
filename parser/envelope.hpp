// What stands in front of a line's text, while it is being taken off: the parts of a LogLine, and the wall clock as
// printed, which becomes a Stamp when the missing year and zone have been added.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parser/log_line.hpp"
#include "parser/timestamps.hpp"

namespace oomwhy {

// One printed stamp, before year and zone are added.
struct PrintedStamp {
  std::optional<std::int64_t> uptime_us;
  std::optional<std::int64_t> epoch_us;       // printed in seconds since 1970
  std::optional<std::int64_t> since_last_us;  // dmesg -H, -e: the time since the record before
  std::optional<WallTime> wall;
  std::string_view as_printed;
  Clock clock = Clock::Printk;  // of the wall clock where there is one, else of the uptime
};

struct Envelope {
  LogLine line;  // `stamp` and `text` are set last
  PrintedStamp stamp;
  // "[  12.3] word word: text" that was taken for dmesg's; the same word in the next line would make it a host.
  std::string_view refused_host;
  bool partial = false;  // a container runtime's piece of a line that goes on in the next one
};

// Adds a stamp to those that a line already has; false where it has one of that kind (then this one is text).
bool add_stamp(PrintedStamp& stamp, const PrintedStamp& further);

// The words before a line's text that say who wrote it: "kernel: ", "host kernel: ", "host sshd[811]: ". They are
// found by their form alone, so a tag of one word with a colon is needed; one blank behind the colon is taken.
bool take_tag(std::string_view& rest, LogLine& line);
bool take_host_and_tag(std::string_view& rest, LogLine& line);

// What tag, PID and facility say about the writer. Programs name themselves, but anyone may call himself "kernel". The
// kernel has no PID, and facility 0 is its own: what processes log has another one (logger(1), syslog(3) and the
// kernel's devkmsg_write() see to that). A tag "kernel" with neither tells nothing. Some BSD-like loggers print PID 0.
void set_transport_by_sender(LogLine& line);

// "warn", "warning", "err", "kern", "daemon", … as numbers.
std::optional<int> priority_of(std::string_view name);
std::optional<int> facility_of(std::string_view name);

}  // namespace oomwhy
