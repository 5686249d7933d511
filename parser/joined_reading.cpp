#include "parser/joined_reading.hpp"

#include <algorithm>

namespace oomwhy {
namespace {

struct Content {
  template <typename Kind>
  std::size_t operator()(const Kind& fact) const {
    if constexpr (requires { fact.kb; }) return 1 + fact.kb.size();
    if constexpr (requires { fact.pages; }) return 1 + fact.pages.size();
    if constexpr (requires { fact.blocks; }) return 1 + fact.blocks.size();
    if constexpr (requires { fact.inline_stats_kb; }) {
      return 1 + fact.inline_stats_kb.size() + std::size_t{fact.path.has_value()};
    }
    if constexpr (requires { fact.number_count; }) return 1 + fact.number_count;
    return 1;
  }
  std::size_t operator()(const Unrelated&) const { return 0; }
  std::size_t operator()(const Damaged&) const { return 0; }
  std::size_t operator()(const Killed& fact) const {
    return 1 + std::size_t{fact.total_vm.has_value()} + fact.anon_rss.has_value() + fact.file_rss.has_value() +
           fact.shmem_rss.has_value() + fact.pgtables.has_value() + fact.uid.has_value() +
           fact.oom_score_adj.has_value();
  }
  std::size_t operator()(const ConstraintSummary& fact) const {
    return 1 + std::size_t{fact.nodemask.has_value()} + fact.cpuset.has_value() + fact.mems_allowed.has_value() +
           fact.oom_memcg.has_value() + fact.task_memcg.has_value() + fact.task.has_value() + fact.pid.has_value();
  }
  std::size_t operator()(const Invocation& fact) const {
    return 1 + std::size_t{fact.gfp_mask.has_value()} + fact.gfp_flags.has_value() + fact.order.has_value() +
           fact.oom_score_adj.has_value();
  }
};

// "-998 pause": the number belongs to the row.
bool is_led_by_number(std::string_view name) {
  const auto word = name.substr(0, name.find(' '));
  return word.size() < name.size() && word.find_first_not_of("-0123456789") == std::string_view::npos;
}

}  // namespace

std::size_t content_of(const Fact& fact) { return std::visit(Content{}, fact); }

bool is_header_without_gap(std::string_view joined) {
  if (joined.find("total_vm") == std::string_view::npos) return false;
  const Fact fact = classify(joined);
  const auto* header = std::get_if<TaskTableHeader>(&fact);
  if (header == nullptr || header->cut) return false;
  const auto& columns = header->layout.columns;
  return std::find(columns.begin(), columns.end(), TaskColumn::Unknown) == columns.end();
}

bool is_leaders_row(std::string_view joined, const TaskTableLayout& layout) {
  const Fact fact = classify(joined);
  const auto* row = std::get_if<TaskRow>(&fact);
  if (row == nullptr) return false;
  const auto decoded = decode_task_row(*row, layout);
  const auto* task = std::get_if<DecodedTaskRow>(&decoded);
  return task != nullptr && task->tgid == row->pid && !is_led_by_number(task->name);
}

}  // namespace oomwhy
