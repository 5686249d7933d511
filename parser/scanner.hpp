// Searches text before it is parsed: one pass over a block finds the ends of its lines and the anchors, the words
// without which a line of another program tells nothing of a kill, and a line of the kernel none of what its opening
// words or its shape do not tell (has_shape_of_fact() in grammar.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace oomwhy {

// Positions in the block, ascending.
struct Findings {
  std::vector<std::uint32_t> line_ends;
  std::vector<std::uint32_t> anchors;  // where some byte of an anchor stands; one anchor may be told several times
};

enum class ScanMethod {
  Portable,
  Avx2,
};

// The fastest that this processor can do.
ScanMethod best_scan_method();

// `block` is below 4 GiB. Both methods find the same.
void scan_block(std::string_view block, ScanMethod method, Findings& findings);

}  // namespace oomwhy
