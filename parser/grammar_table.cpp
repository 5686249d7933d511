// The task table (mm/oom_kill.c: dump_tasks(), dump_task()): its header by the columns' names, its rows as raw numbers.
#include <array>

#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

constexpr std::string_view kind = "task row";

// --- header: "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name" ---

struct ColumnName {
  std::string_view name;
  TaskColumn column;
};
constexpr std::array<ColumnName, 16> column_names = {{{"uid", TaskColumn::Uid},
                                                      {"tgid", TaskColumn::Tgid},
                                                      {"total_vm", TaskColumn::TotalVm},
                                                      {"rss", TaskColumn::Rss},
                                                      {"cpu", TaskColumn::Cpu},
                                                      {"oom_adj", TaskColumn::OomAdj},
                                                      {"nr_ptes", TaskColumn::NrPtes},
                                                      {"nr_pmds", TaskColumn::NrPmds},
                                                      {"nr_puds", TaskColumn::NrPuds},
                                                      {"pgtables_bytes", TaskColumn::PgtablesBytes},
                                                      {"swapents", TaskColumn::Swapents},
                                                      {"oom_score_adj", TaskColumn::OomScoreAdj},
                                                      {"rss_anon", TaskColumn::RssAnon},
                                                      {"rss_file", TaskColumn::RssFile},
                                                      {"rss_shmem", TaskColumn::RssShmem},
                                                      {"name", TaskColumn::Name}}};

TaskColumn column_of(std::string_view word) {
  for (const ColumnName& each : column_names) {
    if (each.name == word) return each.column;
  }
  return TaskColumn::Unknown;
}

Fact header(std::string_view names) {
  constexpr std::size_t most_columns = std::tuple_size_v<decltype(TaskRow::numbers)> + 2;  // and Pid and Name
  const bool marked = has_cut_mark(names);
  Scan scan(without_cut_mark(names));
  scan.blanks();
  if (!scan.rest().starts_with("uid")) return Unrelated{};
  TaskTableHeader fact{{{TaskColumn::Pid}}, true};
  while (!scan.at_end() && fact.layout.columns.size() < most_columns) {
    const TaskColumn column = column_of(scan.token());
    // A name at the very end may be the beginning of a longer one: "rss" of "rss_anon".
    const bool certain = !scan.at_end() || column == TaskColumn::Name;
    scan.blanks();
    if (certain) fact.layout.columns.push_back(column);
    if (column == TaskColumn::Name) {
      fact.cut = marked;
      break;
    }
  }
  if (fact.cut && fact.layout.columns.size() < 3) return cut_short("task table header", "most of it is missing");
  return fact;
}

// --- row: "[ 1234]    33  1234    54321    12345      20      115             0 httpd" ---

// A comm may imitate a row: "[1] 0 1 2 3 4 5 invoked oom-killer: …".
bool is_led_by_comm(std::string_view rest) {
  return rest.size() > 15 && (rest.find("invoked oom-killer") != std::string_view::npos ||
                              rest.find(" mems_allowed=") != std::string_view::npos);
}

// A number of up to 18 digits, which fits without a check, as a token of its own behind blanks: nearly every number of
// nearly every row. False: nothing was read, and take_numbers() has to look.
bool take_plain_number(std::string_view& rest, std::int64_t& number) {
  constexpr std::size_t kSurelyFits = 18;
  std::size_t at = 0;
  while (at < rest.size() && rest[at] == ' ') ++at;
  if (at == 0) return false;
  const bool negative = at < rest.size() && rest[at] == '-';
  if (negative) ++at;
  const std::size_t begin = at;
  std::int64_t value = 0;
  for (; at < rest.size() && is_digit(rest[at]); ++at) {
    if (at - begin == kSurelyFits) return false;
    value = value * 10 + (rest[at] - '0');
  }
  if (at == begin || (at < rest.size() && rest[at] != ' ')) return false;
  number = negative ? -value : value;
  rest.remove_prefix(at);
  return true;
}

// Reads numbers while each is a token of its own. The number behind which the line ends belongs to them.
void take_numbers(TaskRow& row, Scan& scan) {
  std::string_view rest = scan.rest();
  while (row.number_count < row.numbers.size() && take_plain_number(rest, row.numbers[row.number_count])) {
    ++row.number_count;
  }
  scan.skip(scan.rest().size() - rest.size());
  while (row.number_count < row.numbers.size()) {
    Scan ahead = scan;
    if (!ahead.blanks()) return;
    const auto number = ahead.number<std::int64_t>();
    if (ahead.out_of_range()) scan = ahead;
    if (!number || !(ahead.at_end() || is_blank(ahead.peek()))) return;
    row.numbers[row.number_count++] = *number;
    scan = ahead;
  }
}

// A row of fewer numbers than any table has: wrapped or cut if nothing but a mark follows, else broken or another's.
Fact short_row(const TaskRow& row, const Scan& scan) {
  constexpr std::size_t proof = 2;  // uid and tgid
  if (scan.out_of_range()) return damaged(kind, "a number is out of range", true);
  if (row.number_count < proof) return Unrelated{};
  if (trim(without_cut_mark(scan.rest())).empty()) return row;
  const std::string_view word = trim_left(scan.rest());
  if (row.number_count < 4 && !is_digit(word.front())) return Unrelated{};
  return damaged(kind, "\"" + std::string(word.substr(0, word.find(' ')).substr(0, 32)) + "\" is not a number");
}

Fact row_of(std::uint32_t pid, std::string_view rest) {
  constexpr std::size_t fewest_numbers = 6;  // 2.6.25
  TaskRow row;
  row.pid = pid;
  row.after_bracket = rest;
  Scan scan(rest);
  take_numbers(row, scan);
  if (row.number_count < fewest_numbers) return short_row(row, scan);
  if (is_led_by_comm(scan.rest())) return Unrelated{};
  return row;
}

}  // namespace

Fact table_line(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("[")) return Unrelated{};
  scan.blanks();
  if (scan.literal("pid")) {
    scan.blanks();
    return scan.literal("]") ? header(scan.rest()) : Fact{Unrelated{}};
  }
  const auto pid = scan.number<std::uint32_t>();
  if (!pid) {
    if (!scan.out_of_range()) return Unrelated{};
    scan.token();
    return Unrelated{};
  }
  scan.blanks();
  if (!scan.literal("]")) return Unrelated{};
  return row_of(*pid, scan.rest());
}

}  // namespace oomwhy::grammar
