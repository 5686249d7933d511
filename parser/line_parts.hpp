// Questions about a classified line that both of rejoin's repairs ask.
#pragma once

#include <optional>
#include <string_view>

#include "parser/grammar.hpp"
#include "parser/log_line.hpp"

namespace oomwhy {

inline constexpr std::size_t kLongestComm = 15;  // TASK_COMM_LEN less the zero

// The name that the fact says a process has: chosen by that process, and therefore no proof of anything. Empty view:
// the fact names none.
std::string_view comm_of(const Fact& fact, const std::optional<TaskTableLayout>& layout);

// Splits a physical line into two where an envelope stands inside it. Absent: it is one line, or the envelope stands
// where a process chose the words.
struct TwoLines {
  LogLine first, second;
};
std::optional<TwoLines> split_joined(const LogLine& line, const Fact& whole,
                                     const std::optional<TaskTableLayout>& layout);

// Facts that a piece of a broken line looks like by accident.
bool is_weak(const Fact& fact);

}  // namespace oomwhy
