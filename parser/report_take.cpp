// What a fact adds to an open report: the half of ReportBuilder that writes.
#include "parser/event_time.hpp"
#include "parser/gfp.hpp"
#include "parser/memcg_figures.hpp"
#include "parser/repeated_line.hpp"
#include "parser/report_builder.hpp"
#include "parser/report_memory.hpp"

namespace oomwhy {

namespace {

constexpr std::size_t kMostStats = 512;    // entries of a memory.stat dump
constexpr std::size_t kMostSlabs = 8192;   // rows of a slab or allocation table
constexpr std::size_t kMostLines = 65536;  // remembered to know a line that is logged twice
constexpr std::size_t kMostDamaged = 100;  // rows that get a diagnostic each; all are counted

std::optional<std::string> own(const std::optional<std::string_view>& view) {
  if (!view) return std::nullopt;
  return std::string(*view);
}

template <typename Value>
void fill(std::optional<Value>& slot, const std::optional<Value>& value) {
  if (!slot) slot = value;
}

void fill(std::optional<std::string>& slot, const std::optional<std::string_view>& value) {
  if (!slot && value) slot = std::string(*value);
}

std::optional<Constraint> to_constraint(std::string_view printed) {
  if (printed == "CONSTRAINT_NONE") return Constraint::None;
  if (printed == "CONSTRAINT_MEMCG") return Constraint::Memcg;
  if (printed == "CONSTRAINT_CPUSET") return Constraint::Cpuset;
  if (printed == "CONSTRAINT_MEMORY_POLICY") return Constraint::MemoryPolicy;
  return std::nullopt;
}

// printk's caller id of a task: "T123".
std::optional<std::uint32_t> task_of(std::string_view caller) {
  if (caller.size() < 2 || caller.front() != 'T') return std::nullopt;
  std::uint64_t pid = 0;
  for (const char digit : caller.substr(1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    pid = pid * 10 + static_cast<std::uint64_t>(digit - '0');
    if (pid > 4194304) return std::nullopt;  // PID_MAX_LIMIT
  }
  return static_cast<std::uint32_t>(pid);
}

// "oom_memcg=/x,task_memcg=/x/k,task_memcg=/x,task_memcg=/x/k/y": where a cgroup is called like the field behind it,
// the limit may end in more than one place. "Memory cgroup stats for" has its path alone.
ConstraintSummary with_limit(ConstraintSummary fact, const std::optional<std::string>& stats_path) {
  constexpr std::string_view words = ",task_memcg=";
  if (!fact.oom_memcg || !fact.task_memcg || !stats_path) return fact;
  // One stands behind the other in the line.
  const char* begin = fact.oom_memcg->data();
  const std::string_view both(begin,
                              static_cast<std::size_t>(fact.task_memcg->data() - begin) + fact.task_memcg->size());
  const std::string limit = *stats_path + std::string(words);
  if (!both.starts_with(limit)) return fact;
  fact.oom_memcg = both.substr(0, stats_path->size());
  fact.task_memcg = both.substr(limit.size());
  return fact;
}

}  // namespace

struct ReportBuilder::Visitor {
  ReportBuilder& report;
  const LogLine& line;
  OomEvent& event = report.event_;

  void end() const { report.ended_ = true; }
  void confirm() const { report.confirmed_ = true; }

  // --- header ---
  void operator()(const Invocation& fact) const {
    confirm();
    report.has_invocation_ = true;
    event.lines.invocation = line.line;
    Trigger& trigger = event.trigger;
    fill(trigger.comm, fact.comm);
    fill(trigger.gfp_mask, fact.gfp_mask);
    if (fact.gfp_flags) trigger.gfp_flags = split_gfp_flags(*fact.gfp_flags);
    fill(trigger.order, fact.order);
    fill(trigger.oom_score_adj, fact.oom_score_adj);
    fill(trigger.oom_adj, fact.oom_adj);
    fill(trigger.pid, task_of(line.caller));
    fill(event.nodemask, fact.nodemask);
    if (fact.order == -1) trigger.manual = true;
  }
  void operator()(const CpusetLine& fact) const {
    fill(event.cpuset, fact.cpuset);
    fill(event.mems_allowed, fact.mems_allowed);
  }
  void operator()(const TriggerIdentity& fact) const {
    report.has_identity_ = true;
    event.lines.identity = line.line;
    event.trigger.pid = fact.pid;
    fill(event.trigger.uid, fact.uid);
    // The longer one of the two: see same_task() in report_fit.cpp.
    if (!event.trigger.comm || event.trigger.comm->size() < fact.comm.size())
      event.trigger.comm = std::string(fact.comm);
    event.kernel.tainted = own(fact.tainted);
    event.kernel.release = own(fact.release);
  }
  void operator()(const HardwareName& fact) const { event.kernel.hardware = std::string(fact.name); }
  void operator()(const StackLine& fact) const { event.trigger.manual = event.trigger.manual || fact.sysrq; }

