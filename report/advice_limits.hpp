// MemoryMax and what goes with it: contain the cause, or let a limit that was hit be tried higher.
#pragma once

#include <vector>

#include "report/advice_target.hpp"
#include "report/analysis.hpp"

namespace oomwhy {

// For a host or a slice out of memory: what the unit needed in its earlier runs, where enough of them are known; else
// what the cause could have had without the others getting short.
std::vector<Advice> contain_cause(const Incident& incident, const Target& cause, const Background& background);
// For a limit that was hit (the unit's own or an ancestor's): the next one to try, once. It has no replay: under it the
// limit would not have been hit at that moment, and what would have come later is not known.
std::vector<Advice> raise_limit(const Incident& incident, const Target& target);

}  // namespace oomwhy
