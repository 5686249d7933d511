// The event model: what one kernel OOM report says, and nothing that it does not say. Plain data. An absent optional is
// "the log did not say"; every number keeps the unit in which it was printed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/grammar.hpp"
#include "parser/log_line.hpp"
#include "parser/units.hpp"

namespace oomwhy {

struct Time {
  std::optional<std::int64_t> realtime_us;  // since the epoch; absent where zone or year are unknown
  std::optional<std::int64_t> wall_us;      // see Stamp::wall_us: for distances only
  std::optional<std::int64_t> uptime_us;    // the printk clock
  std::string as_printed;
  Clock clock = Clock::Printk;
  Certainty certainty = Certainty::Stated;

  bool operator==(const Time&) const = default;
};

enum class Trust { Kernel, Userspace, Unknowable };

enum class Constraint { None, Memcg, Cpuset, MemoryPolicy };
enum class Outcome { Killed, NoKillable, Panic, Deadlock, Unknown };

// What a report must have to be whole; the names are the contract's ("missing").
enum class ReportPart { Header, Memory, TaskTable, TaskRows, Constraint, Kill };

// A: header, memory, whole table and ending. B: without the table. C: only kill lines, or a report cut so that the
// table is not proven whole. D: no kernel report, only other programs' word.
enum class Grade { A, B, C, D };

struct Completeness {
  Grade grade = Grade::C;
  std::vector<ReportPart> missing;
  std::uint64_t foreign_lines = 0;  // lines of others that stood inside the report
  std::uint64_t lost_rows = 0;      // rows of the table that were there but could not be read
  // The log says that kernel messages were lost inside this report, or since the one before it: there may have been
  // more reports and more kills.
  bool records_lost = false;
  bool operator==(const Completeness&) const = default;
};

struct KernelIdentity {
  std::optional<std::string> release;  // "6.1.0-56-cloud-amd64"
  std::optional<std::string> tainted;  // as printed, without "Tainted: "
  std::optional<std::string> hardware;
  bool operator==(const KernelIdentity&) const = default;
};

// The task whose allocation failed: seldom the culprit.
struct Trigger {
  std::optional<std::string> comm;
  std::optional<std::uint32_t> pid;     // from the CPU/Pid line, or a task's printk caller id
  std::optional<std::uint32_t> uid;     // 6.11+
  std::optional<std::string> gfp_mask;  // "0x140cca"
  std::vector<std::string> gfp_flags;   // empty: not printed and not certain
  std::optional<int> order;             // -1: sysrq from 4.3 on
  std::optional<int> oom_score_adj;
  std::optional<int> oom_adj;
  bool manual = false;  // sysrq-f
  bool operator==(const Trigger&) const = default;
};

// "memory: usage U, limit L, failcnt N". A limit of 2^50 kB and more is no limit (kernel-formats: 2.4).
struct MemcgCounter {
  Kibibytes usage;
  std::optional<Kibibytes> limit;  // absent: unlimited
  std::uint64_t failcnt = 0;
  bool operator==(const MemcgCounter&) const = default;
};

// One entry of the memory.stat dump, in printed order.
struct MemcgStatEntry {
  std::string key;          // as printed: "anon", "total_rss", "pgfault"
  std::uint64_t value = 0;  // bytes where `is_bytes`, else a count
  bool is_bytes = true;
  std::uint64_t origin_line = 0;
  bool operator==(const MemcgStatEntry&) const = default;
};

struct MemcgReport {
  std::optional<std::string> limiting;  // the cgroup whose limit was hit
  std::optional<std::string> victim;    // the cgroup of the chosen victim
  std::optional<MemcgCounter> memory, swap, memsw, kmem;
  std::vector<MemcgStatEntry> stats;  // of the limiting cgroup's subtree; <= 5.2: of its own line only
  bool operator==(const MemcgReport&) const = default;
};

// Mem-Info's counters of the whole system, in pages as printed.
struct SystemMemory {
  std::optional<Pages> active_anon, inactive_anon, isolated_anon, active_file, inactive_file, isolated_file,
      unevictable, dirty, writeback, unstable, slab_reclaimable, slab_unreclaimable, mapped, shmem, pagetables,
      sec_pagetables, bounce, kernel_misc_reclaimable, free, free_pcp, free_cma;
  std::optional<Pages> slab;              // <= 2.6.31: one figure for both kinds
  std::optional<Pages> active, inactive;  // <= 2.6.27: anon and file together
  std::optional<Pages> pagecache, swap_cache;
  std::optional<Pages> ram, highmem, reserved, cma_reserved, hwpoisoned;
  std::optional<Kibibytes> swap_free, swap_total;
  bool operator==(const SystemMemory&) const = default;
};

// A node's line, kB as printed. Only what the system counters do not have.
struct NodeMemory {
  std::uint32_t node = 0;
  std::optional<Kibibytes> active_anon, inactive_anon, active_file, inactive_file, unevictable, isolated_anon,
      isolated_file, mapped, dirty, writeback, shmem, shmem_thp, shmem_pmdmapped, anon_thp, writeback_tmp, unstable,
      kernel_stack, shadow_call_stack, pagetables, sec_pagetables, balloon, gpu_active, gpu_reclaim;
  std::optional<bool> all_unreclaimable;
  bool operator==(const NodeMemory&) const = default;
};

struct FreeBlocks {
  std::uint32_t order = 0;
  std::uint64_t count = 0;
  std::string types;  // "UME"; empty: not printed
  bool operator==(const FreeBlocks&) const = default;
};

struct ZoneMemory {
  std::optional<std::uint32_t> node;  // absent: a kernel without NUMA
  std::string zone;                   // "DMA32", "Normal", "HighMem"
  std::optional<Kibibytes> free, boost, min, low, high, present, managed, mlocked, free_cma, free_pcp, kernel_stack,
      pagetables, bounce, active_anon, inactive_anon, active_file, inactive_file, unevictable, isolated_anon,
      isolated_file, slab_reclaimable, slab_unreclaimable, shmem, mapped, dirty, writeback, writepending, zspages,
      reserved_highatomic, free_highatomic, active, inactive;
  std::vector<std::uint64_t> lowmem_reserve_pages;
  std::vector<FreeBlocks> free_blocks;
  std::uint64_t origin_line = 0;  // of its first line
  bool operator==(const ZoneMemory&) const = default;
};

struct HugepagePool {
  std::optional<std::uint32_t> node;
  std::uint64_t total = 0, free = 0, surplus = 0;  // huge pages
  Kibibytes page_size;
  bool operator==(const HugepagePool&) const = default;
};

struct SlabUse {
  std::string name;
  Kibibytes used, total;
  bool operator==(const SlabUse&) const = default;
};

struct AllocationSite {
  std::string size_as_printed;
  std::uint64_t count = 0;
  std::string where;  // "mm/slub.c:123 func:alloc_slab_page"
  bool operator==(const AllocationSite&) const = default;
};

struct Task {
  std::uint32_t pid = 0;
  std::optional<std::uint32_t> tgid;
  std::optional<std::int64_t> uid;  // negative as printed means a uid from 2^31 on; renderers print it unsigned
  std::string comm;                 // raw bytes
  std::optional<Pages> total_vm, rss, rss_anon, rss_file, rss_shmem;
  std::optional<Pages> nr_ptes, nr_pmds, nr_puds;  // before 4.15
  std::optional<Bytes> pgtables;                   // from 4.15 on
  std::optional<Pages> swapents;                   // absent before 3.6
  std::optional<int> oom_score_adj, oom_adj;
  std::uint64_t origin_line = 0;
  // From other entries of a journal with this PID (never from the report itself): Derived where PID, name and uid agree
  // before the kill, Assumed by name alone.
  std::optional<std::string> unit, cmdline;
  std::optional<Certainty> unit_certainty;
  bool operator==(const Task&) const = default;
};

enum class VictimRole { Chosen, Child, Sharing, Group };

struct Victim {
  std::uint32_t pid = 0;
  std::string comm;
  std::optional<std::uint32_t> uid;
  std::optional<std::string> cgroup;  // the chosen one's task_memcg, or a memory.oom.group's cgroup
  std::optional<Kibibytes> total_vm, anon_rss, file_rss, shmem_rss, pgtables;
  std::optional<Bytes> rss;  // of all three kinds, as killers outside the kernel print it (VmRSS)
  std::optional<int> oom_score_adj;
  std::optional<std::int64_t> score;  // printed on the "Kill process" line, <= 5.0
  VictimRole role = VictimRole::Chosen;
  std::optional<bool> reaped;    // true: oom_reaper said so; false: it said that it could not; absent: no word
  bool already_exiting = false;  // "is already exiting. Skip killing the task"
  bool exit_in_doubt = false;    // so it is said, but the line of its own kill may be one of those that are lost
  std::uint64_t origin_line = 0;
  bool operator==(const Victim&) const = default;
};

// The process that a "Kill process" line named, where another one was killed in its place (a child, <= 5.0).
struct ChosenInstead {
  std::uint32_t pid = 0;
  std::string comm;
  std::optional<std::int64_t> score;
  bool operator==(const ChosenInstead&) const = default;
};

// Lines that prove something: kept by line number so that a report can quote them.
struct EvidenceLines {
  std::optional<std::uint64_t> invocation, identity, memcg_usage, memcg_swap, memcg_memsw, memcg_kmem, memcg_stats,
      mem_info, system_counters, unevictable, slab_reclaimable, slab_unreclaimable, pagetables, shmem, swap_total,
      pages_ram, pages_reserved, slab_table, task_table, constraint, kill_intent, kill, group_kill, panic, no_killable,
      sysrq, reaper_failure, hugepages, allocation_table;
  bool operator==(const EvidenceLines&) const = default;
};

struct OomEvent {
  Trust trust = Trust::Unknowable;
  Time time;                     // of its first line that has one
  std::optional<Time> ended;     // of its last line
  std::string host;              // empty: not known
  std::string boot_id;           // empty: not known
  std::uint32_t boot_index = 0;  // counts the boots seen in the source; equal means same boot
  Origin origin;                 // the first line
  std::uint64_t last_line = 0;
  std::string last_cursor;
  Completeness completeness;
  KernelIdentity kernel;
  Trigger trigger;
  std::optional<Constraint> constraint;  // absent: no line says it
  std::optional<std::string> nodemask, cpuset,
      mems_allowed;  // of the constraint line, else the header's and cpuset line's
  std::optional<bool> global_oom;
  Outcome outcome = Outcome::Unknown;
  KillMessage message = KillMessage::None;  // of the first kill
  std::optional<PanicReason> panic;
  std::optional<MemcgReport> memcg;
  PageSize page_size;
  std::optional<SystemMemory> memory;  // absent: no Mem-Info was printed
  std::vector<NodeMemory> nodes;
  std::vector<ZoneMemory> zones;
  std::vector<HugepagePool> hugepages;
  std::vector<SlabUse> slabs;  // the unreclaimable slab table, in printed order; empty: not printed
  std::vector<AllocationSite> allocations;
  bool has_task_table = false;   // a header or rows were printed
  TaskTableLayout table_layout;  // columns as printed or inferred
  bool table_layout_inferred = false;
  std::vector<Task> tasks;
  std::optional<ChosenInstead> chosen;             // see there
  std::vector<Victim> victims;                     // the chosen one (or what was killed in its place) first
  std::optional<std::string> group_kill_path;      // memory.oom.group
  std::optional<std::uint64_t> suppressed_before;  // "oom_kill_process: N callbacks suppressed" just before
  EvidenceLines lines;
  std::string raw;  // the report's kernel lines without envelopes, for folding into a report; bounded
  bool raw_cut = false;
};

}  // namespace oomwhy
