// What a unit used before: the peaks of earlier invocations, where a journal kept them (MEMORY_PEAK, systemd 255+). An
// empty history is the usual case: then nothing is said about what is normal.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "parser/units.hpp"

namespace oomwhy {

struct History {
  std::map<std::string, std::vector<Bytes>> peaks;  // by unit; of invocations that ended before the incident
};

// The highest peak of a unit. Absent: none is known.
std::optional<Bytes> highest_peak(const History& history, const std::string& unit);

}  // namespace oomwhy
