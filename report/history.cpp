#include "report/history.hpp"

namespace oomwhy {

const EarlierRuns* earlier_runs(const History& history, const std::string& unit) {
  const auto found = history.runs.find(unit);
  return found == history.runs.end() ? nullptr : &found->second;
}

}  // namespace oomwhy
