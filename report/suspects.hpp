// The groups of processes that may have caused an OOM, by name and uid, with sizes that can be compared: memory that
// several rows share is taken out as far as the report allows.
#pragma once

#include <optional>
#include <vector>

#include "report/scene.hpp"

namespace oomwhy {

// By how much the task rows exceed what can be resident at all: so much stands in more than one row. Held against each
// other are the rows' anonymous memory and the anonymous pages that exist, or (tables before 6.8) the rows' rss and
// those with what is mapped. Absent where the report has no counters for it; 0 where nothing is left over.
std::optional<Bytes> counted_twice(const OomEvent& event);

// Largest first; equal sizes by lowest pid. Uses the scene's scope, charged memory and shared_twice.
std::vector<Suspect> find_suspects(const Scene& scene);

// Five and more rows of which none holds more than a quarter: a pool of workers and not one process with helpers.
bool many_alike(const Suspect& suspect);

// The suspect whose group holds `pid`.
const Suspect* suspect_of(const Scene& scene, std::uint32_t pid);

}  // namespace oomwhy
