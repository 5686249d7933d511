// What other programs said, joined to the incidents: a kill by a userspace killer is an incident of its own unless the
// kernel killed in the same minutes; a service manager's words tell a unit's fate.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "report/analysis.hpp"
#include "report/history.hpp"
#include "report/userland_words.hpp"

namespace oomwhy {

// A word that tells of a kill joins an incident that is no farther away than this (contract: ten minutes).
inline constexpr std::int64_t kSameIncident = std::int64_t{600} * 1'000'000;
// A unit that comes back later than this has another story.
inline constexpr std::int64_t kAftermath = std::int64_t{24} * 3600 * 1'000'000;

// How much there was to do: it must grow as the log does.
struct JoinWork {
  std::uint64_t compared = 0;  // pairs of an incident and a word that were held against each other
};

// Joins `words` to `incidents` (and makes new ones of those that tell of a kill that no incident has). Fills
// Incident::userland, killers, victims and timeline.
JoinWork join_userland(std::vector<Incident>& incidents, const UserlandWords& words);

// The units that the incident speaks of, by name.
std::set<std::string> units_of(const Incident& incident);

// `history` and the invocations of the incident's units that ended before it, in whichever boot of the same host.
History with_earlier_runs(const History& history, const Incident& incident, const UserlandWords& words);

}  // namespace oomwhy
