// Mutation of reports as an attacker or a bad disk would do it: by lines, figures and names, not by bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oomwhy::fuzz {

// One change, drawn by `seed`: a line dropped, doubled, swapped, spliced with another or moved; a digit changed; a
// hostile name put in place of a word.
std::string mutate_report(std::string_view log, std::uint32_t seed);

// The lines of two logs in one: those of each in their order, the turns drawn by `seed`. Two kernels' reports on one
// console, or two CPUs' in one log.
std::string interleave_reports(std::string_view one, std::string_view other, std::uint32_t seed);

// Names that processes gave themselves to be taken for something else.
std::string_view hostile_name(std::uint32_t draw);

}  // namespace oomwhy::fuzz
