// Where the memory was, as tables.
#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/markdown_parts.hpp"
#include "report/words.hpp"

namespace oomwhy::markdown {

namespace {

double ratio_of(Bytes part, Bytes whole) {
  return whole.count == 0 ? 0.0 : static_cast<double>(part.count) / static_cast<double>(whole.count);
}

std::string groups_table(const AnalysedEvent& event) {
  constexpr std::size_t kShown = 10;
  const std::optional<Ledger>& ledger = event.analysis.ledger;
  Table table({"group", "processes", "RSS", "share", "swap"}, "lrrrr");
  double most = 0;
  for (std::size_t i = 0; i < std::min(event.analysis.groups.size(), kShown); ++i) {
    const Group& group = event.analysis.groups[i];
    table.row({markdown_code(group.name) + (holds_victim(group, event.event) ? " (killed)" : ""),
               fmt::format("{}", group.count()), (group.upper_bound ? "≤ " : "") + format_size(group.rss),
               ledger ? format_share(ratio_of(group.rss, ledger->total)) : "–", format_size(group.swap)});
    most = std::max(most, ledger ? ratio_of(group.rss, ledger->total) : 0.0);
  }
  if (table.empty()) return "";
  const std::string_view why = more_than_all_words(event, most);
  return table.text() + "\n" + (why.empty() ? "" : fmt::format("{}.\n\n", why));
}

std::string ledger_table(const AnalysedEvent& event) {
  if (!event.analysis.ledger) return "";
  const Ledger& ledger = *event.analysis.ledger;
  Table table({"memory", "size", "share"}, "lrr");
  for (const LedgerRow& row : ledger.rows) {
    table.row({std::string(words(row.item)), format_size(row.size), format_share(row.share)});
  }
  table.row({ledger.of_cgroup ? "**all of the cgroup**" : "**all RAM**", format_size(ledger.total), "100%"});
  return table.text();
}

}  // namespace

std::string where_memory_was(const Incident& incident) {
  const AnalysedEvent* lead = lead_event(incident);
  if (lead == nullptr) return "";
  const std::string tables = groups_table(*lead) + ledger_table(*lead);
  return tables.empty() ? "" : "### Where the memory was\n\n" + tables;
}

std::string tasks_table(const Incident& incident) {
  const AnalysedEvent* lead = lead_event(incident);
  if (lead == nullptr || lead->event.tasks.empty()) return "";
  const OomEvent& event = lead->event;
  const std::vector<TaskScore>& scores = lead->analysis.scoring.scores;
  const auto size = [&](const std::optional<Pages>& pages) {
    return pages ? format_size(to_bytes(*pages, event.page_size)) : std::string("–");
  };
  Table table({"PID", "name", "RSS", "swap", "adj", "score ‰"}, "rlrrrr");
  for (const std::size_t index : notable_tasks(*lead, 5)) {
    const Task& task = event.tasks[index];
    const bool scored = index < scores.size() && scores[index].eligible && scores[index].permille;
    table.row({fmt::format("{}", task.pid), markdown_code(task.comm), size(task.rss), size(task.swapents),
               task.oom_score_adj ? fmt::format("{}", *task.oom_score_adj) : "–",
               scored ? fmt::format("{}", *scores[index].permille) : "–"});
  }
  return fmt::format("### The largest of {} tasks, and those with the highest score\n\n{}", event.tasks.size(),
                     table.text());
}

}  // namespace oomwhy::markdown
