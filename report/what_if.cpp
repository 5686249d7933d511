#include "report/what_if.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "report/cgroup_path.hpp"
#include "report/format.hpp"
#include "report/pid_set.hpp"
#include "report/predict.hpp"
#include "report/scene.hpp"

namespace oomwhy {
namespace {

constexpr Bytes kAbsurdlySmall{16ULL << 20U};

// --- what a target names ------------------------------------------------------------------------------------------

std::optional<std::string> unit_of_path(const std::optional<std::string>& path) {
  return path ? identify_cgroup(*path).unit : std::nullopt;
}

std::optional<std::string> unit_of_task(const OomEvent& event, const Task& task) {
  if (event.memcg && scope_of(event) == Scope::Cgroup) {
    if (std::optional<std::string> limited = unit_of_path(event.memcg->limiting)) {
      return limited;
    }
  }
  const Victim* victim = chosen_victim(event);
  if (victim != nullptr && victim->pid == task.pid) {
    const std::optional<std::string> own = unit_of_path(victim->cgroup);
    return own || !event.memcg ? own : unit_of_path(event.memcg->victim);
  }
  return task.unit;
}

bool is_slice_of(const OomEvent& event, std::string_view target) {
  return event.memcg && event.memcg->limiting && scope_of(event) == Scope::Cgroup &&
         identify_cgroup(*event.memcg->limiting).slice == target;
}

template <typename Predicate>
std::vector<std::uint32_t> pids_where(const OomEvent& event, const Predicate& matches) {
  std::vector<std::uint32_t> pids;
  for (const Task& task : event.tasks) {
    if (matches(task)) {
      pids.push_back(task.pid);
    }
  }
  return pids;
}

std::optional<std::uint32_t> as_pid(std::string_view target) {
  std::uint32_t pid = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), pid);
  return error == std::errc() && end == target.data() + target.size() ? std::optional<std::uint32_t>(pid)
                                                                      : std::nullopt;
}

// --- the choice under other settings ------------------------------------------------------------------------------

const Task* find_in(const std::vector<Task>& tasks, std::uint32_t pid) {
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const Task& task) { return task.pid == pid; });
  return found == tasks.end() ? nullptr : &*found;
}

// Takes a process that is gone out of the table, its threads with it.
void remove(std::vector<Task>& tasks, const Task& gone) {
  const std::uint32_t pid = gone.pid, group = gone.tgid.value_or(gone.pid);
  std::erase_if(tasks, [&](const Task& task) { return task.pid == pid || task.tgid.value_or(task.pid) == group; });
}

std::optional<Replay> before(const OomEvent& event) {
  Replay replay;
  if (const Victim* victim = chosen_victim(event)) {
    replay.before_pid = victim->pid;
    replay.before_comm = victim->comm;
    return replay;
  }
  const std::optional<std::uint32_t> predicted = predict(event, event.tasks);
  const Task* task = predicted ? find_task(event, *predicted) : nullptr;
  if (task == nullptr) {
    return std::nullopt;
  }
  replay.before_pid = task->pid;
  replay.before_comm = task->comm;
  return replay;
}

void warn_of_small_victim(const OomEvent& event, const Task& next, WhatIf& result) {
  const Bytes size = resident(event, next) + swapped(event, next);
  if (size >= kAbsurdlySmall) {
    return;
  }
  const int adj = next.oom_score_adj.value_or(0);
  result.warnings.push_back(fmt::format(
      "The next victim, {} (PID {}), holds only {}{}: its death frees next to nothing.", next.comm, next.pid,
      format_size(size), adj > 0 ? fmt::format(" and is chosen for its oom_score_adj of {}", adj) : ""));
}

bool is_all_protected(const std::vector<Task>& tasks) {
  return std::all_of(tasks.begin(), tasks.end(), [](const Task& task) { return task.oom_score_adj == -1000; });
}

void see_who_dies(const OomEvent& event, std::vector<Task> tasks, WhatIf& result) {
  const std::optional<std::uint32_t> after = predict(event, tasks);
  const Task* victim = after ? find_in(tasks, *after) : nullptr;
  if (victim == nullptr && !is_all_protected(tasks)) {
    result.replay.reset();
    return;
  }
  if (victim == nullptr) {
    result.warnings.emplace_back("No candidate is left: a host would panic, a cgroup would hang at its limit.");
    return;
  }
  result.replay->after_pid = victim->pid;
  result.replay->after_comm = victim->comm;
  result.replay->freed = freed_by(event, *victim);
  warn_of_small_victim(event, *victim, result);
  remove(tasks, *victim);
  const std::optional<std::uint32_t> next = predict(event, tasks);
  if (const Task* task = next ? find_in(tasks, *next) : nullptr) {
    result.next_pid = task->pid;
    result.next_comm = task->comm;
  } else {
    result.warnings.emplace_back("After that one no candidate is left.");
  }
}

