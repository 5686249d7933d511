// Which group of processes used the memory: the largest, unless a younger pool or one that grew beyond its own past is
// as large.
#pragma once

#include <optional>

#include "report/history.hpp"
#include "report/rules.hpp"

namespace oomwhy {

// Null: no processes are listed.
const Suspect* main_user(const Scene& scene, const History& history);

// C2: the unit is known, and it never used half as much before.
bool is_unusual(const Scene& scene, const Suspect& suspect, const History& history);
std::optional<Finding> c2_unusual(const Scene& scene, const Suspect& suspect, const History& history);

}  // namespace oomwhy
