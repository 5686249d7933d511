// From findings to one cause: weighs what the rules found to hold memory and says how sure that is and why.
#pragma once

#include <optional>
#include <vector>

#include "report/history.hpp"
#include "report/rules.hpp"

namespace oomwhy {

// What one event alone says.
struct EventVerdict {
  Cause cause;                          // its evidence: the rules that name it
  std::optional<std::size_t> suspect;   // index into Scene::suspects, where processes are the cause
  std::optional<bool> victim_is_cause;  // of the chosen victim
  std::vector<Evidence> context;        // the findings that are no part of the cause
};

EventVerdict rank(const Scene& scene, const History& history);

}  // namespace oomwhy
