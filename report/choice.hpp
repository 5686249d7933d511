// The kernel's choice held against the choice that the scores predict, and what explains the difference.
#pragma once

#include <vector>

#include "report/badness.hpp"
#include "report/row_score.hpp"
#include "report/total_pages.hpp"

namespace oomwhy {

// What the choice is decided from. `readings` is never empty; the first one leads, the others are what else fits.
struct Ballot {
  const OomEvent& event;
  const std::vector<Task>& tasks;
  const std::vector<Reading>& readings;
  const std::vector<bool>& dying;  // one flag a row, or none
  ConstraintReading constraint;
};

Choice decide(const Ballot& ballot);

// Choice::predicted_pid alone, where nothing else of the choice is asked for.
std::optional<std::uint32_t> predict(const Ballot& ballot);

}  // namespace oomwhy
