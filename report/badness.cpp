#include "report/badness.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/choice.hpp"
#include "report/kernel_era.hpp"
#include "report/predict.hpp"
#include "report/row_score.hpp"
#include "report/total_pages.hpp"

namespace oomwhy {
namespace {

bool has_root_task(const std::vector<Task>& tasks) {
  return std::any_of(tasks.begin(), tasks.end(), [](const Task& task) { return task.uid == 0; });
}

TieRule tie_rule(const ScoringEra& era, Constraint constraint) {
  return constraint == Constraint::Memcg ? era.memcg_tie : era.tie;
}

// Whether two readings score and choose alike, whatever the kernels are called.
bool are_alike(const Reading& a, const Reading& b) {
  return a.era.form == b.era.form && a.era.page_tables == b.era.page_tables && a.era.root_bonus == b.era.root_bonus &&
         a.era.floor == b.era.floor && a.tie == b.tie && a.totalpages == b.totalpages && a.root == b.root;
}

void add_reading(std::vector<Reading>& readings, const Reading& reading) {
  const auto alike = [&reading](const Reading& other) { return are_alike(other, reading); };
  if (std::none_of(readings.begin(), readings.end(), alike)) readings.push_back(reading);
}

// Every era, divisor and meaning of uid 0 that the report leaves open, the likeliest first.
std::vector<Reading> readings_of(const OomEvent& event, const std::vector<Task>& tasks,
                                 const std::optional<AllowedMemory>& allowed, Constraint constraint) {
  std::vector<std::optional<std::uint64_t>> totals(1);
  if (allowed) totals = {allowed->total.pages.count};
  if (allowed && allowed->at_least) totals.emplace_back(allowed->at_least->count);
  const bool no_swap = event.memory && event.memory->swap_total == Kibibytes{0};
  const bool root_task = has_root_task(tasks);
  std::vector<Reading> readings;
  for (const ScoringEra& era : fitting_eras(event)) {
    for (const auto& total : totals) {
      Reading reading{era, total, RootReading::Capable, event.page_size, no_swap, tie_rule(era, constraint)};
      add_reading(readings, reading);
      reading.root = RootReading::Unprivileged;
      if (root_task && era.root_bonus != RootBonus::None) add_reading(readings, reading);
    }
  }
  return readings;
}

// The score that a kernel printed tells which of two divisors it used: the other one is refuted.
void settle_divisor(const OomEvent& event, const std::vector<Task>& tasks, std::optional<AllowedMemory>& allowed) {
  if (!allowed || !allowed->at_least || event.victims.empty() || !event.victims.front().score) return;
  const Victim& victim = event.victims.front();
  const auto row = std::find_if(tasks.begin(), tasks.end(), [&](const Task& task) { return task.pid == victim.pid; });
  if (row == tasks.end()) return;
  const auto reproduces = [&](Pages total) {
    AllowedMemory only = *allowed;
    only.total.pages = total;
    only.at_least.reset();
    const auto readings = readings_of(event, {*row}, only, Constraint::Memcg);
    return std::any_of(readings.begin(), readings.end(), [&](const Reading& reading) {
      return permille_of(score_row(*row, reading).points, reading) == victim.score;
    });
  };
  const bool most = reproduces(allowed->total.pages);
  if (most == reproduces(*allowed->at_least)) return;
  if (!most) allowed->total.pages = *allowed->at_least;
  allowed->total.certainty = Certainty::Derived;
  allowed->total.derivation +=
      fmt::format("; the printed score {} shows {} pages", *victim.score, allowed->total.pages.count);
  allowed->at_least.reset();
}

std::optional<WhyNotEligible> why_not_eligible(const Task& task, bool dying) {
  // The tables from 2.6.36 on leave init out.
  if (task.pid == 1) return WhyNotEligible::Init;
  if (task.oom_score_adj == -1000 || task.oom_adj == -17) return WhyNotEligible::AdjMinusThousand;
  if (dying) return WhyNotEligible::AlreadyDying;
  return std::nullopt;
}

// Rows of tasks that were killed before this event. A task that this event killed was none of them.
std::vector<bool> dying_rows(const OomEvent& event, const std::vector<Task>& tasks, const ScoringContext& context) {
  std::vector<std::uint32_t> pids = context.recent_victims;
  std::sort(pids.begin(), pids.end());
  const auto killed_now = [&event](std::uint32_t pid) {
    return std::any_of(event.victims.begin(), event.victims.end(), [pid](const Victim& v) { return v.pid == pid; });
  };
  std::vector<bool> dying;
  for (std::size_t row = 0; !pids.empty() && row < tasks.size(); ++row) {
    if (!std::binary_search(pids.begin(), pids.end(), tasks[row].pid) || killed_now(tasks[row].pid)) continue;
    dying.resize(tasks.size());
    dying[row] = true;
  }
  return dying;
}

std::vector<TaskScore> score_rows(const std::vector<Task>& tasks, const Reading* reading,
                                  const std::vector<bool>& dying) {
  std::vector<TaskScore> scores(tasks.size());
  for (std::size_t row = 0; row < tasks.size(); ++row) {
    TaskScore& score = scores[row];
    score.why_not = why_not_eligible(tasks[row], !dying.empty() && dying[row]);
    score.eligible = !score.why_not;
    if (!reading) continue;
    const RowScore points = score_row(tasks[row], *reading);
    score.base = points.base;
    if (score.why_not == WhyNotEligible::AdjMinusThousand) continue;
    score.points = points.points;
    score.permille = permille_of(points.points, *reading);
  }
  return scores;
}

// What scores and choice are measured by.
struct Measure {
  ConstraintReading constraint;
  std::optional<AllowedMemory> allowed;
  std::vector<Reading> readings;  // the likeliest first
};

Measure measure_of(const OomEvent& event, const std::vector<Task>& tasks) {
  Measure measure{read_constraint(event), allowed_memory(event), {}};
  settle_divisor(event, tasks, measure.allowed);
  measure.readings = readings_of(event, tasks, measure.allowed, measure.constraint.constraint);
  return measure;
}

Scoring score_tasks(const OomEvent& event, const std::vector<Task>& tasks, const ScoringContext& context) {
  const Measure measure = measure_of(event, tasks);
  const auto& readings = measure.readings;
  const auto dying = dying_rows(event, tasks, context);
  Scoring scoring;
  if (measure.allowed) scoring.totalpages = measure.allowed->total;
  scoring.scores = score_rows(tasks, readings.empty() ? nullptr : &readings.front(), dying);
  if (!readings.empty()) scoring.choice = decide({event, tasks, readings, dying, measure.constraint});
  return scoring;
}

}  // namespace

Scoring score(const OomEvent& event) { return score_tasks(event, event.tasks, {}); }

Scoring score(const OomEvent& event, const ScoringContext& context) { return score_tasks(event, event.tasks, context); }

Scoring score(const OomEvent& event, const std::vector<Task>& tasks) { return score_tasks(event, tasks, {}); }

std::optional<std::uint32_t> predict(const OomEvent& event, const std::vector<Task>& tasks) {
  const Measure measure = measure_of(event, tasks);
  if (measure.readings.empty()) return std::nullopt;
  const std::vector<bool> none_dying;
  return predict(Ballot{event, tasks, measure.readings, none_dying, measure.constraint});
}

}  // namespace oomwhy
