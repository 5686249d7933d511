// What several events say that one alone cannot: loops, kills that cannot help, growth from report to report, and what
// each kill gained. The events of `incident` are in the order of time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/analysis.hpp"
#include "report/folding.hpp"

namespace oomwhy {

// For each event whether what it hit was started anew since the kill before that hit the same: none of the tasks there
// is one of those that were there then. False where one of the two has no table.
std::vector<bool> find_restarts(const std::vector<AnalysedEvent>& events);
// What a kill hit: the cgroup, or without one the name. Absent: nothing was killed.
std::optional<std::string> hit_of(const OomEvent& event);
// That hit, by itself; without the PIDs of its table.
RepeatedHits hit_by(const OomEvent& event, bool restarted);
FreedMemory freed_by(const OomEvent& event);

// `what`: the cgroup that was hit again and again, or where none is printed the name.
struct RestartLoop {
  std::string what;
  Evidence evidence;
};
std::optional<RestartLoop> k1_restart_loop(const Incident& incident);
// `held_by_nobody`: the cause is memory that no process owns (C7, C8, C11, C13).
std::optional<Evidence> k2_killing_cannot_help(const Incident& incident, bool held_by_nobody);
std::optional<Evidence> k3_killed_twice(const Incident& incident);
// Growth of the tasks of one name between two reports in which none of them was killed, in memory a minute.
std::optional<Evidence> g1_growth(const Incident& incident, const std::string& comm);
std::optional<Evidence> g2_gain_of_kills(const Incident& incident);

}  // namespace oomwhy
