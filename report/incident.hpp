// Events that belong together: of one host and boot and no more than ten minutes apart, or of one loop.
#pragma once

#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// Clusters in the order given; copies of one event (same id, same boot) from several sources are taken once. Fills id,
// event_ids, times, host, boot, scope, killers, victims, events_total and events; the judgement is the caller's.
std::vector<Incident> cluster(std::vector<AnalysedEvent> events);

// Reads off `events` all that cluster() fills in; again where some of them are only counted now.
void fill_in(Incident& incident);

// The victims of one event, each with the unit that its cgroup path or its row of the table names.
std::vector<IncidentVictim> victims_of(const AnalysedEvent& analysed);

}  // namespace oomwhy
