// The task table of one report: rows become tasks by the table's own header. The rows of a table that has lost its
// header wait until the table is over, because only all of them together tell how many columns it has (a name may begin
// with digits).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "parser/event.hpp"
#include "parser/facts_table.hpp"
#include "parser/seen_rows.hpp"

namespace oomwhy {

// More rows than any report has (pid_max is 4194304, but no table of that length survives a ring buffer). Further ones
// are counted as lost.
inline constexpr std::size_t kMostTasks = 262144;

class TaskTable {
 public:
  void set_layout(const TaskTableLayout& layout);
  bool has_layout() const { return layout_.has_value(); }
  bool same_layout(const TaskTableLayout& layout) const { return layout_ == layout; }

  // What is known of the row's pid: nothing, the same row, or another row, which then belongs to another table.
  enum class Known { No, Same, Different };
  Known known(const TaskRow& row) const;

  // Takes a row that is not known. False: it could not be read, `why` says so, and it counts as lost.
  bool take(const TaskRow& row, std::uint64_t line, Damaged& why);
  void lose_row() { ++lost_rows_; }

  std::size_t rows() const { return rows_.size() + waiting_.size(); }
  std::uint64_t lost_rows() const { return lost_rows_; }
  bool overflowed() const { return overflowed_; }
  std::uint32_t last_pid() const { return last_pid_; }
  // A row's own pid, or the process that a row of a thread belongs to.
  bool has_process(std::uint32_t pid) const { return seen_.contains(pid) || processes_.contains(pid); }

  // Hands the rows to the event. Further damage of rows that waited for a layout comes in `damage`, by line.
  struct LostRow {
    std::uint64_t line = 0;
    Damaged why;
  };
  void finish(OomEvent& event, std::vector<LostRow>& damage);

 private:
  struct WaitingRow {
    TaskRow row;  // its view is of `text`
    std::string text;
    std::uint64_t line = 0;
  };
  bool decode(const TaskRow& row, const TaskTableLayout& layout, std::uint64_t line, Damaged& why);
  TaskTableLayout infer() const;

  std::optional<TaskTableLayout> layout_;
  std::vector<Task> rows_;
  std::vector<WaitingRow> waiting_;
  // The row's numbers, hashed, by pid: enough to tell a repeated line from another report's row of the same process.
  SeenRows seen_;
  std::unordered_set<std::uint32_t> processes_;  // of rows whose pid is another's than their process's
  std::uint64_t lost_rows_ = 0;
  std::uint32_t last_pid_ = 0;
  bool overflowed_ = false;
};

}  // namespace oomwhy
