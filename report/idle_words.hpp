// Words of other programs that belong to no kill. A busy host's services say thousands of them a day; each would be
// held until the end for the kill that might still come.
#pragma once

#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// Drops what no kill among `events` and `words` can be told by, and what is too old for one that is still to come.
// Stays: what tells of a kill, or of a death by SIGKILL and its sender; what stands near a kill (of a unit's words:
// near one of that unit); what was said last; of each unit the latest sizes of its runs, and the largest. `words` in
// the order read.
void drop_idle_words(std::vector<UserlandEvent>& words, const std::vector<AnalysedEvent>& events);

}  // namespace oomwhy
