// One open report: takes the facts of one OOM report in the order in which the kernel prints them, knows which fact can
// come next, and becomes an OomEvent when it is over. A report cut at its beginning starts with whatever line is left.
//
//   php invoked oom-killer: …            Header      opens a report
//   CPU: 0 PID: 20417 Comm: php …        Header
//   Mem-Info: / active_anon:… / Node 0 … Memory
//   [ pid ] uid tgid … / [ 812] …        TaskTable
//   oom-kill:constraint=…                Constraint
//   Out of memory: Killed process 812 …  Ending      from here on only what belongs to this kill is taken
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "parser/event.hpp"
#include "parser/grammar.hpp"
#include "parser/log_line.hpp"
#include "parser/report_order.hpp"
#include "parser/report_tasks.hpp"
#include "parser/victim_list.hpp"

namespace oomwhy {

// What a report is a report of.
enum class ReportKind {
  OutOfMemory,
  AllocationFailure,  // "page allocation failure" prints a stack and a Mem-Info too; nothing of it is an OOM report's
};

// What the lines around a report have shown before it began.
struct Prelude {
  bool manual = false;  // "sysrq: Manual OOM execution"
  std::optional<std::uint64_t> suppressed;
  std::uint64_t sysrq_line = 0;
  bool records_lost = false;  // since the report before, or the beginning of the log
};

class ReportBuilder {
 public:
  ReportBuilder(ReportKind kind, const std::string& source, const LogLine& first, Trust trust, std::uint32_t boot_index,
                const Prelude& prelude);

  enum class Fit {
    No,      // another report's
    Repeat,  // a line that this report has already taken, logged twice
    Yes,
  };
  Fit fit(const LogLine& line, const Fact& fact, Block block) const;
  void take(const LogLine& line, const Fact& fact, Block block);
  // How much of what is known of the report speaks for the fact (the same command, a pid that it has named, the same
  // cgroup) or, negative, against it.
  int relation(const Fact& fact) const;

  // A line of others stood in the log; it counts when the report goes on behind it.
  void pass_over() { ++pending_foreign_; }
  void pass_over_unknown(const LogLine& line);
  void lose_lines();                         // records were lost here
  void lose_record();                        // one was: inside the task table, a row
  void elide() { elision_pending_ = true; }  // "[...]": the author of the text left lines out
  void damage(const LogLine& line, const Damaged& why);
  // The line could as well have been another open report's. It counts only if the two turn out to be mixed.
  void doubt() { ++doubts_; }
  void mix() { mixed_ = true; }

  ReportKind kind() const { return kind_; }
  Trust trust() const { return event_.trust; }
  bool is_of_process() const { return event_.trust == Trust::Userspace; }  // the source says: not the kernel's
  bool ended() const { return ended_; }
  bool mixed() const { return mixed_; }
  // Certainly an OOM report, not only a block that other reports have too.
  bool confirmed() const;
  // Mem-Info that the end of the log cut short: an OOM report as likely as not.
  bool is_open_mem_info() const;
  int step() const { return step_; }
  std::uint64_t first_line() const { return event_.origin.line; }
  std::uint64_t last_line() const { return event_.last_line; }
  std::uint64_t taken() const { return taken_; }
  std::uint32_t boot_index() const { return event_.boot_index; }
  void set_boot_index(std::uint32_t index) { event_.boot_index = index; }
  const std::string& host() const { return event_.host; }
  std::uint32_t last_row_pid() const { return tasks_.last_pid(); }
  // How far the line's stamp is from the report's last one, in us; absent where the two cannot be compared.
  std::optional<std::int64_t> distance(const LogLine& line) const;

  bool reap(std::uint32_t pid, bool reaped, std::uint64_t line);
  OomEvent finish(std::vector<Diagnostic>& diagnostics);

 private:
  struct Visitor;
  friend struct Visitor;
  bool is_other_context(const LogLine& line) const;
  bool is_too_far(const LogLine& line, int skipped) const;
  bool is_contiguous(Block block) const;
  bool is_swapped(const Fact& fact) const;
  bool fits_in_order(const Fact& fact, Block block) const;
  int speaks_for_memcg(bool memcg) const;
  bool fits_after_end(const Fact& fact) const;
  bool fits_header(const Fact& fact) const;
  bool fits_memcg(const Fact& fact) const;
  bool fits_memory(const Fact& fact) const;
  bool fits_tables(const Fact& fact) const;
  bool fits_task_table(const Fact& fact) const;
  bool fits_ending(const Fact& fact) const;
  void note_line(const LogLine& line);
  void note_gap(Block block);
  MemcgReport& memcg();
  // Without a caller and without stamps nothing proves that a line that fits belongs here.
  bool is_ambiguous() const {
    const bool stamped = event_.time.uptime_us || event_.time.wall_us;
    return mixed_ && (doubts_ > 0 || (caller_.empty() && !stamped));
  }
  bool table_is_whole() const;
  void derive_constraint();
  void finish_table(std::vector<Diagnostic>& diagnostics);
  void report_ambiguity(std::vector<Diagnostic>& diagnostics) const;

  ReportKind kind_;
  std::string source_;
  OomEvent event_;
  TaskTable tasks_;
  VictimList victims_;
  Block block_ = Block::Header;
  std::string caller_;
  Time last_;
  std::unordered_set<std::uint64_t> seen_lines_;
  std::optional<std::uint64_t> buddy_page_bytes_;
  std::optional<std::uint64_t> unlimited_kb_;  // the figure that stands for "no limit"
  std::optional<std::string> stats_path_, limit_path_;
  std::uint64_t taken_ = 0, pending_foreign_ = 0, doubts_ = 0;
  std::vector<TaskTable::LostRow> damaged_rows_;
  int step_ = 0;
  std::uint64_t unknown_line_ = 0;
  std::string unknown_text_;
  bool has_invocation_ = false, has_identity_ = false, has_stats_ = false, in_stats_ = false;
  bool has_mem_info_start_ = false, has_title_ = false, layout_cut_ = false;
  bool constraint_era_ = false;  // the kill's wording is of a kernel that prints the oom-kill: line
  bool in_slab_table_ = false, in_allocation_table_ = false;
  bool confirmed_ = false, ended_ = false, mixed_ = false;
  bool hole_pending_ = false, elision_pending_ = false, table_broken_ = false, gap_ = false;
};

}  // namespace oomwhy
