// Facts of the lines that say which process was killed, and what became of it. Views point into the classified line;
// for `cut` see parser/facts_report.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "parser/units.hpp"

namespace oomwhy {

// The words in front of a kill (mm/oom_kill.c, `message` of oom_kill_process()).
enum class KillMessage {
  None,            // "Killed process" alone: <= 5.0, the reason stood on the "Kill process" line
  OutOfMemory,     // "Out of memory"
  MemoryCgroup,    // "Memory cgroup out of memory"
  AllocatingTask,  // "Out of memory (oom_kill_allocating_task)"
  MempolicyBind,   // "No available memory (MPOL_BIND)", <= 2.6.35
  Cpuset,          // "No available memory in cpuset", <= 2.6.23
};

// "<message>: Kill process N (x) score S or sacrifice child", <= 5.0.
struct KillIntent {
  KillMessage message = KillMessage::OutOfMemory;
  std::uint32_t pid = 0;
  std::string_view comm;
  std::optional<std::int64_t> score;
  bool cut = false;
};

// "[<message>: ]Killed process N (x) …" in every wording.
struct Killed {
  KillMessage message = KillMessage::None;
  std::uint32_t pid = 0;
  std::string_view comm;
  std::optional<std::uint32_t> uid;
  std::optional<Kibibytes> total_vm, anon_rss, file_rss, shmem_rss, pgtables;
  std::optional<int> oom_score_adj;
  bool cut = false;
  bool out_of_range = false;
};

// "Kill process N (x) sharing same memory".
struct SharingMm {
  std::uint32_t pid = 0;
  std::string_view comm;
};

// "Tasks in /a are going to be killed due to memory.oom.group set".
struct GroupKill {
  std::string_view path;
};

// "<message>: OOM victim N (x) is already exiting. Skip killing the task".
struct AlreadyExiting {
  KillMessage message = KillMessage::OutOfMemory;
  std::uint32_t pid = 0;
  std::string_view comm;
};

// "Would have killed process N (x). But continuing instead.", EL6.
struct WouldHaveKilled {
  std::uint32_t pid = 0;
  std::string_view comm;
};

// "oom killer N (x) has mm pinned by M (y)": the first of the two.
struct MmPinned {
  std::uint32_t pid = 0;
  std::string_view comm;
};

// "oom_reaper: reaped process N (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB".
struct Reaped {
  std::uint32_t pid = 0;
  std::string_view comm;
  std::optional<Kibibytes> anon_rss, file_rss, shmem_rss;
  bool cut = false;
};

// "oom_reaper: unable to reap pid:N (x)".
struct UnableToReap {
  std::uint32_t pid = 0;
  std::string_view comm;
};

}  // namespace oomwhy
