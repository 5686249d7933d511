// Events as the reader would hand them on, written by hand from the figures of real reports.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "parser/event.hpp"

namespace oomwhy {

// The columns of the task tables of kernel-formats 2.8.
inline TaskTableLayout layout_of(std::vector<TaskColumn> columns) {
  columns.push_back(TaskColumn::Name);
  return {std::move(columns)};
}
inline TaskTableLayout table_of_2_6_36() {
  return layout_of({TaskColumn::Pid, TaskColumn::Cpu, TaskColumn::OomAdj, TaskColumn::OomScoreAdj});
}
inline TaskTableLayout table_of_3_6() {
  return layout_of({TaskColumn::Pid, TaskColumn::NrPtes, TaskColumn::Swapents, TaskColumn::OomScoreAdj});
}
inline TaskTableLayout table_of_4_0() {
  return layout_of(
      {TaskColumn::Pid, TaskColumn::NrPtes, TaskColumn::NrPmds, TaskColumn::Swapents, TaskColumn::OomScoreAdj});
}
inline TaskTableLayout table_of_4_15() {
  return layout_of({TaskColumn::Pid, TaskColumn::PgtablesBytes, TaskColumn::Swapents, TaskColumn::OomScoreAdj});
}
inline TaskTableLayout table_of_6_8() {
  return layout_of(
      {TaskColumn::Pid, TaskColumn::RssAnon, TaskColumn::PgtablesBytes, TaskColumn::Swapents, TaskColumn::OomScoreAdj});
}

// A row of a table from 4.15 on: sizes in pages, page tables in bytes as printed.
inline Task row(std::uint32_t pid, std::int64_t uid, std::uint64_t rss, std::uint64_t pgtables_bytes,
                std::uint64_t swap, int adj, std::string comm = "x") {
  Task task;
  task.pid = pid;
  task.tgid = pid;
  task.uid = uid;
  task.comm = std::move(comm);
  task.rss = Pages{rss};
  task.pgtables = Bytes{pgtables_bytes};
  task.swapents = Pages{swap};
  task.oom_score_adj = adj;
  return task;
}

// A row of a table before 4.15: page tables in pages.
inline Task old_row(std::uint32_t pid, std::int64_t uid, std::uint64_t rss, std::uint64_t nr_ptes, std::uint64_t swap,
                    int adj, std::string comm = "x") {
  Task task = row(pid, uid, rss, 0, swap, adj, std::move(comm));
  task.pgtables.reset();
  task.nr_ptes = Pages{nr_ptes};
  return task;
}

// A whole report of a kernel that killed `victim`.
inline OomEvent whole_event(std::string release, TaskTableLayout layout, std::vector<Task> tasks,
                            std::uint32_t victim) {
  OomEvent event;
  event.completeness.grade = Grade::A;
  event.kernel.release = std::move(release);
  event.outcome = Outcome::Killed;
  event.message = KillMessage::OutOfMemory;
  event.page_size = {4096, Certainty::Derived};
  event.has_task_table = true;
  event.table_layout = std::move(layout);
  event.tasks = std::move(tasks);
  event.victims.emplace_back();
  event.victims.front().pid = victim;
  return event;
}

inline OomEvent on_host(OomEvent event, std::uint64_t ram, std::uint64_t reserved, std::uint64_t swap_kb) {
  event.constraint = Constraint::None;
  event.memory.emplace();
  event.memory->ram = Pages{ram};
  event.memory->reserved = Pages{reserved};
  event.memory->swap_total = Kibibytes{swap_kb};
  return event;
}

// cgroup v2: "memory: usage L, limit L" and "swap: usage 0kB, limit S"; no swap limit: unlimited.
inline OomEvent in_memcg(OomEvent event, std::uint64_t limit_kb, std::optional<std::uint64_t> swap_limit_kb) {
  event.constraint = Constraint::Memcg;
  event.message = KillMessage::MemoryCgroup;
  event.memcg.emplace();
  event.memcg->memory = MemcgCounter{Kibibytes{limit_kb}, Kibibytes{limit_kb}, 1};
  event.memcg->swap = MemcgCounter{};
  if (swap_limit_kb) event.memcg->swap->limit = Kibibytes{*swap_limit_kb};
  return event;
}

}  // namespace oomwhy
