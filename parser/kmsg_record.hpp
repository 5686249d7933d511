// Records as /dev/kmsg gives them, "4,471,53397873,-;text", and as netconsole sends them in its extended form
// (Documentation/ABI/testing/dev-kmsg, Documentation/networking/netconsole.rst).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parser/log_line.hpp"

namespace oomwhy {

struct KmsgRecord {
  int priority = 0;
  int facility = 0;
  std::uint64_t sequence = 0;
  std::int64_t uptime_us = 0;
  // '-', or a piece of a line that was printed in several calls: 'c' its first, '+' a further one.
  char flag = '-';
  std::string_view caller;
  // netconsole cuts long records: this piece's place in the record, and the record's length.
  std::optional<std::uint32_t> fragment_offset;
  std::uint32_t record_length = 0;
  std::string_view stamp;  // as printed
  std::string_view text;   // escapes not undone
};

std::optional<KmsgRecord> parse_kmsg_record(std::string_view line);

// " SUBSYSTEM=pci": a line of the record before, in /dev/kmsg only.
bool is_kmsg_property(std::string_view line);

}  // namespace oomwhy
