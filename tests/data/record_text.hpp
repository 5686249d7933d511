// A log in dmesg's spelling, taken apart into records and put together again: for the tests that cut and shuffle logs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oomwhy {

// "[   12.345678] text" and the indented lines that belong to it, as one string without the stamp: "text\n more".
std::vector<std::string> dmesg_records(std::string_view text);

// The records from the first that holds "invoked oom-killer" to the last that holds "Killed process".
std::vector<std::string> report_records(std::string_view text);

struct PrintedRecord {
  std::string text;
  std::string caller;  // "T123"; empty: the kernel prints none
};

// dmesg's spelling of the records, stamped a tenth of a millisecond apart.
std::string dmesg_text(const std::vector<PrintedRecord>& records);

std::vector<std::string> lines_of(std::string_view text);

}  // namespace oomwhy
