// What other programs said, joined to the incidents: a kill by a userspace killer is an incident of its own unless the
// kernel killed in the same minutes; a service manager's words tell a unit's fate; other senders of SIGKILL are told
// apart.
#pragma once

#include <vector>

#include "report/analysis.hpp"
#include "report/history.hpp"

namespace oomwhy {

// Joins `events` to `incidents` (and makes new ones of those that tell of a kill that no incident has). Fills
// Incident::userland, killers, victims and timeline.
void join_userland(std::vector<Incident>& incidents, const std::vector<UserlandEvent>& events);

// `history` and the peaks of invocations that ended before the incident.
History with_earlier_peaks(const History& history, const Incident& incident, const std::vector<UserlandEvent>& events);

// Units that died by SIGKILL and that no incident explains.
std::vector<OtherKill> find_other_kills(const std::vector<Incident>& incidents,
                                        const std::vector<UserlandEvent>& events);

}  // namespace oomwhy
