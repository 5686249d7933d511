// Whether a line is one that was logged twice: by two facilities into one file, or pasted twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "parser/grammar.hpp"
#include "parser/log_line.hpp"
#include "parser/recent_keys.hpp"

namespace oomwhy {

// The line's text and stamp as one number, of this process: equal for two copies of a line. Absent where two lines with
// the same words and stamp can be two lines: without a stamp, and for what one report prints several times.
std::optional<std::uint64_t> repeat_key(const LogLine& line, const Fact& fact);

// The last few thousand lines whose stamps are fine enough that no two lines share words and stamp by chance.
class RecentLines {
 public:
  // Whether the line was seen; else it is remembered.
  bool is_repeat(const LogLine& line, const Fact& fact);

 private:
  static constexpr std::size_t kMost = 8192;
  RecentKeys seen_{kMost};
};

}  // namespace oomwhy
