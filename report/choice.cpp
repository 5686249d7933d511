#include "report/choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace oomwhy {
namespace {

bool is_of(const Task& task, std::uint32_t pid) { return task.pid == pid || task.tgid == pid; }

std::optional<std::size_t> find_row(const std::vector<Task>& tasks, std::uint32_t pid) {
  const auto row = std::find_if(tasks.begin(), tasks.end(), [pid](const Task& task) { return is_of(task, pid); });
  if (row == tasks.end()) return std::nullopt;
  return static_cast<std::size_t>(row - tasks.begin());
}

// The process that the kernel chose: named by "Kill process", else the one that was killed. "Kill process" may name a
// thread (<= 4.6), which has no row: then the killed process is the chosen one.
std::optional<std::uint32_t> chosen_pid(const Ballot& ballot) {
  const OomEvent& event = ballot.event;
  if (event.chosen && find_row(ballot.tasks, event.chosen->pid)) return event.chosen->pid;
  if (!event.victims.empty()) return event.victims.front().pid;
  return std::nullopt;
}

bool was_sacrificed(const Ballot& ballot) {
  const auto chosen = chosen_pid(ballot);
  return chosen && ballot.event.chosen && *chosen == ballot.event.chosen->pid && !ballot.event.victims.empty() &&
         ballot.event.victims.front().pid != *chosen;
}

// Whether the row that a reading predicts is what the kernel chose, or died with it.
bool is_kernels_choice(const Ballot& ballot, std::size_t row) {
  const Task& task = ballot.tasks[row];
  const auto chosen = chosen_pid(ballot);
  if (chosen && is_of(task, *chosen)) return true;
  if (was_sacrificed(ballot)) return false;
  const auto& victims = ballot.event.victims;
  return std::any_of(victims.begin(), victims.end(), [&](const Victim& victim) { return is_of(task, victim.pid); });
}

// Absent where the readings that fit do not concur, or one of them predicts nothing.
std::optional<bool> concurring_agreement(const Ballot& ballot, const std::vector<Ranking>& rankings) {
  std::optional<bool> all;
  for (const Ranking& ranking : rankings) {
    if (!ranking.complete || !ranking.first) return std::nullopt;
    const bool agrees = is_kernels_choice(ballot, ranking.first->row);
    if (all && *all != agrees) return std::nullopt;
    all = agrees;
  }
  return all;
}

struct Explained {
  Deviation deviation = Deviation::Unknown;
  std::string text;
};

// Threads or CPUs that a process or machine may well have; how many there were is not printed.
constexpr std::int64_t kLikelyHolders = 16;

// Pages by which the rss of one process, as chosen by, may differ from the rss as printed, for each of its threads (64
// events before they are folded in, SPLIT_RSS_COUNTING) or for each CPU (4 percpu counters of 32 pages). Exact counters
// still move between the choice and the table: a fault or a few.
struct CounterNoise {
  std::int64_t pages = 0;
  std::int64_t holders = 1;
  std::string_view holder;  // empty: none keeps pages back
};

CounterNoise noise_of(CounterError counters) {
  switch (counters) {
    case CounterError::PerThread:
      return {64, kLikelyHolders, "thread"};
    case CounterError::PerCpu:
      return {128, kLikelyHolders, "CPU"};
    case CounterError::Exact:
      break;
  }
  return {64, 1, {}};
}

// Both processes may be off, in opposite directions.
std::int64_t largest_error(const CounterNoise& noise) { return 2 * noise.pages * noise.holders; }

std::string explain_noise(const CounterNoise& noise, std::int64_t gap) {
  if (noise.holder.empty()) return "the table is printed after the choice, while sizes still change";
  const std::int64_t needed = (gap + 2 * noise.pages - 1) / (2 * noise.pages);
  return fmt::format("each {} may keep {} pages out of the printed rss, so that {} explain{} it", noise.holder,
                     noise.pages, needed, needed == 1 ? "s" : "");
}

// What the victim's size changed by between its row and its kill line: proof of movement while the report was printed.
std::int64_t drift_of_victim(const Ballot& ballot, const Task& row) {
  if (ballot.event.victims.empty() || !row.rss || !row.rss->count) return 0;
  const Victim& victim = ballot.event.victims.front();
  if (!is_of(row, victim.pid) || !victim.anon_rss || !victim.file_rss) return 0;
  const Kibibytes printed = *victim.anon_rss + *victim.file_rss + victim.shmem_rss.value_or(Kibibytes{});
  const auto at_kill = static_cast<std::int64_t>(to_pages(printed, ballot.readings.front().page_size).count >> 1);
  const auto in_row = static_cast<std::int64_t>(row.rss->count >> 1);
  return std::abs(at_kill - in_row) * 2;
}

Explained explain_gap(const Ballot& ballot, const Ranking::Entry& predicted, const Task& chosen, std::int64_t points) {
  const Reading& reading = ballot.readings.front();
  const std::int64_t gap = predicted.points - points;
  const std::uint32_t pid = ballot.tasks[predicted.row].pid;
  if (gap == 0) return {Deviation::Tie, fmt::format("PID {} and PID {} have equal scores", pid, chosen.pid)};
  const CounterNoise noise = noise_of(reading.era.counters);
  if (reading.era.form == ScoreForm::PageCount && gap <= drift_of_victim(ballot, chosen)) {
    return {Deviation::Tolerance,
            fmt::format("PID {} leads by {} pages only, less than the victim changed by while the report was printed",
                        pid, gap)};
  }
  if (reading.era.form == ScoreForm::PageCount && gap <= largest_error(noise)) {
    return {Deviation::Tolerance,
            fmt::format("PID {} leads by {} pages only: {}", pid, gap, explain_noise(noise, gap))};
  }
  return {Deviation::Unknown,
          fmt::format("PID {} scores {} more than PID {}; no line of the report says why it was passed over", pid, gap,
                      chosen.pid)};
}

Explained explain_missing_row(const Ballot& ballot, std::uint32_t chosen) {
  if (ballot.event.completeness.lost_rows > 0) {
    return {Deviation::PartialTable, fmt::format("PID {} has no row: {} rows of the table could not be read", chosen,
                                                 ballot.event.completeness.lost_rows)};
  }
  return {Deviation::Unknown, fmt::format("PID {} has no row in the table", chosen)};
}

Explained explain_deviation(const Ballot& ballot, const Ranking::Entry& predicted) {
  const OomEvent& event = ballot.event;
  const std::uint32_t pid = ballot.tasks[predicted.row].pid;
  if (event.message == KillMessage::AllocatingTask) {
    return {Deviation::AllocatingTask,
            fmt::format("vm.oom_kill_allocating_task=1: the task that asked for memory was taken without scoring; by "
                        "score it would have been PID {}",
                        pid)};
  }
  if (event.trigger.manual) {
    return {Deviation::Manual, fmt::format("a manual kill (sysrq f); by score it would have been PID {}", pid)};
  }
  if (event.group_kill_path) {
    return {Deviation::Group, fmt::format("memory.oom.group: the cgroup of the chosen task was killed as a whole; by "
                                          "score it would have been PID {}",
                                          pid)};
  }
  const auto chosen = chosen_pid(ballot);
  const auto row = chosen ? find_row(ballot.tasks, *chosen) : std::nullopt;
  if (!row) return explain_missing_row(ballot, chosen.value_or(0));
  const auto points = score_row(ballot.tasks[*row], ballot.readings.front()).points;
  if (!points) return {Deviation::Unknown, fmt::format("PID {} cannot be scored", *chosen)};
  return explain_gap(ballot, predicted, ballot.tasks[*row], *points);
}

Explained explain_sacrifice(const Ballot& ballot) {
  return {Deviation::Child, fmt::format("PID {} was chosen; its child PID {} was killed in its place",
                                        ballot.event.chosen->pid, ballot.event.victims.front().pid)};
}

// A row that would lead but was left out because it was dying already.
std::optional<Explained> explain_dying(const Ballot& ballot, const Ranking::Entry& predicted) {
  if (ballot.dying.empty()) return std::nullopt;
  const Ranking with_dying = rank(ballot.tasks, ballot.readings.front(), {});
  if (!with_dying.first || with_dying.first->row == predicted.row) return std::nullopt;
  return Explained{Deviation::AlreadyDying,
                   fmt::format("PID {} has the highest score but had been killed shortly before and was dying",
                               ballot.tasks[with_dying.first->row].pid)};
}

std::string explain_no_prediction(const Ballot& ballot, const Ranking& ranking) {
  if (ballot.readings.front().era.form == ScoreForm::Heuristic) {
    return "kernels up to 2.6.35 score by run time and niceness, which no report prints";
  }
  if (ranking.complete) return "no task in the table may be killed";
  if (!ballot.readings.front().totalpages) return "the memory that the scores are measured by is not printed";
  return "this table does not print all that the kernel scores by (page tables, swap)";
}

// Several ways to read the report, one printed score: where a reading of the same era gives it, that one is right.
std::optional<std::int64_t> recompute_score(const Ballot& ballot) {
  const OomEvent& event = ballot.event;
  const auto chosen = chosen_pid(ballot);
  const auto row = chosen ? find_row(ballot.tasks, *chosen) : std::nullopt;
  const auto printed = was_sacrificed(ballot)  ? event.chosen->score
                       : event.victims.empty() ? std::nullopt
                                               : event.victims.front().score;
  if (!row || !printed) return std::nullopt;
  std::optional<std::int64_t> leading;
  for (const Reading& reading : ballot.readings) {
    if (reading.era.kernels != ballot.readings.front().era.kernels) continue;
    const auto score = permille_of(score_row(ballot.tasks[*row], reading).points, reading);
    if (score == printed) return score;
    if (!leading) leading = score;
  }
  return leading;
}

void explain(Choice& choice, Explained explained) {
  choice.deviation = explained.deviation;
  choice.explanation = std::move(explained.text);
}

void hold_against_kernel(const Ballot& ballot, const std::vector<Ranking>& rankings, Choice& choice) {
  const Ranking::Entry& predicted = *rankings.front().first;
  choice.agrees = concurring_agreement(ballot, rankings);
  if (!is_kernels_choice(ballot, predicted.row)) {
    if (choice.agrees) {
      explain(choice, explain_deviation(ballot, predicted));
    } else {
      choice.explanation = "the kernels and capabilities that fit this report do not choose alike";
    }
  } else if (was_sacrificed(ballot)) {
    explain(choice, explain_sacrifice(ballot));
  } else if (auto dying = explain_dying(ballot, predicted)) {
    explain(choice, *std::move(dying));
  } else if (!choice.agrees) {
    choice.explanation = "other kernels or capabilities that fit this report would choose another task";
  }
  // Which of equals a memcg's scan met last cannot be read from a table that is in another order.
  const bool tree_order = ballot.readings.front().era.memcg_order == MemcgOrder::TreeOrder;
  if (choice.deviation == Deviation::Tie && ballot.constraint.constraint == Constraint::Memcg && tree_order) {
    choice.agrees.reset();
  }
}

}  // namespace