  // --- memory cgroup ---
  void operator()(const MemcgKilledTask& fact) const {
    confirm();
    MemcgReport& memcg = report.memcg();
    fill(memcg.victim, fact.victim_path);
    fill(memcg.limiting, fact.limit_path);
    fill(report.limit_path_, fact.limit_path);
  }
  void operator()(const MemcgLimitReached& fact) const {
    confirm();
    report.memcg().limiting = std::string(fact.path);
    report.limit_path_ = std::string(fact.path);
  }
  void operator()(const MemcgUsage& fact) const {
    confirm();
    report.memcg().*counter_slot(fact.counter) = to_counter(fact);
    if (is_unlimited(fact.limit)) report.unlimited_kb_ = fact.limit.count;
    if (fact.counter == MemoryCounter::Memory) event.lines.memcg_usage = line.line;
    if (fact.counter == MemoryCounter::Swap) event.lines.memcg_swap = line.line;
    if (fact.counter == MemoryCounter::MemorySwap) event.lines.memcg_memsw = line.line;
    if (fact.counter == MemoryCounter::Kmem) event.lines.memcg_kmem = line.line;
  }
  void operator()(const MemcgStatsHeader& fact) const {
    confirm();
    report.in_stats_ = fact.inline_stats_kb.empty();
    fill(report.stats_path_, fact.path);
    MemcgReport& memcg = report.memcg();
    // One line for each cgroup of the subtree, the limiting one's own first.
    if (!memcg.stats.empty()) return;
    event.lines.memcg_stats = line.line;
    for (const CounterPair& pair : fact.inline_stats_kb) {
      memcg.stats.push_back({std::string(pair.key), saturating_multiply(pair.value, 1024), true, line.line});
    }
  }
  void operator()(const MemcgStat& fact) const {
    auto& stats = report.memcg().stats;
    if (stats.size() < kMostStats) {
      stats.push_back({std::string(fact.key), fact.value, memcg_stat_is_bytes(fact.key), line.line});
    }
  }

  // --- Mem-Info ---
  void operator()(const MemInfoStart&) const {
    report.has_mem_info_start_ = true;
    event.lines.mem_info = line.line;
    if (!event.memory) event.memory.emplace();
  }
  void operator()(const SystemCounters& fact) const { add(event, fact, line.line); }
  void operator()(const NodeCounters& fact) const { add(event, fact); }
  void operator()(const ZoneCounters& fact) const { add(event, fact, line.line); }
  void operator()(const LowmemReserve& fact) const { add(event, fact); }
  void operator()(const BuddyList& fact) const { add(event, fact, report.buddy_page_bytes_); }
  void operator()(const Hugepages& fact) const {
    fill(event.lines.hugepages, std::optional(line.line));
    add(event, fact);
  }
  void operator()(const SystemTotalLine& fact) const {
    if (fact.what == SystemTotal::TotalSwapKb) event.lines.swap_total = line.line;
    if (fact.what == SystemTotal::PagesRam) event.lines.pages_ram = line.line;
    if (fact.what == SystemTotal::PagesReserved) event.lines.pages_reserved = line.line;
    add(event, fact);
  }
  void operator()(const MemInfoOther&) const {}

  // --- tables behind it ---
  void operator()(const SlabTableStart&) const {
    report.in_slab_table_ = true;
    report.in_allocation_table_ = false;
    fill(event.lines.slab_table, std::optional(line.line));
  }
  void operator()(const SlabRow& fact) const {
    if (event.slabs.size() < kMostSlabs) event.slabs.push_back({std::string(fact.name), fact.used, fact.total});
  }
  void operator()(const AllocationTableStart&) const {
    report.in_allocation_table_ = true;
    report.in_slab_table_ = false;
    event.lines.allocation_table = line.line;
  }
  void operator()(const AllocationRow& fact) const {
    if (event.allocations.size() >= kMostSlabs) return;
    event.allocations.push_back({std::string(fact.size_as_printed), fact.count, std::string(fact.where)});
  }
  void operator()(const CgroupProtection&) const {}

