// What the inputs cover: the interval, and what may be missing in it.
#pragma once

#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

Coverage cover(const std::vector<InputSummary>& inputs);

}  // namespace oomwhy
