#pragma once

#include <algorithm>
#include <vector>

#include "parser/reader.hpp"

namespace oomwhy {

// True where no source gave a single line: then nothing can be said, not even that there was no kill.
inline bool nothing_was_read(const std::vector<InputSummary>& inputs) {
  return !inputs.empty() && std::all_of(inputs.begin(), inputs.end(),
                                        [](const InputSummary& input) { return input.error && input.lines == 0; });
}

}  // namespace oomwhy