  // --- task table ---
  void operator()(const TaskTableTitle&) const {
    confirm();
    report.has_title_ = true;
    event.lines.task_table = line.line;
  }
  void operator()(const TaskTableHeader& fact) const {
    confirm();
    fill(event.lines.task_table, std::optional(line.line));
    report.tasks_.set_layout(fact.layout);
    report.layout_cut_ = fact.cut;
  }
  void operator()(const TaskRow& fact) const {
    if (report.tasks_.known(fact) != TaskTable::Known::No) return;
    if (!report.tasks_.has_layout()) fill(event.lines.task_table, std::optional(line.line));
    Damaged why;
    const bool taken = report.tasks_.take(fact, line.line, why);
    if (!taken && report.damaged_rows_.size() < kMostDamaged)
      report.damaged_rows_.push_back({line.line, std::move(why)});
  }

  // --- who and why ---
  void operator()(const ConstraintSummary& printed) const {
    confirm();
    const ConstraintSummary fact = with_limit(printed, report.stats_path_);
    event.lines.constraint = line.line;
    if (fact.constraint) event.constraint = to_constraint(*fact.constraint);
    if (fact.nodemask) event.nodemask = own(fact.nodemask);
    if (fact.cpuset) event.cpuset = own(fact.cpuset);
    if (fact.mems_allowed) event.mems_allowed = own(fact.mems_allowed);
    if (fact.global_oom) event.global_oom = true;
    if (fact.oom_memcg) {
      event.global_oom = false;
      report.memcg().limiting = own(fact.oom_memcg);
    }
    report.victims_.name(fact, line.line);
  }
  void operator()(const KillIntent& fact) const {
    confirm();
    event.lines.kill_intent = line.line;
    report.victims_.name(fact, line.line);
  }
  void operator()(const Killed& fact) const {
    confirm();
    fill(event.lines.kill, std::optional(line.line));
    // "<message>: Killed process" with shmem-rss is 5.1 and later, or EL8, which prints a cpuset line of its own.
    const bool one_line = fact.message != KillMessage::None && fact.shmem_rss && !report.victims_.intended_pid();
    report.constraint_era_ = fact.pgtables || (one_line && report.has_invocation_ && !event.cpuset);
    report.victims_.kill(fact, line.line);
    end();
  }
  void operator()(const SharingMm& fact) const {
    confirm();
    report.victims_.share(fact, line.line);
  }
  void operator()(const GroupKill& fact) const {
    confirm();
    event.lines.group_kill = line.line;
    report.victims_.kill_group(fact.path);
    end();
  }
  void operator()(const AlreadyExiting& fact) const {
    confirm();
    fill(event.lines.kill, std::optional(line.line));
    report.victims_.skip(fact, line.line);
    end();
  }
  void operator()(const WouldHaveKilled&) const {
    confirm();
    end();
  }
  void operator()(const MmPinned&) const {}
  void operator()(const NoKillable&) const {
    confirm();
    event.lines.no_killable = line.line;
    event.outcome = Outcome::NoKillable;
    end();
  }
  void operator()(const Panic& fact) const {
    confirm();
    if (event.panic) return;
    event.lines.panic = line.line;
    event.panic = fact.reason;
    event.outcome = fact.reason == PanicReason::PanicOnOom ? Outcome::Panic : Outcome::Deadlock;
    end();
  }

  // Not a report's own lines; the assembler deals with them.
  template <typename Other>
  void operator()(const Other&) const {}
};

void ReportBuilder::take(const LogLine& line, const Fact& fact, Block block) {
  note_gap(block);
  if (taken_ > 0 && block == Block::TaskTable && blocks_between(block_, block) < 0) table_broken_ = true;
  // Lines with finer stamps never come here twice: see RecentLines.
  if (!is_exact(line.stamp) && seen_lines_.size() < kMostLines) {
    if (const auto key = repeat_key(line, fact)) seen_lines_.insert(*key);
  }
  if (!ended_) block_ = block;
  step_ = step_of(fact);
  if (!std::holds_alternative<MemcgStat>(fact) && !std::holds_alternative<MemcgStatsHeader>(fact)) in_stats_ = false;
  std::visit(Visitor{*this, line}, fact);
  note_line(line);
}

}  // namespace oomwhy
