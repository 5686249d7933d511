// Every line number that an event keeps, for those who count lines otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "parser/event.hpp"

namespace oomwhy {

// `visit` gets each one by reference; 0 and absent ones (no such line) are left out.
template <typename Visit>
void visit_lines(EvidenceLines& lines, const Visit& visit) {
  using Line = std::optional<std::uint64_t>;
  const std::array all = {
      &lines.invocation,      &lines.identity,    &lines.memcg_usage,      &lines.memcg_swap,
      &lines.memcg_memsw,     &lines.memcg_kmem,  &lines.memcg_stats,      &lines.mem_info,
      &lines.system_counters, &lines.unevictable, &lines.slab_reclaimable, &lines.slab_unreclaimable,
      &lines.pagetables,      &lines.shmem,       &lines.swap_total,       &lines.pages_ram,
      &lines.pages_reserved,  &lines.slab_table,  &lines.task_table,       &lines.constraint,
      &lines.kill_intent,     &lines.kill,        &lines.group_kill,       &lines.panic,
      &lines.no_killable,     &lines.sysrq,       &lines.reaper_failure,   &lines.hugepages,
      &lines.allocation_table};
  static_assert(sizeof(EvidenceLines) == all.size() * sizeof(Line), "a line is missing here");
  for (Line* line : all) {
    if (*line) visit(**line);
  }
}

template <typename Visit>
void visit_lines(OomEvent& event, const Visit& visit) {
  const auto unless_none = [&](std::uint64_t& line) {
    if (line > 0) visit(line);
  };
  unless_none(event.origin.line);
  unless_none(event.last_line);
  for (Task& task : event.tasks) unless_none(task.origin_line);
  for (Victim& victim : event.victims) unless_none(victim.origin_line);
  for (ZoneMemory& zone : event.zones) unless_none(zone.origin_line);
  if (event.memcg) {
    for (MemcgStatEntry& entry : event.memcg->stats) unless_none(entry.origin_line);
  }
  visit_lines(event.lines, visit);
}

}  // namespace oomwhy
