// Cause against victim: the rules of the decision table, each a small named function with its evidence, and the one
// ranking that ends in a cause.
#pragma once

#include <optional>
#include <vector>

#include "report/analysis.hpp"
#include "report/history.hpp"

namespace oomwhy {

struct Verdict {
  Cause cause;
  std::optional<bool> victim_is_cause;                 // the chosen victims' common answer; absent where they differ
  std::vector<std::optional<bool>> victims_are_cause;  // parallel to Incident::victims
  std::vector<Evidence> findings;      // rules that fired and are no part of the cause: "no swap", "group kill"
  std::size_t telling_event = 0;       // index into Incident::events: the one that the cause was read from
  std::optional<std::string> loop_of;  // rule K1: the cgroup, or the name, that was killed again and again
};

// Judges one event with what its neighbours in the incident add (growth, loops).
Verdict find_cause(const Incident& incident, const History& history = {});

}  // namespace oomwhy
