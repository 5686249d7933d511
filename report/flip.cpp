// The point at which the choice flips: the score itself is asked, so the kernel's integer arithmetic, its floors and
// its tie rules are all in the answer.
#include <cstdlib>
#include <functional>

#include "report/pid_set.hpp"
#include "report/predict.hpp"
#include "report/what_if.hpp"

namespace oomwhy {
namespace {

constexpr int kLowest = -999;  // -1000 exempts a task: nothing is weighed any more
constexpr int kHighest = 1000;

// The choice is monotone in adj, so the edge is found by halving. `holds` at `good` and not at `bad`.
int find_edge(int bad, int good, const std::function<bool(int)>& holds) {
  while (std::abs(good - bad) > 1) {
    const int middle = bad + (good - bad) / 2;
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

std::optional<bool> is_in(const PidSet& pids, const std::optional<std::uint32_t>& chosen) {
  return chosen ? std::optional<bool>(pids.contains(*chosen)) : std::nullopt;
}

// Who is chosen with some tasks at another adj. The table is copied once, not for each adj that is tried.
class Trial {
 public:
  Trial(const OomEvent& event, const PidSet& pids) : event_(event), pids_(pids), tasks_(event.tasks) {}

  std::optional<bool> chooses_one_at(int adj) {
    set_adj(tasks_, pids_, adj);
    return is_in(pids_, predict(event_, tasks_));
  }

 private:
  const OomEvent& event_;
  const PidSet& pids_;
  std::vector<Task> tasks_;
};

struct AdjRange {
  int lowest = kHighest, highest = -1000;
};

std::optional<AdjRange> range_of(const OomEvent& event, const PidSet& pids) {
  std::optional<AdjRange> range;
  for (const Task& task : event.tasks) {
    if (pids.contains(task.pid) && task.oom_score_adj) {
      AdjRange wider = range.value_or(AdjRange{});
      wider.lowest = std::min(wider.lowest, *task.oom_score_adj);
      wider.highest = std::max(wider.highest, *task.oom_score_adj);
      range = wider;
    }
  }
  return range;
}

// Where the kernel takes whoever asks, no adj but -1000 matters.
bool goes_by_score(const OomEvent& event) { return event.message != KillMessage::AllocatingTask; }

}  // namespace

std::optional<int> adj_that_spares(const OomEvent& event, const std::vector<std::uint32_t>& pids) {
  const PidSet group(pids);
  const std::optional<AdjRange> now = range_of(event, group);
  if (!now || now->highest <= kLowest || !goes_by_score(event)) {
    return std::nullopt;
  }
  if (is_in(group, predict(event, event.tasks)) != std::optional<bool>(true)) {
    return std::nullopt;
  }
  Trial trial(event, group);
  const auto is_spared = [&](int adj) { return trial.chooses_one_at(adj) == std::optional<bool>(false); };
  if (!is_spared(kLowest)) {
    return std::nullopt;
  }
  return is_spared(now->highest) ? now->highest : find_edge(now->highest, kLowest, is_spared);
}

std::optional<int> adj_that_offers(const OomEvent& event, const std::vector<std::uint32_t>& pids) {
  const PidSet group(pids);
  const std::optional<AdjRange> now = range_of(event, group);
  if (!now || now->lowest >= kHighest || !goes_by_score(event)) {
    return std::nullopt;
  }
  if (is_in(group, predict(event, event.tasks)) != std::optional<bool>(false)) {
    return std::nullopt;
  }
  Trial trial(event, group);
  const auto is_offered = [&](int adj) { return trial.chooses_one_at(adj) == std::optional<bool>(true); };
  if (!is_offered(kHighest)) {
    return std::nullopt;
  }
  const int start = std::max(now->lowest, kLowest);
  return is_offered(start) ? start : find_edge(start, kHighest, is_offered);
}

std::optional<int> adj_that_spares(const OomEvent& event, std::uint32_t pid) {
  return adj_that_spares(event, std::vector<std::uint32_t>{pid});
}

std::optional<int> adj_that_offers(const OomEvent& event, std::uint32_t pid) {
  return adj_that_offers(event, std::vector<std::uint32_t>{pid});
}

}  // namespace oomwhy
