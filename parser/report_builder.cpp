#include "parser/report_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "parser/contradictions.hpp"
#include "parser/event_time.hpp"
#include "parser/gfp.hpp"
#include "parser/grade.hpp"
#include "parser/page_size.hpp"

namespace oomwhy {

namespace {

constexpr std::size_t kMostRaw = std::size_t{256} * 1024;

bool has_time(const Time& time) {
  return !time.as_printed.empty() || time.uptime_us || time.realtime_us || time.wall_us;
}

}  // namespace

ReportBuilder::ReportBuilder(ReportKind kind, const std::string& source, const LogLine& first, Trust trust,
                             std::uint32_t boot_index, const Prelude& prelude)
    : kind_(kind), source_(source) {
  event_.trust = trust;
  event_.boot_index = boot_index;
  event_.host = std::string(first.host);
  event_.boot_id = std::string(first.boot_id);
  event_.origin = Origin{source, first.line, std::string(first.cursor)};
  event_.trigger.manual = prelude.manual;
  if (prelude.manual) event_.lines.sysrq = prelude.sysrq_line;
  event_.suppressed_before = prelude.suppressed;
  event_.completeness.records_lost = prelude.records_lost;
}

void ReportBuilder::note_line(const LogLine& line) {
  ++taken_;
  event_.completeness.foreign_lines += pending_foreign_;
  pending_foreign_ = 0;
  event_.last_line = line.line;
  event_.last_cursor.assign(line.cursor);
  if (event_.host.empty()) event_.host = std::string(line.host);
  if (caller_.empty()) caller_ = std::string(line.caller);
  if (line.transport == Transport::Unknown && event_.trust == Trust::Kernel) event_.trust = Trust::Unknowable;
  if (has_stamp(line.stamp)) {
    const bool first = !has_time(last_);
    set_time(last_, line.stamp);
    if (first) event_.time = last_;
  }
  if (event_.raw.size() + line.text.size() + 1 > kMostRaw) {
    event_.raw_cut = true;
  } else if (!event_.raw_cut) {
    event_.raw.append(line.text);
    event_.raw.push_back('\n');
  }
}

void ReportBuilder::pass_over_unknown(const LogLine& line) {
  ++pending_foreign_;
  if (unknown_line_ != 0) return;
  unknown_line_ = line.line;
  unknown_text_ = std::string(line.text.substr(0, 80));
}

void ReportBuilder::lose_lines() {
  hole_pending_ = true;
  // What is lost behind its end is said of the next one.
  if (!ended_) event_.completeness.records_lost = true;
}

void ReportBuilder::lose_record() {
  hole_pending_ = true;
  if (block_ == Block::TaskTable && !ended_) tasks_.lose_row();
}

void ReportBuilder::note_gap(Block block) {
  if (!hole_pending_ && !elision_pending_) return;
  if (block_ == Block::TaskTable) table_broken_ = true;
  if (blocks_between(block_, block) > 0 || hole_pending_) gap_ = true;
  hole_pending_ = elision_pending_ = false;
}

MemcgReport& ReportBuilder::memcg() {
  if (!event_.memcg) event_.memcg.emplace();
  return *event_.memcg;
}

void ReportBuilder::damage(const LogLine& line, const Damaged& why) {
  if (why.kind == "task row") {
    tasks_.lose_row();
    note_line(line);
  } else {
    pass_over();
  }
}

bool ReportBuilder::confirmed() const {
  constexpr std::size_t kProof = 3;  // rows without a header
  return kind_ == ReportKind::OutOfMemory && (confirmed_ || tasks_.rows() >= kProof);
}

bool ReportBuilder::is_open_mem_info() const {
  return kind_ == ReportKind::OutOfMemory && has_mem_info_start_ && block_ == Block::Memory && event_.memory &&
         !event_.memory->ram;
}

bool ReportBuilder::reap(std::uint32_t pid, bool reaped, std::uint64_t line) {
  if (!victims_.reap(pid, reaped)) return false;
  if (!reaped) event_.lines.reaper_failure = line;
  return true;
}

// Every row between the header and the line behind the last one is there, and whoever was named is among them.
bool ReportBuilder::table_is_whole() const {
  if (!tasks_.has_layout() || layout_cut_ || tasks_.rows() == 0) return false;
  if (tasks_.lost_rows() > 0 || table_broken_ || is_ambiguous()) return false;
  if (blocks_between(Block::TaskTable, block_) <= 0) return false;
  const auto pid = victims_.constraint_pid() ? victims_.constraint_pid() : victims_.first_killed_pid();
  return !pid || tasks_.has_process(*pid);
}

// The oom-kill: line states it. Without one a memory cgroup's block or message proves a memory cgroup; "Out of memory"
// proves only that it was none.
void ReportBuilder::derive_constraint() {
  if (event_.constraint) return;
  const bool by_memcg = event_.memcg && (event_.memcg->memory || event_.memcg->limiting);
  if (by_memcg || event_.message == KillMessage::MemoryCgroup) event_.constraint = Constraint::Memcg;
  if (event_.message == KillMessage::MempolicyBind) event_.constraint = Constraint::MemoryPolicy;
  if (event_.message == KillMessage::Cpuset) event_.constraint = Constraint::Cpuset;
}

void ReportBuilder::finish_table(std::vector<Diagnostic>& diagnostics) {
  std::vector<TaskTable::LostRow> lost = std::move(damaged_rows_);
  tasks_.finish(event_, lost);
  for (TaskTable::LostRow& row : lost) {
    diagnostics.push_back({Origin{source_, row.line, {}},
                           row.why.out_of_range ? DiagnosticKind::NumberOutOfRange : DiagnosticKind::DamagedLine,
                           fmt::format("task row: {}; row skipped", row.why.why)});
  }
  if (tasks_.overflowed()) {
    diagnostics.push_back(
        {event_.origin, DiagnosticKind::Truncated,
         fmt::format("the task table has more than {} rows; the rest is counted, not kept", kMostTasks)});
  }
}

void ReportBuilder::report_ambiguity(std::vector<Diagnostic>& diagnostics) const {
  if (is_ambiguous()) {
    diagnostics.push_back({event_.origin, DiagnosticKind::Contradiction,
                           fmt::format("two reports were printed at once and {} lines fit both; they were given to one "
                                       "of them by guess",
                                       doubts_)});
  }
  if (unknown_line_ != 0 && event_.completeness.foreign_lines > 0 && unknown_line_ < event_.last_line) {
    diagnostics.push_back({Origin{source_, unknown_line_, {}}, DiagnosticKind::UnknownLineInReport,
                           fmt::format("{} lines inside the report are not part of one; the first is \"{}\"",
                                       event_.completeness.foreign_lines, unknown_text_)});
  }
}

OomEvent ReportBuilder::finish(std::vector<Diagnostic>& diagnostics) {
  const bool killed = victims_.any_killed();
  const auto constraint_pid = victims_.constraint_pid();
  Wholeness wholeness;
  wholeness.header = has_invocation_;
  wholeness.kill = ended_;
  wholeness.table_is_whole = table_is_whole();
  wholeness.has_constraint = event_.lines.constraint.has_value();
  wholeness.constraint_expected = killed && constraint_era_;
  wholeness.gap = gap_ || is_ambiguous();

  if (has_time(last_)) event_.ended = last_;
  finish_table(diagnostics);
  victims_.finish(event_);
  if (event_.outcome == Outcome::Unknown && (killed || constraint_pid)) event_.outcome = Outcome::Killed;
  if (event_.memcg && !event_.memcg->limiting && stats_path_) event_.memcg->limiting = stats_path_;
  const std::optional<NamedVictim>& named = victims_.named_by_constraint();
  if (event_.memcg && event_.global_oom == false && named && named->cgroup) event_.memcg->victim = named->cgroup;
  // Before 5.0 the cgroup's own line names it ("Task in A killed as a result of limit of B").
  if (event_.memcg && event_.memcg->victim && !event_.victims.empty() && !event_.victims.front().cgroup) {
    event_.victims.front().cgroup = event_.memcg->victim;
  }
  derive_constraint();
  if (event_.trigger.gfp_flags.empty() && event_.trigger.gfp_mask) {
    event_.trigger.gfp_flags = decode_gfp_mask(*event_.trigger.gfp_mask, event_.kernel.release.value_or(""));
  }
  event_.page_size = find_page_size(event_, buddy_page_bytes_, unlimited_kb_);
  undo_shmem_shift(event_);
  check_contradictions(event_, named, source_, diagnostics);
  grade(event_, wholeness);
  report_ambiguity(diagnostics);
  return std::move(event_);
}

}  // namespace oomwhy
