// The story of an incident in one to four sentences: the scope first, then who caused it, then who died, then how sure
// that is. Cause and victim are never mixed up; what is not known is said.
#pragma once

#include <string>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// Needs the incident's scope, cause, victims and victim_is_cause. Names are raw bytes: renderers escape.
std::vector<std::string> summarise(const Incident& incident);

// What the kernel did, in the order in which it did it.
std::vector<TimelineEntry> kernel_timeline(const Incident& incident);

std::string_view name_of(CauseKind kind);  // in words: "processes", "page tables"
std::string_view name_of(Confidence confidence);

}  // namespace oomwhy
