// Cases of the decision table, written by hand: a host of 16 GiB or a cgroup, and what holds its memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "report/analysis.hpp"
#include "report/rules.hpp"
#include "tests/report/make_event.hpp"

namespace oomwhy {

constexpr std::uint64_t kMiB = 256;          // pages
constexpr std::uint64_t kGiB = 1024 * kMiB;  // pages

// 16 GiB, 0.25 GiB of it reserved, no swap; all counters 0: a case sets what it is about. RAM is in one zone, below its
// minimum.
inline OomEvent host_of_16_gib(std::vector<Task> tasks, std::uint32_t victim) {
  OomEvent event =
      on_host(whole_event("6.1.0-56-amd64", table_of_4_15(), std::move(tasks), victim), 16 * kGiB, kGiB / 4, 0);
  event.origin = {"kern.log", 10, ""};
  event.last_line = 99;
  event.lines.constraint = 90;
  event.lines.kill = 91;
  event.lines.system_counters = 20;
  event.lines.swap_total = 30;
  event.lines.task_table = 40;
  SystemMemory& memory = *event.memory;
  memory.swap_free = Kibibytes{0};
  for (auto* counter : {&memory.active_anon, &memory.inactive_anon, &memory.isolated_anon, &memory.active_file,
                        &memory.inactive_file, &memory.isolated_file, &memory.unevictable, &memory.dirty,
                        &memory.writeback, &memory.slab_reclaimable, &memory.slab_unreclaimable, &memory.mapped,
                        &memory.shmem, &memory.pagetables, &memory.bounce, &memory.free, &memory.free_pcp}) {
    *counter = Pages{0};
  }
  event.trigger.order = 0;
  event.trigger.comm = "nginx";
  event.trigger.gfp_flags = {"GFP_HIGHUSER_MOVABLE"};
  for (std::size_t i = 0; i < event.tasks.size(); ++i) {
    event.tasks[i].origin_line = 41 + i;
    event.tasks[i].total_vm = Pages{event.tasks[i].rss->count + 1000};
    if (event.tasks[i].pid == victim) {
      event.victims.front().comm = event.tasks[i].comm;
      event.victims.front().cgroup = "/system.slice/" + event.tasks[i].comm + ".service";
    }
  }
  return event;
}

// Anonymous memory on the LRU: what the tasks' rows come to where nothing is shared.
inline OomEvent with_anon(OomEvent event, std::uint64_t pages) {
  event.memory->inactive_anon = Pages{pages};
  return event;
}

inline OomEvent with_own_anon(OomEvent event) {
  std::uint64_t sum = 0;
  for (const Task& task : event.tasks) {
    sum += task.rss->count;
  }
  return with_anon(std::move(event), sum);
}

inline ZoneMemory zone(std::string name, std::uint64_t free_kb, std::uint64_t min_kb, std::uint64_t managed_kb) {
  ZoneMemory zone;
  zone.node = 0;
  zone.zone = std::move(name);
  zone.free = Kibibytes{free_kb};
  zone.min = Kibibytes{min_kb};
  zone.low = Kibibytes{min_kb + min_kb / 4};
  zone.high = Kibibytes{min_kb + min_kb / 2};
  zone.managed = Kibibytes{managed_kb};
  zone.present = Kibibytes{managed_kb};
  return zone;
}

// `count` tasks of one name, PIDs in a row.
inline std::vector<Task> pool(std::uint32_t first_pid, std::size_t count, std::uint64_t rss, const std::string& comm,
                              std::int64_t uid = 33) {
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back(row(first_pid + static_cast<std::uint32_t>(i), uid, rss, 4096, 0, 0, comm));
  }
  return tasks;
}

inline std::vector<Task> join(std::vector<Task> a, const std::vector<Task>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A cgroup v2 with a limit, its statistics in bytes.
inline OomEvent cgroup_case(std::vector<Task> tasks, std::uint32_t victim, std::uint64_t limit_kb,
                            const std::string& limiting, const std::string& victims_path) {
  OomEvent event = in_memcg(whole_event("6.1.0-56-amd64", table_of_4_15(), std::move(tasks), victim), limit_kb, 0);
  event.origin = {"kern.log", 10, ""};
  event.lines.constraint = 90;
  event.lines.kill = 91;
  event.lines.memcg_usage = 20;
  event.lines.memcg_stats = 23;
  event.memcg->limiting = limiting;
  event.memcg->victim = victims_path;
  event.victims.front().cgroup = victims_path;
  for (std::size_t i = 0; i < event.tasks.size(); ++i) {
    event.tasks[i].origin_line = 41 + i;
    if (event.tasks[i].pid == victim) {
      event.victims.front().comm = event.tasks[i].comm;
    }
  }
  return event;
}

inline OomEvent with_stat(OomEvent event, std::string key, std::uint64_t bytes) {
  event.memcg->stats.push_back({std::move(key), bytes, true});
  return event;
}

// Events of one boot, one after another in one log.
inline std::vector<OomEvent> ten_seconds_apart(std::vector<OomEvent> events) {
  std::int64_t seconds = 1000;
  for (OomEvent& event : events) {
    seconds += 10;
    event.time.uptime_us = seconds * 1'000'000;
    event.origin.line += static_cast<std::uint64_t>(seconds);
  }
  return events;
}

// What the whole judgement says of events that are one incident.
inline Incident judge(std::vector<OomEvent> events) {
  Document document = analyse(std::vector<InputSummary>{}, std::move(events));
  return std::move(document.incidents.front());
}

inline Incident judge(OomEvent event) { return judge(std::vector<OomEvent>{std::move(event)}); }

inline std::vector<Finding> findings_of(const OomEvent& event) {
  const EventAnalysis analysis = analyse(event);
  return apply_rules(set_scene(event, analysis));
}

inline bool fires(const OomEvent& event, std::string_view rule) {
  const std::vector<Finding> findings = findings_of(event);
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& one) { return one.evidence.rule == rule; });
}

}  // namespace oomwhy
