// OOMScoreAdjust: offer the cause, or spare the victim; each proven by replay, none of it frees anything.
#pragma once

#include <vector>

#include "report/advice_target.hpp"
#include "report/analysis.hpp"
#include "report/site.hpp"

namespace oomwhy {

std::vector<Advice> bias_choice(const Incident& incident, const Target& cause, const Target& victim, const Site& site);

// The setting with its margin: the larger of 20 points, the counters' error and a tenth of the change, then outward to
// a multiple of 10; never beyond -999 and 1000.
int with_margin(int now, int flips_at, std::uint64_t pages_per_point);

}  // namespace oomwhy
