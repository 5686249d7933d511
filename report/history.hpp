// What a unit used before: the peaks of earlier invocations, where a journal kept them (MEMORY_PEAK, systemd 255+). An
// empty history is the usual case: then nothing is said about what is normal.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "parser/units.hpp"

namespace oomwhy {

// Invocations of a unit that ended before the incident and said how much they had used.
struct EarlierRuns {
  std::size_t count = 0;
  Bytes highest;  // peak
};

struct History {
  std::map<std::string, EarlierRuns> runs;  // by unit; none without a run
};

// Null: none is known.
const EarlierRuns* earlier_runs(const History& history, const std::string& unit);

}  // namespace oomwhy
