// The kernel's score (oom_badness()) recomputed for every row of the task table, and the choice that follows from it.
// Eras and tie rules: report/kernel_era; divisors: report/total_pages; what explains a difference: report/choice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/event.hpp"

namespace oomwhy {

// Why the kernel would not have looked at a task, or could not have killed it.
enum class WhyNotEligible { AdjMinusThousand, Init, KernelThread, AlreadyDying, OutsideCpuset, OutsideMemcg, NoMm };

// Where the report leaves room (what uid 0 means before 4.17, eras that fit alike), the likeliest reading.
struct TaskScore {
  // As the kernel counted: pages, or in 2.6.36 to 3.4 permille. Absent: this era's or this report's score cannot be
  // computed, or (points) the kernel gives none because adj is -1000.
  std::optional<std::int64_t> points;    // with adj
  std::optional<std::int64_t> base;      // without adj
  std::optional<std::int64_t> permille;  // points * 1000 / totalpages
  bool eligible = true;
  std::optional<WhyNotEligible> why_not;
  bool operator==(const TaskScore&) const = default;
};

// The divisor of the score and the unit of oom_score_adj (kernel-formats: 3.3 and 3.4).
struct TotalPages {
  Pages pages;
  Certainty certainty = Certainty::Derived;
  std::string derivation;                                    // "RAM 4115400 - reserved 97082 + swap 6291455 pages"
  std::uint64_t unit() const { return pages.count / 1000; }  // pages for each point of oom_score_adj
};

enum class Deviation {
  AllocatingTask,
  Child,
  Manual,
  Group,
  Tie,
  Tolerance,
  PartialTable,
  AlreadyDying,
  Unknown,
};

struct Choice {
  std::optional<std::uint32_t> predicted_pid;
  std::optional<bool> agrees;  // absent: nothing could be predicted, or the eras that fit do not concur
  std::optional<std::uint32_t> runner_up_pid;
  std::optional<std::int64_t> margin_points;  // predicted minus runner-up
  std::optional<Deviation> deviation;         // why the kernel chose another one
  std::string explanation;                    // empty where there is nothing to explain
  // The score printed on the kill line, recomputed: absent where none was printed or none could be computed.
  std::optional<std::int64_t> recomputed_score;
};

struct Scoring {
  std::optional<TotalPages> totalpages;
  std::vector<TaskScore> scores;  // parallel to OomEvent::tasks
  Choice choice;
};

// What the events around this one add.
struct ScoringContext {
  // PIDs that were killed shortly before on the same boot. Where the kernel went on to kill again while one of them was
  // still in the table, it had given that one up as dying and passed it over (MMF_OOM_SKIP, 4.9 on).
  std::vector<std::uint32_t> recent_victims;
};

Scoring score(const OomEvent& event);
Scoring score(const OomEvent& event, const ScoringContext& context);

// The same event with other adjustments or sizes, for what-if: `tasks` replaces the event's table. Linear in the rows.
Scoring score(const OomEvent& event, const std::vector<Task>& tasks);

}  // namespace oomwhy
