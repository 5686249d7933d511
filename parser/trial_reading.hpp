// What the envelopes make of a few lines, without handing anything on: for the steps before them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oomwhy {

struct TrialReading {
  std::string text;  // of the last record, its envelope taken off
  bool stamped = false;
  bool named = false;       // a program's name was printed
  std::size_t records = 0;  // that came of the last line
};

// The last line's reading, those before it known to its reader.
TrialReading read_last(const std::vector<std::string_view>& lines);

}  // namespace oomwhy
