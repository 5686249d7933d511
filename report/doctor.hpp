// What is wrong with a host before its next OOM kill: can it explain one, and is its policy sane? Facts in, findings
// out. A fact that could not be read is a finding of its own, never taken for a good one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/units.hpp"
#include "report/renderer.hpp"
#include "report/unit_policy.hpp"

namespace oomwhy {

// A cgroup's memory.max, where it is a number.
struct CgroupLimit {
  std::string cgroup;
  Bytes limit;
};

// /proc/pressure/memory: percent of the last ten seconds and of the last five minutes.
struct MemoryPressure {
  double some_10s = 0.0, full_10s = 0.0, some_5min = 0.0, full_5min = 0.0;
};

enum class JournalStorage { Persistent, Volatile, None };

// Processes that the kernel may not kill (oom_score_adj -1000), and all of them, as /proc shows them.
struct ProtectedMemory {
  std::size_t processes = 0, protected_processes = 0;
  Bytes resident, protected_resident;
};

// Absent: could not be read. Of an image (a root without a /proc of its own) nothing is known that only a running
// kernel tells.
struct HostFacts {
  std::string root;  // "/" for this host
  bool image = false;
  std::optional<Bytes> ram, swap, log_buffer;
  std::optional<ProtectedMemory> processes;
  std::optional<int> oom_dump_tasks, oom_kill_allocating_task, panic_on_oom, overcommit_memory;
  std::optional<int> cgroup_version;
  std::optional<MemoryPressure> pressure;
  std::optional<JournalStorage> journal_storage;
  std::optional<bool> journal_readable, ring_readable;
  std::optional<std::string> max_level_store;  // of journald.conf, lower case
  bool read_kmsg_off = false;                  // journald.conf: ReadKMsg=no
  std::optional<std::vector<UnitPolicy>> units;
  std::vector<CgroupLimit> limits;           // of the top-level units that run
  std::vector<std::string> enabled_killers;  // "earlyoom.service"
};

enum class Severity { Problem, Warning, Unknown };

struct HostFinding {
  std::string id;  // "oom-dump-tasks": stable
  Severity severity = Severity::Problem;
  std::string what, why;
  std::string command;  // mends it, or finds out; a person runs it
};

struct Diagnosis {
  std::string root;
  std::vector<HostFinding> findings;     // problems first, then warnings, then what is unknown
  std::vector<std::string> checked;      // the ids of all checks made
  std::vector<std::string> not_checked;  // those that only a running system can answer, of an image
  std::optional<MemoryPressure> pressure;
};

Diagnosis examine(const HostFacts& facts);

// "problem", "warning", "unknown": in JSON and on the screen.
std::string_view spell(Severity severity);

// "3G", "512M", "40%" as systemd reads them (powers of 1024; a share is of `ram`). Absent: infinity, or no size.
std::optional<Bytes> parse_unit_size(const std::string& text, const std::optional<Bytes>& ram);

std::string render_diagnosis(const Diagnosis& diagnosis, const TextStyle& style);
std::string render_diagnosis_json(const Diagnosis& diagnosis);

}  // namespace oomwhy
