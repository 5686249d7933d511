// A candidate as the cause that is shown: its processes, sizes, shares and unit.
#pragma once

#include "report/candidate.hpp"

namespace oomwhy {

Cause describe(const Scene& scene, const Candidate& candidate);

}  // namespace oomwhy