// Where the kernel did not go by the score, no adjustment changes what it did.
bool goes_by_score(const OomEvent& event, WhatIf& result) {
  if (event.message == KillMessage::AllocatingTask) {
    result.warnings.emplace_back(
        "vm.oom_kill_allocating_task=1: the kernel kills whoever asks, so no oom_score_adj short of -1000 matters.");
    return false;
  }
  return true;
}

bool can_be_replayed(const OomEvent& event) { return predict(event, event.tasks).has_value(); }

WhatIf replay_tasks(const OomEvent& event, std::vector<std::uint32_t> pids, std::vector<Task> tasks) {
  WhatIf result;
  result.matched_pids = std::move(pids);
  if (!goes_by_score(event, result) || !can_be_replayed(event)) {
    return result;
  }
  result.replay = before(event);
  if (result.replay) {
    see_who_dies(event, std::move(tasks), result);
  }
  return result;
}

// --- limits -------------------------------------------------------------------------------------------------------

struct GroupSize {
  Bytes ram, swap;
};

GroupSize size_of(const OomEvent& event, const PidSet& pids) {
  GroupSize size;
  for (const Task& task : event.tasks) {
    if (pids.contains(task.pid)) {
      size.ram += freed_by(event, task);
      size.swap += swapped(event, task);
    }
  }
  return size;
}

// The kill that the limit would have brought about: the same rules, among the group's tasks, measured by its limit.
OomEvent kill_inside(const OomEvent& event, Bytes allowed) {
  OomEvent inside;
  inside.completeness = event.completeness;
  inside.kernel = event.kernel;
  inside.page_size = event.page_size;
  inside.memory = event.memory;
  inside.has_task_table = true;
  inside.table_layout = event.table_layout;
  inside.lines.constraint = event.lines.constraint;
  inside.constraint = Constraint::Memcg;
  inside.message = KillMessage::MemoryCgroup;
  inside.memcg.emplace();
  const Kibibytes size{allowed.count / 1024};
  inside.memcg->memory = MemcgCounter{.usage = size, .limit = size, .failcnt = 0};
  return inside;
}

std::vector<Task> tasks_of(const OomEvent& event, const PidSet& pids) {
  std::vector<Task> tasks;
  std::copy_if(event.tasks.begin(), event.tasks.end(), std::back_inserter(tasks),
               [&](const Task& task) { return pids.contains(task.pid); });
  return tasks;
}

Bytes swap_of_host(const OomEvent& event) {
  return event.memory && event.memory->swap_total ? to_bytes(*event.memory->swap_total) : Bytes{};
}

// The limit that was hit, set higher: the kill would not have come then, and what would have come later is not known.
bool is_raised_limit(const OomEvent& event, Bytes limit, const std::vector<std::uint32_t>& pids) {
  return scope_of(event) == Scope::Cgroup && event.memcg && event.memcg->memory && event.memcg->memory->limit &&
         limit > to_bytes(*event.memcg->memory->limit) && pids.size() == event.tasks.size();
}

void warn_of_raised_limit(const OomEvent& event, Bytes limit, WhatIf& result) {
  result.warnings.push_back(
      fmt::format("The limit of {0} would not have been hit at {1}: how much more is wanted is not "
                  "known, so {0} may not be enough either.",
                  format_size(limit), format_size(to_bytes(*event.memcg->memory->limit))));
}

// The limit would not have been hit: the kernel's choice stands.
WhatIf keeps_choice(const OomEvent& event, WhatIf result) {
  result.replay = can_be_replayed(event) ? before(event) : std::nullopt;
  if (result.replay) {
    see_who_dies(event, event.tasks, result);
  }
  return result;
}

}  // namespace

std::vector<std::uint32_t> matching_pids(const OomEvent& event, std::string_view target) {
  if (const std::optional<std::uint32_t> pid = as_pid(target)) {
    return pids_where(event, [&](const Task& task) { return task.pid == *pid || task.tgid == *pid; });
  }
  if (is_slice_of(event, target)) {
    return pids_where(event, [](const Task&) { return true; });
  }
  const std::string as_service = std::string(target) + ".service";
  std::vector<std::uint32_t> units = pids_where(event, [&](const Task& task) {
    const std::optional<std::string> unit = unit_of_task(event, task);
    return unit && (*unit == target || *unit == as_service);
  });
  if (!units.empty()) {
    return units;
  }
  return pids_where(event, [&](const Task& task) { return task.comm == target; });
}

