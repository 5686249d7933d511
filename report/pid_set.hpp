// PIDs as a sorted list, and a task table with some of its tasks at another oom_score_adj.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parser/event.hpp"

namespace oomwhy {

class PidSet {
 public:
  explicit PidSet(std::vector<std::uint32_t> pids) : pids_(std::move(pids)) { std::sort(pids_.begin(), pids_.end()); }
  bool contains(std::uint32_t pid) const { return std::binary_search(pids_.begin(), pids_.end(), pid); }

 private:
  std::vector<std::uint32_t> pids_;
};

inline void set_adj(std::vector<Task>& tasks, const PidSet& pids, int adj) {
  for (Task& task : tasks) {
    if (pids.contains(task.pid)) {
      task.oom_score_adj = adj;
      task.oom_adj.reset();
    }
  }
}

}  // namespace oomwhy
