// The name of a process inside a kernel line. A comm has at most 15 bytes, chosen by the process: it may hold
// parentheses, blanks, newlines and imitations of the words that follow it. What ends it are the kernel's own words.
#pragma once

#include <optional>
#include <string_view>

namespace oomwhy::grammar {

constexpr std::size_t longest_comm = 15;

// The comm that begins `text` and ends before `closing`: the last such place that leaves a comm of possible length, so
// that a comm "x) total-vm:1kB" is kept whole; else the first place at all (patched kernels have longer names). A blank
// in `closing` stands for any blank, because a wrapped line that was joined again may have a newline there.
std::optional<std::string_view> comm_before(std::string_view text, std::string_view closing);

// The same where the line ends inside `closing`, but not before its first byte: "(x) tot", cut from "(x) total-vm:".
std::optional<std::string_view> comm_before_cut(std::string_view text, std::string_view closing);

}  // namespace oomwhy::grammar
