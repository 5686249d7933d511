// What a unit used before: the peaks of earlier invocations, where a journal kept them (MEMORY_PEAK, systemd 255+). An
// empty history is the usual case: then nothing is said about what is normal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "parser/units.hpp"

namespace oomwhy {

struct History {
  std::map<std::string, std::vector<Bytes>> peaks;  // by unit; of invocations that ended before the incident
};

}  // namespace oomwhy