Choice decide(const Ballot& ballot) {
  Choice choice;
  choice.recomputed_score = recompute_score(ballot);
  if (ballot.tasks.empty()) return choice;
  if (ballot.event.completeness.grade != Grade::A) {
    choice.explanation = "the table is not proven whole: nothing is predicted";
    return choice;
  }
  std::vector<Ranking> rankings;
  for (const Reading& reading : ballot.readings) rankings.push_back(rank(ballot.tasks, reading, ballot.dying));
  const Ranking& ranking = rankings.front();
  if (!ranking.complete || !ranking.first) {
    choice.explanation = explain_no_prediction(ballot, ranking);
    return choice;
  }
  choice.predicted_pid = ballot.tasks[ranking.first->row].pid;
  if (ranking.second) {
    choice.runner_up_pid = ballot.tasks[ranking.second->row].pid;
    choice.margin_points = ranking.first->points - ranking.second->points;
  }
  if (chosen_pid(ballot)) hold_against_kernel(ballot, rankings, choice);
  return choice;
}

std::optional<std::uint32_t> predict(const Ballot& ballot) {
  if (ballot.event.completeness.grade != Grade::A) return std::nullopt;
  const Ranking ranking = rank(ballot.tasks, ballot.readings.front(), ballot.dying);
  if (!ranking.complete || !ranking.first) return std::nullopt;
  return ballot.tasks[ranking.first->row].pid;
}

}  // namespace oomwhy
