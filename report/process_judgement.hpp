// The main user of the memory as a cause, and how sure that is: by the rules that speak for it, else by sizes.
#pragma once

#include "report/candidate.hpp"
#include "report/history.hpp"
#include "report/rules.hpp"

namespace oomwhy {

Candidate judge_processes(const Scene& scene, const std::vector<Finding>& findings, const History& history);

// The finding is there, and of this very group.
bool speaks_for(const Finding* finding, const Scene& scene, const Suspect& suspect);

}  // namespace oomwhy