Bytes freed_by(const OomEvent& event, const Task& task) {
  return task.rss_anon ? to_bytes(*task.rss_anon, event.page_size) : resident(event, task);
}

std::optional<std::vector<std::uint32_t>> taken_before(const OomEvent& event, const std::vector<std::uint32_t>& pids,
                                                       int adj) {
  const PidSet spared(pids);
  std::vector<Task> tasks = event.tasks;
  set_adj(tasks, spared, adj);
  const std::vector<TaskScore> scores = score(event, tasks).scores;
  std::optional<std::int64_t> own;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (spared.contains(tasks[i].pid) && scores[i].points) {
      own = std::max(own.value_or(*scores[i].points), *scores[i].points);
    }
  }
  if (!own) {
    return std::nullopt;
  }
  std::vector<std::uint32_t> taken;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!spared.contains(tasks[i].pid) && scores[i].eligible && scores[i].points && *scores[i].points > *own) {
      taken.push_back(tasks[i].pid);
    }
  }
  return taken;
}

WhatIf replay_adj(const OomEvent& event, const std::vector<std::uint32_t>& pids, int adj) {
  std::vector<Task> tasks = event.tasks;
  set_adj(tasks, PidSet(pids), adj);
  return replay_tasks(event, pids, std::move(tasks));
}

WhatIf replay_limit(const OomEvent& event, const std::vector<std::uint32_t>& pids, Bytes limit,
                    std::optional<Bytes> swap_limit) {
  WhatIf result;
  result.matched_pids = pids;
  const PidSet group(pids);
  const GroupSize held = size_of(event, group);
  const Bytes swap = swap_limit ? std::min(*swap_limit, swap_of_host(event)) : swap_of_host(event);
  if (is_raised_limit(event, limit, pids)) {
    warn_of_raised_limit(event, limit, result);
    return result;
  }
  if (held.ram + held.swap <= limit + swap || held.ram.count + held.swap.count == 0) {
    if (held.ram > limit) {
      result.warnings.push_back(fmt::format(
          "It would have been swapped out down to {} first, and not been killed for it.", format_size(limit)));
    }
    return keeps_choice(event, std::move(result));
  }
  result.before_host_oom = scope_of(event) != Scope::Cgroup;
  result.replay = before(event);
  if (result.replay) {
    see_who_dies(kill_inside(event, limit + swap), tasks_of(event, group), result);
  }
  return result;
}

namespace {

// What the assumptions come to.
struct Assumed {
  std::vector<Task> tasks;
  std::vector<std::uint32_t> matched;
  std::vector<std::uint32_t> limited;  // the tasks of the last MemoryMax
  std::optional<Bytes> limit, swap_limit;
};

void assume(const OomEvent& event, const Assumption& assumption, Assumed& assumed) {
  const std::vector<std::uint32_t> pids = matching_pids(event, assumption.target);
  assumed.matched.insert(assumed.matched.end(), pids.begin(), pids.end());
  switch (assumption.setting) {
    case Assumption::Setting::OomScoreAdjust:
      return set_adj(assumed.tasks, PidSet(pids), static_cast<int>(assumption.adj));
    case Assumption::Setting::MemoryMax:
      assumed.limited = pids;
      assumed.limit = assumption.limit;
      return;
    case Assumption::Setting::MemorySwapMax:
      assumed.swap_limit = assumption.limit;
      return;
  }
}

void sort_once(std::vector<std::uint32_t>& pids) {
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
}

}  // namespace

WhatIf replay(const OomEvent& event, const std::vector<Assumption>& assumptions) {
  Assumed assumed{.tasks = event.tasks};
  for (const Assumption& assumption : assumptions) {
    assume(event, assumption, assumed);
  }
  sort_once(assumed.matched);
  if (assumed.matched.empty()) {
    return {};
  }
  if (!assumed.limit) {
    return replay_tasks(event, std::move(assumed.matched), std::move(assumed.tasks));
  }
  OomEvent changed = event;
  changed.tasks = std::move(assumed.tasks);
  WhatIf result = replay_limit(changed, assumed.limited, *assumed.limit, assumed.swap_limit);
  result.matched_pids = std::move(assumed.matched);
  return result;
}

}  // namespace oomwhy
