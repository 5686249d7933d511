#include "parser/report_tasks.hpp"

#include <algorithm>
#include <utility>

namespace oomwhy {

namespace {

// Rows that wait for a layout are kept with their text; a table without a header is a fragment and short.
constexpr std::size_t kMostWaiting = 16384;

std::uint64_t hash_of(const TaskRow& row) {
  std::uint64_t hash = 1469598103934665603U;
  for (std::size_t i = 0; i < std::min(row.number_count, row.numbers.size()); ++i) {
    hash = (hash ^ static_cast<std::uint64_t>(row.numbers[i])) * 1099511628211U;
  }
  return hash;
}

// What all tables have in common: the first columns and, where a row has numbers enough to be whole, the last two.
// Eight columns are ambiguous (T2, T3 and T5 of kernel-formats 2.8), but only the two in the middle differ between
// them.
TaskTableLayout common_layout(std::size_t numbers) {
  constexpr std::size_t kFewestOfWholeRow = 7;
  TaskTableLayout layout;
  layout.columns = {TaskColumn::Pid, TaskColumn::Uid, TaskColumn::Tgid, TaskColumn::TotalVm, TaskColumn::Rss};
  if (numbers < kFewestOfWholeRow) return layout;
  while (layout.columns.size() < numbers) layout.columns.push_back(TaskColumn::Unknown);
  layout.columns.push_back(TaskColumn::OomScoreAdj);
  layout.columns.push_back(TaskColumn::Name);
  return layout;
}

Task to_task(const DecodedTaskRow& row, std::uint64_t line) {
  Task task;
  task.pid = row.pid;
  task.tgid = row.tgid;
  task.uid = row.uid;
  task.comm = std::string(row.name);
  task.total_vm = row.total_vm;
  task.rss = row.rss;
  task.rss_anon = row.rss_anon;
  task.rss_file = row.rss_file;
  task.rss_shmem = row.rss_shmem;
  task.nr_ptes = row.nr_ptes;
  task.nr_pmds = row.nr_pmds;
  task.nr_puds = row.nr_puds;
  task.pgtables = row.pgtables_bytes;
  task.swapents = row.swapents;
  task.oom_score_adj = row.oom_score_adj;
  task.oom_adj = row.oom_adj;
  task.origin_line = line;
  return task;
}

}  // namespace

void TaskTable::set_layout(const TaskTableLayout& layout) {
  if (layout_) return;
  layout_ = layout;
  Damaged why;
  for (WaitingRow& waiting : std::exchange(waiting_, {})) {
    waiting.row.after_bracket = waiting.text;
    decode(waiting.row, layout, waiting.line, why);
  }
}

TaskTable::Known TaskTable::known(const TaskRow& row) const {
  const auto found = seen_.find(row.pid);
  if (!found) return Known::No;
  return *found == hash_of(row) ? Known::Same : Known::Different;
}

bool TaskTable::take(const TaskRow& row, std::uint64_t line, Damaged& why) {
  if (rows() >= kMostTasks || (!layout_ && waiting_.size() >= kMostWaiting)) {
    overflowed_ = true;
    ++lost_rows_;
    return true;
  }
  seen_.insert(row.pid, hash_of(row));
  last_pid_ = row.pid;
  // uid and tgid lead in every layout.
  if (row.number_count > 1 && row.numbers[1] != row.pid && row.numbers[1] > 0) {
    processes_.insert(static_cast<std::uint32_t>(row.numbers[1]));
  }
  if (layout_) return decode(row, *layout_, line, why);
  WaitingRow waiting{row, std::string(row.after_bracket), line};
  waiting_.push_back(std::move(waiting));
  return true;
}

bool TaskTable::decode(const TaskRow& row, const TaskTableLayout& layout, std::uint64_t line, Damaged& why) {
  auto decoded = decode_task_row(row, layout);
  if (auto* damaged = std::get_if<Damaged>(&decoded)) {
    why = std::move(*damaged);
    ++lost_rows_;
    return false;
  }
  constexpr std::size_t kRoomAtFirst = 64;
  if (rows_.empty()) rows_.reserve(kRoomAtFirst);
  rows_.push_back(to_task(std::get<DecodedTaskRow>(decoded), line));
  return true;
}

// What most rows say that can say it. Where none can, the number of columns that most rows have.
TaskTableLayout TaskTable::infer() const {
  std::vector<std::pair<TaskTableLayout, std::size_t>> votes;
  std::array<std::size_t, std::tuple_size_v<decltype(TaskRow::numbers)> + 1> counts{};
  for (const WaitingRow& waiting : waiting_) {
    ++counts[std::min(waiting.row.number_count, counts.size() - 1)];
    const auto layout = infer_layout(waiting.row);
    if (!layout) continue;
    const auto same = std::find_if(votes.begin(), votes.end(), [&](const auto& vote) { return vote.first == *layout; });
    if (same != votes.end()) ++same->second;
    if (same == votes.end()) votes.emplace_back(*layout, 1);
  }
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto most = std::max_element(votes.begin(), votes.end(), fewer);
  if (most != votes.end()) return most->first;
  const auto usual = std::max_element(counts.begin(), counts.end());
  return common_layout(static_cast<std::size_t>(usual - counts.begin()));
}

void TaskTable::finish(OomEvent& event, std::vector<LostRow>& damage) {
  event.has_task_table = layout_.has_value() || rows() > 0;
  if (!layout_ && !waiting_.empty()) {
    event.table_layout_inferred = true;
    event.table_layout = infer();
    for (WaitingRow& waiting : waiting_) {
      waiting.row.after_bracket = waiting.text;
      Damaged why;
      if (!decode(waiting.row, event.table_layout, waiting.line, why)) damage.push_back({waiting.line, std::move(why)});
    }
  } else if (layout_) {
    event.table_layout = *layout_;
  }
  event.completeness.lost_rows = lost_rows_;
  event.tasks = std::move(rows_);
}

}  // namespace oomwhy
