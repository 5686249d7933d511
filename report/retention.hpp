// How much of an incident is kept: a storm of thousands of reports would not fit anywhere. The first, the largest,
// the last event and the one the cause was read from stay whole, then the others from the first on until the budget is
// spent.
#pragma once

#include <cstdint>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

constexpr std::uint64_t kIncidentBudget = 64ULL << 20U;  // bytes of tables and raw text

// Bytes of the tables and the raw text, about: of an event, of all events.
std::uint64_t weight(const AnalysedEvent& analysed);
std::uint64_t weight(const Incident& incident);

// Frees the tables and the raw text of an event, which is `omitted` from then on; id, stamps, origin, choice and
// victims stay.
void leave_out(AnalysedEvent& analysed);

// Leaves out what does not fit.
void keep_within(Incident& incident, std::uint64_t budget = kIncidentBudget);

// Of many incidents the tables of the newest that fit; the others keep their verdict. `incidents` in order of time.
void keep_newest_within(std::vector<Incident>& incidents, std::uint64_t budget);

}  // namespace oomwhy
