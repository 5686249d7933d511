// Facts of the task table, and how a row is read by the table's header: the columns go by their names, never by a
// kernel version (mm/oom_kill.c: dump_tasks()).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "parser/facts_report.hpp"
#include "parser/units.hpp"

namespace oomwhy {

// "Tasks state (memory values in pages):".
struct TaskTableTitle {};

// The columns of a task table, in the order in which its header names them.
enum class TaskColumn : std::uint8_t {
  Pid,
  Uid,
  Tgid,
  TotalVm,
  Rss,
  Cpu,
  OomAdj,
  NrPtes,
  NrPmds,
  NrPuds,
  PgtablesBytes,
  Swapents,
  OomScoreAdj,
  RssAnon,
  RssFile,
  RssShmem,
  Name,
  Unknown,  // Unknown: a column of a patched kernel; its number is skipped
};
struct TaskTableLayout {
  std::vector<TaskColumn> columns;  // ends with Name, unless the header was cut
  bool operator==(const TaskTableLayout&) const = default;
};
// `cut`: the line ended early; the layout has the columns that are certain, and no Name.
struct TaskTableHeader {
  TaskTableLayout layout;
  bool cut = false;
};

// A row whose numbers are still raw: what they mean depends on the table's header (see decode_task_row()).
struct TaskRow {
  std::uint32_t pid = 0;
  std::array<std::int64_t, 16> numbers{};  // after the bracket, as printed
  std::size_t number_count = 0;            // how many integers stand before the first token that is none
  std::string_view after_bracket;          // the whole rest of the line: the name is found from the layout
};

// The layout that one row suggests, for tables whose header is lost: by the number of columns (T1 7, T4 9, T2/T3/T5/T6
// 8, T7 11 of kernel-formats: 2.8) and by what the values can mean. Columns that this row does not tell apart are
// Unknown; another row of the same table may tell more. Empty where even the columns' number is not certain.
std::optional<TaskTableLayout> infer_layout(const TaskRow& row);

// One row read by its table's header. Absent: the column is not in this kernel's table.
struct DecodedTaskRow {
  std::uint32_t pid = 0;
  std::optional<std::int64_t> uid;  // printed %d: may be negative for uids from 2^31
  std::optional<std::uint32_t> tgid;
  std::optional<Pages> total_vm, rss, rss_anon, rss_file, rss_shmem, nr_ptes, nr_pmds, nr_puds, swapents;
  std::optional<Bytes> pgtables_bytes;
  std::optional<int> oom_score_adj, oom_adj;
  std::string_view name;  // comm, raw, blanks kept
  // The line ends before its name, or the layout does: what stood at the very end is left out, because the cut may
  // have shortened it.
  bool cut = false;
};
// Damaged: one of the numbers up to rss is missing, or a number cannot be what its column says.
std::variant<DecodedTaskRow, Damaged> decode_task_row(const TaskRow& row, const TaskTableLayout& layout);

}  // namespace oomwhy
