// A row of the task table read by its header, and the layout guessed from the row where the header is lost.
#include <algorithm>
#include <array>
#include <limits>

#include "parser/facts_table.hpp"
#include "parser/scan.hpp"

namespace oomwhy {
namespace {

using namespace grammar;  // the cursor

constexpr std::string_view kind = "task row";
using Numbers = std::array<std::int64_t, 16>;

// --- decoding ---

std::string_view name_of(TaskColumn column) {
  switch (column) {
    case TaskColumn::Pid:
      return "pid";
    case TaskColumn::Uid:
      return "uid";
    case TaskColumn::Tgid:
      return "tgid";
    case TaskColumn::TotalVm:
      return "total_vm";
    case TaskColumn::Rss:
      return "rss";
    case TaskColumn::Cpu:
      return "cpu";
    case TaskColumn::OomAdj:
      return "oom_adj";
    case TaskColumn::NrPtes:
      return "nr_ptes";
    case TaskColumn::NrPmds:
      return "nr_pmds";
    case TaskColumn::NrPuds:
      return "nr_puds";
    case TaskColumn::PgtablesBytes:
      return "pgtables_bytes";
    case TaskColumn::Swapents:
      return "swapents";
    case TaskColumn::OomScoreAdj:
      return "oom_score_adj";
    case TaskColumn::RssAnon:
      return "rss_anon";
    case TaskColumn::RssFile:
      return "rss_file";
    case TaskColumn::RssShmem:
      return "rss_shmem";
    case TaskColumn::Name:
    case TaskColumn::Unknown:
      return "number";
  }
  return "number";
}

bool in_range(TaskColumn column, std::int64_t value) {
  constexpr std::int64_t last_u32 = std::numeric_limits<std::uint32_t>::max();
  switch (column) {
    case TaskColumn::Uid:
      return value >= std::numeric_limits<std::int32_t>::min() && value <= last_u32;
    case TaskColumn::Pid:
    case TaskColumn::Tgid:
      return value >= 0 && value <= last_u32;
    case TaskColumn::OomAdj:
      return value >= -17 && value <= 15;
    case TaskColumn::OomScoreAdj:
      return value >= -1000 && value <= 1000;
    case TaskColumn::Unknown:
    case TaskColumn::Name:
      return true;
    case TaskColumn::TotalVm:
    case TaskColumn::Rss:
    case TaskColumn::Cpu:
    case TaskColumn::NrPtes:
    case TaskColumn::NrPmds:
    case TaskColumn::NrPuds:
    case TaskColumn::PgtablesBytes:
    case TaskColumn::Swapents:
    case TaskColumn::RssAnon:
    case TaskColumn::RssFile:
    case TaskColumn::RssShmem:
      return value >= 0;
  }
  return false;
}

void store(DecodedTaskRow& row, TaskColumn column, std::int64_t value) {
  const Pages pages{static_cast<std::uint64_t>(value)};
  switch (column) {
    case TaskColumn::Uid:
      row.uid = value;
      break;
    case TaskColumn::Tgid:
      row.tgid = static_cast<std::uint32_t>(value);
      break;
    case TaskColumn::TotalVm:
      row.total_vm = pages;
      break;
    case TaskColumn::Rss:
      row.rss = pages;
      break;
    case TaskColumn::NrPtes:
      row.nr_ptes = pages;
      break;
    case TaskColumn::NrPmds:
      row.nr_pmds = pages;
      break;
    case TaskColumn::NrPuds:
      row.nr_puds = pages;
      break;
    case TaskColumn::PgtablesBytes:
      row.pgtables_bytes = Bytes{pages.count};
      break;
    case TaskColumn::Swapents:
      row.swapents = pages;
      break;
    case TaskColumn::RssAnon:
      row.rss_anon = pages;
      break;
    case TaskColumn::RssFile:
      row.rss_file = pages;
      break;
    case TaskColumn::RssShmem:
      row.rss_shmem = pages;
      break;
    case TaskColumn::OomScoreAdj:
      row.oom_score_adj = static_cast<int>(value);
      break;
    case TaskColumn::OomAdj:
      row.oom_adj = static_cast<int>(value);
      break;
    case TaskColumn::Pid:
    case TaskColumn::Cpu:
    case TaskColumn::Name:
    case TaskColumn::Unknown:
      break;
  }
}

// Why the number for `column`, which should stand at the beginning of `rest`, is not there.
Damaged broken_row(std::string_view rest, TaskColumn column) {
  const std::string what(name_of(column));
  Scan scan(rest);
  scan.blanks();
  if (trim(without_cut_mark(scan.rest())).empty()) return {kind, what + " is missing", true, false};
  const std::string_view word = Scan(scan.rest()).token().substr(0, 32);
  if (!scan.number<std::int64_t>() && scan.out_of_range()) return {kind, what + " is out of range", false, true};
  return {kind, what + " is not a number (\"" + std::string(word) + "\")", false, false};
}

// --- guessing ---

bool is_page_multiple(std::int64_t value) { return value > 0 && value % 4096 == 0; }
bool is_adj(std::int64_t value) { return value >= -1000 && value <= 1000; }
bool is_process_row(const Numbers& n) { return n[1] > 0 && n[2] >= 0 && n[3] >= 0 && n[3] <= n[2]; }

// A page of page-table entries maps at least 512 pages. So tables in bytes are eight times as large as the pages they
// map, or larger; as a count they are at least a 512th of them, and far fewer than what the process may map.
bool looks_like_pgtables_bytes(const Numbers& n) { return is_page_multiple(n[4]) && n[4] / 4 >= n[3]; }
bool looks_like_nr_ptes(const Numbers& n) {
  return n[4] > 0 && n[4] >= n[3] / 512 && n[4] <= n[2] / 64 + 64 && !looks_like_pgtables_bytes(n);
}

// 2.6.36 to 3.5 kept the two settings together, whichever of them was written (fs/proc/base.c).
bool are_one_setting(std::int64_t oom_adj, std::int64_t score_adj) {
  const std::int64_t scaled_up = oom_adj == 15 ? 1000 : oom_adj * 1000 / 17;
  const std::int64_t scaled_down = score_adj == -1000 ? -17 : score_adj * 15 / 1000;
  return score_adj == scaled_up || oom_adj == scaled_down;
}

using C = TaskColumn;
const TaskTableLayout& layout_t1() {
  static const TaskTableLayout layout{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Cpu, C::OomAdj, C::Name}};
  return layout;
}
const TaskTableLayout& layout_t2() {
  static const TaskTableLayout layout{
      {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Cpu, C::OomAdj, C::OomScoreAdj, C::Name}};
  return layout;
}
const TaskTableLayout& layout_t3() {
  static const TaskTableLayout layout{
      {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::NrPtes, C::Swapents, C::OomScoreAdj, C::Name}};
  return layout;
}
const TaskTableLayout& layout_t4() {
  static const TaskTableLayout layout{
      {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::NrPtes, C::NrPmds, C::Swapents, C::OomScoreAdj, C::Name}};
  return layout;
}
const TaskTableLayout& layout_t6() {
  static const TaskTableLayout layout{
      {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::PgtablesBytes, C::Swapents, C::OomScoreAdj, C::Name}};
  return layout;
}
const TaskTableLayout& layout_t7() {
  static const TaskTableLayout layout{{C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::RssAnon, C::RssFile, C::RssShmem,
                                       C::PgtablesBytes, C::Swapents, C::OomScoreAdj, C::Name}};
  return layout;
}

// T2, T3 and T6 (kernel-formats: 2.8) differ in two of seven columns only.
const TaskTableLayout& layout_of_seven() {
  static const TaskTableLayout layout{
      {C::Pid, C::Uid, C::Tgid, C::TotalVm, C::Rss, C::Unknown, C::Unknown, C::OomScoreAdj, C::Name}};
  return layout;
}

bool is_t7(const TaskRow& row) {
  const Numbers& n = row.numbers;
  if (row.number_count < 10 || n[4] < 0 || n[5] < 0 || n[6] < 0) return false;
  const std::int64_t kinds = n[4] / 4 + n[5] / 4 + n[6] / 4;  // quartered: hostile numbers must not overflow
  const std::int64_t off = kinds - n[3] / 4;
  const std::int64_t slack = n[3] / 16 + 256;  // the counters move while they are printed
  return off <= slack && off >= -slack && is_page_multiple(n[7]) && n[8] >= 0 && is_adj(n[9]);
}
bool is_t6(const TaskRow& row) {
  const Numbers& n = row.numbers;
  return row.number_count >= 7 && looks_like_pgtables_bytes(n) && n[5] >= 0 && is_adj(n[6]);
}
std::optional<TaskTableLayout> of_seven(const TaskRow& row) {
  const Numbers& n = row.numbers;
  if (!is_adj(n[6])) return std::nullopt;
  const bool may_be_t2 = n[4] >= 0 && n[4] < 8192 && n[5] >= -17 && n[5] <= 15 && are_one_setting(n[5], n[6]);
  const bool may_be_t3 = n[5] >= 0 && looks_like_nr_ptes(n);
  if (may_be_t2 && !may_be_t3) return layout_t2();
  if (may_be_t3 && !may_be_t2) return layout_t3();
  return layout_of_seven();
}
bool is_t4(const TaskRow& row) {
  const Numbers& n = row.numbers;
  return looks_like_nr_ptes(n) && n[5] >= 0 && n[5] <= n[4] && n[6] >= 0 && is_adj(n[7]);
}

}  // namespace

