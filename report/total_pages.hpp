// The divisor of the kernel's score and the unit of oom_score_adj: the memory that the OOM's constraint allowed.
#pragma once

#include <optional>

#include "parser/event.hpp"
#include "report/badness.hpp"

namespace oomwhy {

struct AllowedMemory {
  TotalPages total;
  // The least that the kernel may have used, where the report leaves room: a cgroup's report prints neither
  // swappiness nor the size of the host's swap. Absent: `total` is all there is to say.
  std::optional<Pages> at_least;
};

// Absent: the figures are missing, or the cgroup whose limit was hit prints none.
std::optional<AllowedMemory> allowed_memory(const OomEvent& event);

// The constraint as printed, or as the kill message and the memcg block say where no line prints it (<= 4.20). Host and
// cpuset look alike there: `Derived` is said only where something excludes the other.
struct ConstraintReading {
  Constraint constraint = Constraint::None;
  Certainty certainty = Certainty::Stated;
};
ConstraintReading read_constraint(const OomEvent& event);

}  // namespace oomwhy
