// How much of an incident is kept: a storm of thousands of reports would not fit anywhere. The first, the largest,
// the last event and the one the cause was read from stay whole, then the others from the first on until the budget is
// spent.
#pragma once

#include <cstdint>

#include "report/analysis.hpp"

namespace oomwhy {

constexpr std::uint64_t kIncidentBudget = 64ULL << 20U;  // bytes of tables and raw text

// Marks what is left out as `omitted` and frees it; id, stamps, origin, choice and victims stay.
void keep_within(Incident& incident, std::uint64_t budget = kIncidentBudget);

}  // namespace oomwhy