std::variant<DecodedTaskRow, Damaged> decode_task_row(const TaskRow& row, const TaskTableLayout& layout) {
  DecodedTaskRow decoded;
  decoded.pid = row.pid;
  const bool has_name = !layout.columns.empty() && layout.columns.back() == TaskColumn::Name;
  const std::size_t named = layout.columns.size() - (has_name ? 1 : 0);
  const std::size_t columns = named > 0 ? named - 1 : 0;  // the pid stands in the bracket
  const std::size_t present = std::min(columns, row.number_count);
  const std::string_view rest = behind_tokens(row.after_bracket, present);
  // A number at the very end of the line may have been cut.
  const std::size_t certain = present > 0 && rest.empty() ? present - 1 : present;
  for (std::size_t i = 0; i < certain; ++i) {
    const TaskColumn column = layout.columns[i + 1];
    if (!in_range(column, row.numbers[i])) {
      return Damaged{kind, std::string(name_of(column)) + " cannot be " + std::to_string(row.numbers[i]), false, false};
    }
    store(decoded, column, row.numbers[i]);
  }
  decoded.cut = !has_name || certain < columns;
  if (present < columns) {
    // A row that ends early is good for what it has if that goes as far as rss and nothing but a mark follows.
    const bool ends_here = trim(without_cut_mark(rest)).empty();
    if (!decoded.rss || !ends_here) return broken_row(rest, layout.columns[present + 1]);
  }
  if (decoded.cut) return decoded;
  decoded.name = rest.substr(1);
  return decoded;
}

std::optional<TaskTableLayout> infer_layout(const TaskRow& row) {
  if (!is_process_row(row.numbers)) return std::nullopt;
  if (is_t7(row)) return layout_t7();
  if (is_t6(row)) return layout_t6();
  switch (row.number_count) {
    case 6:
      return layout_t1();
    case 7:
      return of_seven(row);
    case 8:
      return is_t4(row) ? std::optional(layout_t4()) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace oomwhy
