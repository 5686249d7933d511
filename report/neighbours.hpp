// What else happened in the day before an incident: so that a small kill does not hide the one that mattered.
#pragma once

#include <cstdint>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

inline constexpr std::int64_t kNeighbourhoodUs = std::int64_t{24} * 60 * 60 * 1'000'000;

// The other incidents of the 24 hours before `incident` (which is one of the document's), over all boots, those that
// hurt most first: panics, then host-wide ones, then the newest. Where two times cannot be compared the other one is
// listed: it must not be hidden.
std::vector<const Incident*> find_neighbours(const Document& document, const Incident& incident);

}  // namespace oomwhy
