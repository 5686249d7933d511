#include "report/history.hpp"

#include <algorithm>

namespace oomwhy {

std::optional<Bytes> highest_peak(const History& history, const std::string& unit) {
  const auto found = history.peaks.find(unit);
  if (found == history.peaks.end() || found->second.empty()) return std::nullopt;
  return *std::max_element(found->second.begin(), found->second.end());
}

}  // namespace oomwhy
