// Which fact can come next in an open report: the half of ReportBuilder that only looks.
#include <algorithm>

#include "parser/memcg_figures.hpp"
#include "parser/repeated_line.hpp"
#include "parser/report_builder.hpp"
#include "parser/report_memory.hpp"

namespace oomwhy {

namespace {

constexpr std::int64_t kSecond = 1000000;

// How far apart two lines of one report can be. Slow consoles take seconds for a line, half a minute for a table.
struct Reach {
  std::int64_t back, forward;
};
constexpr Reach kPrintkNext{1 * kSecond, 60 * kSecond};   // the next line of the report
constexpr Reach kPrintkSkip{1 * kSecond, 10 * kSecond};   // with blocks of the report missing between
constexpr Reach kWallNext{120 * kSecond, 300 * kSecond};  // loggers stamp late, and unevenly
constexpr Reach kWallSkip{120 * kSecond, 120 * kSecond};

// The first line of a report begins with a comm, which may have lost its front there: what stood before a newline in
// it, where the log shows no record's bounds, or what looks like the log's own words ("[T77] x", "<4>x", "kernel: x").
bool same_task(const Trigger& trigger, std::string_view comm) {
  if (!trigger.comm || *trigger.comm == comm) return true;
  if (!comm.ends_with(*trigger.comm)) return false;
  return std::string_view("\n >]|;").find(comm[comm.size() - trigger.comm->size() - 1]) != std::string_view::npos;
}

}  // namespace

std::optional<std::int64_t> ReportBuilder::distance(const LogLine& line) const {
  if (last_.uptime_us && line.stamp.uptime_us) return *line.stamp.uptime_us - *last_.uptime_us;
  if (last_.realtime_us && line.stamp.realtime_us) return *line.stamp.realtime_us - *last_.realtime_us;
  if (last_.wall_us && line.stamp.wall_us) return *line.stamp.wall_us - *last_.wall_us;
  return std::nullopt;
}

bool ReportBuilder::is_other_context(const LogLine& line) const {
  if (is_of_process() != (line.transport == Transport::Userspace)) return true;
  if (!line.host.empty() && !event_.host.empty() && line.host != event_.host) return true;
  if (!line.boot_id.empty() && !event_.boot_id.empty() && line.boot_id != event_.boot_id) return true;
  return !line.caller.empty() && !caller_.empty() && line.caller != caller_;
}

bool ReportBuilder::is_too_far(const LogLine& line, int skipped) const {
  const auto apart = distance(line);
  if (!apart) return false;
  const bool printk = last_.uptime_us && line.stamp.uptime_us;
  const bool next = skipped <= 1 && !ended_;
  const Reach reach = printk ? (next ? kPrintkNext : kPrintkSkip) : (next ? kWallNext : kWallSkip);
  return *apart < -reach.back || *apart > reach.forward;
}

ReportBuilder::Fit ReportBuilder::fit(const LogLine& line, const Fact& fact, Block block) const {
  if (is_other_context(line)) return Fit::No;
  // After the end the next report of a loop may begin in the same second with the same words.
  const auto key = ended_ || seen_lines_.empty() ? std::nullopt : repeat_key(line, fact);
  if (key && seen_lines_.contains(*key)) return Fit::Repeat;
  if (is_too_far(line, blocks_between(block_, block))) return Fit::No;
  if (ended_) return fits_after_end(fact) ? Fit::Yes : Fit::No;
  return fits_in_order(fact, block) ? Fit::Yes : Fit::No;
}

// A fragment that other reports have too (a stack, a Mem-Info) is part of an OOM report only if one goes on right
// behind it; the stack of any kernel trace must not be taken for the trigger of a kill that is printed later.
bool ReportBuilder::is_contiguous(Block block) const {
  constexpr std::uint64_t kMostForeign = 3;
  if (pending_foreign_ > kMostForeign) return false;
  return block_ != Block::Header || taken_ == 0 || blocks_between(Block::TaskTable, block) <= 0;
}

// Two neighbouring lines that a logger wrote in the wrong order.
bool ReportBuilder::is_swapped(const Fact& fact) const {
  if (pending_foreign_ > 0) return false;
  if (const auto* invocation = std::get_if<Invocation>(&fact)) {
    return !has_invocation_ && has_identity_ && taken_ == 1 && invocation->comm &&
           same_task(event_.trigger, *invocation->comm);
  }
  const auto* row = std::get_if<TaskRow>(&fact);
  return row != nullptr && block_ == Block::Constraint && tasks_.rows() > 0 &&
         tasks_.known(*row) == TaskTable::Known::No;
}

bool ReportBuilder::fits_in_order(const Fact& fact, Block block) const {
  if (is_swapped(fact)) return true;
  if (taken_ > 0 && blocks_between(block_, block) < 0) return false;
  if (!confirmed_ && !is_contiguous(block)) return false;
  if (kind_ == ReportKind::AllocationFailure && block != Block::Header && block != Block::Memory) return false;
  switch (block) {
    case Block::Header:
      return fits_header(fact);
    case Block::Memcg:
      return fits_memcg(fact);
    case Block::Memory:
      return fits_memory(fact);
    case Block::Tables:
      return fits_tables(fact);
    case Block::TaskTable:
      return fits_task_table(fact);
    case Block::Constraint:
      return !event_.lines.constraint;
    case Block::Ending:
      return fits_ending(fact);
  }
  return false;
}

bool ReportBuilder::fits_header(const Fact& fact) const {
  if (const auto* cpuset = std::get_if<CpusetLine>(&fact)) {
    const bool other_half = event_.cpuset.has_value() != cpuset->cpuset.has_value();
    return same_task(event_.trigger, cpuset->comm) && (!event_.cpuset || other_half);
  }
  if (const auto* identity = std::get_if<TriggerIdentity>(&fact)) {
    return !has_identity_ && same_task(event_.trigger, identity->comm);
  }
  if (const auto* hardware = std::get_if<HardwareName>(&fact)) {
    return !event_.kernel.hardware || *event_.kernel.hardware == hardware->name;
  }
  return std::holds_alternative<StackLine>(fact) || taken_ == 0;
}

bool ReportBuilder::fits_memcg(const Fact& fact) const {
  if (std::holds_alternative<MemcgStat>(fact)) return in_stats_;
  if (const auto* usage = std::get_if<MemcgUsage>(&fact)) {
    const auto slot = counter_slot(usage->counter);
    return !event_.memcg || !((*event_.memcg).*slot) || ((*event_.memcg).*slot)->usage == usage->usage;
  }
  if (const auto* killed = std::get_if<MemcgKilledTask>(&fact)) {
    const bool had_victim = event_.memcg && event_.memcg->victim && killed->victim_path;
    return !had_victim && !(limit_path_ && killed->limit_path);
  }
  if (std::holds_alternative<MemcgLimitReached>(fact)) return !limit_path_;
  return true;  // one stats line for each cgroup of the subtree, <= 5.2
}

bool ReportBuilder::fits_memory(const Fact& fact) const {
  if (std::holds_alternative<MemInfoStart>(fact)) return !has_mem_info_start_ && !event_.memory;
  if (const auto* counters = std::get_if<SystemCounters>(&fact)) return fits(event_, *counters);
  if (const auto* node = std::get_if<NodeCounters>(&fact)) return fits(event_, *node);
  if (const auto* zone = std::get_if<ZoneCounters>(&fact)) return fits(event_, *zone);
  if (const auto* buddies = std::get_if<BuddyList>(&fact)) return fits(event_, *buddies);
  if (const auto* pool = std::get_if<Hugepages>(&fact)) return fits(event_, *pool);
  if (const auto* total = std::get_if<SystemTotalLine>(&fact)) return fits(event_, *total);
  return true;
}

bool ReportBuilder::fits_tables(const Fact& fact) const {
  if (std::holds_alternative<SlabRow>(fact)) return in_slab_table_;
  if (std::holds_alternative<AllocationRow>(fact)) return in_allocation_table_;
  return true;
}

bool ReportBuilder::fits_task_table(const Fact& fact) const {
  if (const auto* row = std::get_if<TaskRow>(&fact)) return tasks_.known(*row) != TaskTable::Known::Different;
  // One row may have come before its header in the wrong order; more are the end of another table.
  if (std::holds_alternative<TaskTableTitle>(fact)) return !has_title_ && tasks_.rows() <= 1;
  if (std::holds_alternative<TaskTableHeader>(fact)) return !tasks_.has_layout() && tasks_.rows() <= 1;
  return true;
}

bool ReportBuilder::fits_ending(const Fact& fact) const {
  const auto named = victims_.constraint_pid();
  const auto intended = victims_.intended_pid();
  if (const auto* intent = std::get_if<KillIntent>(&fact)) return !intended && (!named || *named == intent->pid);
  if (const auto* killed = std::get_if<Killed>(&fact)) {
    // Between the two lines a child can take the place of the chosen one, but only where an intent was printed.
    return intended || !named || *named == killed->pid;
  }
  if (const auto* exiting = std::get_if<AlreadyExiting>(&fact)) return !named || *named == exiting->pid;
  if (const auto* panic = std::get_if<Panic>(&fact)) return panic->reason != PanicReason::Other;
  if (std::holds_alternative<NoKillable>(fact)) return !named && !intended;
  return true;
}

// What still belongs to a kill that was printed: the rest of its group, those who share its memory, a repeated word.
bool ReportBuilder::fits_after_end(const Fact& fact) const {
  if (const auto* killed = std::get_if<Killed>(&fact)) {
    return victims_.has(killed->pid) || victims_.group_announced();
  }
  if (const auto* exiting = std::get_if<AlreadyExiting>(&fact)) {
    return victims_.has(exiting->pid) || victims_.group_announced();
  }
  if (const auto* constraint = std::get_if<ConstraintSummary>(&fact)) {
    return !event_.lines.constraint && constraint->pid && victims_.has(*constraint->pid);
  }
  if (const auto* intent = std::get_if<KillIntent>(&fact)) {
    return !victims_.intended_pid() && victims_.has(intent->pid) && pending_foreign_ == 0;
  }
  if (std::holds_alternative<GroupKill>(fact)) return victims_.any_killed() && !victims_.group_announced();
  if (std::holds_alternative<SharingMm>(fact)) return victims_.any_killed();
  if (const auto* panic = std::get_if<Panic>(&fact)) {
    return event_.outcome == Outcome::NoKillable ? panic->reason != PanicReason::Other : event_.panic == panic->reason;
  }
  return std::holds_alternative<MmPinned>(fact);
}

// Whether a global or a memory cgroup's report is going on, as far as its blocks show: kernels from 3.9 on print either
// Mem-Info or the cgroup's figures, never both.
int ReportBuilder::speaks_for_memcg(bool memcg) const {
  const bool shows_memcg = event_.memcg && event_.memcg->memory;
  if (shows_memcg) return memcg ? 1 : -1;
  if (event_.memory) return memcg ? -1 : 1;
  return 0;
}

int ReportBuilder::relation(const Fact& fact) const {
  const auto knows = [this](std::uint32_t pid) {
    return tasks_.has_process(pid) || victims_.constraint_pid() == pid || victims_.intended_pid() == pid ||
                   victims_.has(pid)
               ? 2
               : 0;
  };
  const auto by_message = [this](KillMessage message) {
    return message == KillMessage::None ? 0 : speaks_for_memcg(message == KillMessage::MemoryCgroup);
  };
  const auto same_comm = [this](std::string_view comm) {
    return event_.trigger.comm && same_task(event_.trigger, comm) ? 1 : 0;
  };
  if (const auto* identity = std::get_if<TriggerIdentity>(&fact)) return same_comm(identity->comm);
  if (const auto* cpuset = std::get_if<CpusetLine>(&fact)) return same_comm(cpuset->comm);
  const bool awaits_header = has_title_ && !tasks_.has_layout();
  if (std::holds_alternative<TaskTableHeader>(fact)) return awaits_header ? 1 : 0;
  if (const auto* row = std::get_if<TaskRow>(&fact)) {
    if (!tasks_.has_layout()) return -1;
    return event_.trigger.pid == row->pid ? 1 : 0;
  }
  if (std::holds_alternative<MemInfoStart>(fact)) return std::min(speaks_for_memcg(false), 0);
  if (const auto* constraint = std::get_if<ConstraintSummary>(&fact)) {
    const int scope = constraint->global_oom || constraint->oom_memcg ? speaks_for_memcg(!constraint->global_oom) : 0;
    const bool same_path = constraint->oom_memcg && stats_path_ == *constraint->oom_memcg;
    return scope + (same_path ? 2 : 0) + (constraint->pid ? knows(*constraint->pid) : 0);
  }
  if (const auto* intent = std::get_if<KillIntent>(&fact)) return knows(intent->pid) + by_message(intent->message);
  if (const auto* killed = std::get_if<Killed>(&fact)) return knows(killed->pid) + by_message(killed->message);
  if (const auto* exiting = std::get_if<AlreadyExiting>(&fact)) return knows(exiting->pid);
  return 0;
}

}  // namespace oomwhy
