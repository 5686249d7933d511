// Gathers what was said of refused allocations: a program that is refused memory says so again and again.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

class RefusedAllocations {
 public:
  // Anything but a refusal is passed over.
  void take(const UserlandEvent& word);

  // In order of time.
  std::vector<RefusedAllocation> finish() const;

 private:
  // Host, boot, unit, program, and who refused.
  using Key = std::tuple<std::string, std::string, std::string, std::string, RefusedBy>;
  std::map<Key, RefusedAllocation> refused_;
};

}  // namespace oomwhy
