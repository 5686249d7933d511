// The judgement of one incident: its cause, what is said of it, and what to set.
#pragma once

#include "report/analysis.hpp"

namespace oomwhy {

// Fills in all that is concluded from the kernel's reports; `incident` is as cluster() leaves it.
void judge(Incident& incident, const Background& background);

}  // namespace oomwhy
