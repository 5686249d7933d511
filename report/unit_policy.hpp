// What a unit's files say, drop-ins applied; values as written.
#pragma once

#include <optional>
#include <string>

namespace oomwhy {

struct UnitPolicy {
  std::string name;
  std::string file;  // empty: only drop-ins were found
  // Absent: not set, or set to nothing.
  std::optional<std::string> oom_score_adjust, oom_policy, restart, memory_max, memory_high, memory_swap_max;
  std::optional<std::string> restart_force_exit_status, restart_prevent_exit_status;
};

}  // namespace oomwhy
