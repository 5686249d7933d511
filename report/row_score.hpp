// One row of the task table scored by one reading of the rules: oom_badness() in the kernel's own integer order.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "parser/event.hpp"
#include "report/kernel_era.hpp"

namespace oomwhy {

// Capabilities are never printed: a task of uid 0 has CAP_SYS_ADMIN on a host, and mostly not in a container.
enum class RootReading { Capable, Unprivileged };

// One way to read the report where it leaves room: an era, a divisor and what uid 0 means.
struct Reading {
  ScoringEra era;
  std::optional<std::uint64_t> totalpages;  // absent: not known; scores of tasks without adj still are
  RootReading root = RootReading::Capable;
  PageSize page_size;
  bool no_swap = false;  // the host has no swap: a table without swapents lacks nothing
  TieRule tie = TieRule::Last;
};

struct RowScore {
  std::optional<std::int64_t> base, points;
};

RowScore score_row(const Task& task, const Reading& reading);

// points * 1000 / totalpages; the points themselves where the era counts in permille.
std::optional<std::int64_t> permille_of(std::optional<std::int64_t> points, const Reading& reading);

// The best of all scored rows by the reading's tie rule, and the best of the others.
struct Ranking {
  struct Entry {
    std::size_t row = 0;
    std::int64_t points = 0;
  };
  std::optional<Entry> first, second;
  bool complete = true;  // false: an eligible row could not be scored, so nothing is known of the choice
};

// `excluded` holds one flag a row, or none.
Ranking rank(const std::vector<Task>& tasks, const Reading& reading, const std::vector<bool>& excluded);

}  // namespace oomwhy
