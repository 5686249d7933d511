// Cause against victim: the rules of the decision table, each a small named function with its evidence, and the one
// ranking that ends in a cause.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis.hpp"
#include "report/history.hpp"
#include "report/ranking.hpp"

namespace oomwhy {

// What the rules read off an event's tables, for an event whose tables are gone when its incident is judged.
struct EventFindings {
  EventVerdict verdict;
  std::vector<IncidentVictim> victims;
  std::vector<std::uint32_t> pids;  // of the table's rows, sorted
  // Of the event that its incident's cause was read from: what only its tables could say.
  std::vector<std::string> summary;
  std::vector<Advice> advice;
};

struct Verdict {
  Cause cause;
  std::optional<bool> victim_is_cause;                 // the chosen victims' common answer; absent where they differ
  std::vector<std::optional<bool>> victims_are_cause;  // parallel to Incident::victims
  std::vector<Evidence> findings;      // rules that fired and are no part of the cause: "no swap", "group kill"
  std::size_t telling_event = 0;       // index into Incident::events: the one that the cause was read from
  std::optional<std::string> loop_of;  // rule K1: the cgroup, or the name, that was killed again and again
};

// What one event alone says: as it was read off, where its tables are gone.
std::shared_ptr<const EventVerdict> judge_event(const AnalysedEvent& analysed, const History& history = {});

// Judges one event with what its neighbours in the incident add (growth, loops).
Verdict find_cause(const Incident& incident, const History& history = {});

}  // namespace oomwhy
