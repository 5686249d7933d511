// What the kernel itself, or dmesg in its place, puts before a line: "<4>", "[   12.345678] ", "[Fri Nov 20 23:40:14
// 2026] ", "[  T123] ", "kern  :warn  : " and the vendors' like. kernel/printk/printk.c: print_prefix(),
// util-linux sys-utils/dmesg.c: print_record().
#pragma once

#include <cstdint>
#include <string_view>

#include "parser/envelope.hpp"

namespace oomwhy {

// Each takes one part with the blank behind it; on false nothing has changed.
bool take_level(std::string_view& rest, LogLine& line);                  // "<4>", "<46>"
bool take_bracketed_stamp(std::string_view& rest, PrintedStamp& stamp);  // "[...] " that holds a time of any kind
// "   94.289388] " behind its bracket, as every kernel prints it; false: anything else, a difference of dmesg -d too.
bool take_printk_stamp(std::string_view& rest, std::int64_t& uptime_us);
bool take_caller(std::string_view& rest, LogLine& line);              // "[  T123] ", "[C0] "
bool take_facility_and_level(std::string_view& rest, LogLine& line);  // "kern  :warn  : " of dmesg -x

// All of the above in the order in which they occur, each kind once. True if there was any.
bool take_printk_prefix(std::string_view& rest, Envelope& found);

}  // namespace oomwhy
