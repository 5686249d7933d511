// The task table on the screen: the largest tasks, or all of them; groups.
#include <fmt/format.h>

#include <numeric>

#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

constexpr std::string_view kKilled = "<- killed";
// A victim that the kernel did not have to kill.
constexpr std::string_view kExiting = "<- was exiting";

std::string size_or_dash(const std::optional<Pages>& pages, PageSize page) {
  return pages ? format_size(to_bytes(*pages, page)) : "-";
}

template <typename Number>
std::string number_or_dash(const std::optional<Number>& number) {
  return number ? fmt::format("{}", *number) : "-";
}

std::string mark_of(const AnalysedEvent& event, std::size_t index) {
  const Task& task = event.event.tasks[index];
  if (const Victim* victim = find_victim(event.event, task.pid)) {
    return std::string(victim->already_exiting ? kExiting : kKilled);
  }
  if (event.event.trigger.pid == task.pid) return "asked";
  const std::vector<TaskScore>& scores = event.analysis.scoring.scores;
  const bool barred = index < scores.size() && scores[index].why_not;
  return barred ? std::string(words(*scores[index].why_not)) : "";
}

std::string permille_of(const AnalysedEvent& event, std::size_t index) {
  const std::vector<TaskScore>& scores = event.analysis.scoring.scores;
  if (index >= scores.size() || !scores[index].eligible) return "-";
  return number_or_dash(scores[index].permille);
}

// The adjustment in the unit of 2.6.36 and later; an older kernel's oom_adj as printed.
std::string adj_words(const Task& task) {
  if (task.oom_score_adj || !task.oom_adj) return number_or_dash(task.oom_score_adj);
  return fmt::format("{}", *task.oom_adj);
}

// The heading of the table is its first line, too: the brief screen has none to give away.
TextLine header_row(const Screen& screen, const std::string& remark) {
  const Tone tone = Tone::Heading;
  return table_row(0,
                   {{.text = "TASKS", .width = 6, .tone = tone},
                    {.text = "PID", .width = 3, .align = Align::Right, .tone = tone},
                    {.text = "NAME", .width = 16, .tone = tone},
                    {.text = "RSS", .width = 9, .align = Align::Right, .tone = tone},
                    {.text = "SWAP", .width = 9, .align = Align::Right, .tone = tone},
                    {.text = "ADJ", .width = 5, .align = Align::Right, .tone = tone},
                    {.text = "PERMILLE", .width = 8, .align = Align::Right, .tone = tone},
                    {.text = remark, .width = 17}},
                   screen.style);
}

}  // namespace

TextLines task_rows(const Screen& screen, const AnalysedEvent& event, const std::vector<std::size_t>& indices) {
  const PageSize page = event.event.page_size;
  TextLines lines;
  for (const std::size_t index : indices) {
    const Task& task = event.event.tasks[index];
    const std::string mark = mark_of(event, index);
    TextLine row = table_row(2,
                             {{.text = fmt::format("{}", task.pid), .width = 8, .align = Align::Right},
                              {.text = screen.name(task.comm), .width = 16},
                              {.text = size_or_dash(task.rss, page), .width = 9, .align = Align::Right},
                              {.text = size_or_dash(task.swapents, page), .width = 9, .align = Align::Right},
                              {.text = adj_words(task), .width = 5, .align = Align::Right},
                              {.text = permille_of(event, index), .width = 8, .align = Align::Right}},
                             screen.style);
    if (!mark.empty()) row.push_back({" " + mark, mark == kKilled || mark == kExiting ? Tone::Victim : Tone::Plain});
    if (task.unit) row.push_back({" " + screen.name(*task.unit), Tone::Plain});
    if (screen.style.show_evidence)
      row.push_back({place_in_event(event.event, task.origin_line, screen.style), Tone::Faint});
    lines.push_back(std::move(row));
  }
  return lines;
}

Section largest_tasks(const Screen& screen) {
  constexpr std::size_t kTop = 5;
  Section section;
  if (screen.lead == nullptr || screen.lead->event.tasks.empty()) return section;
  section.heading = {header_row(screen, fmt::format("of {} tasks", screen.lead->event.tasks.size()))};
  TextLines rows = task_rows(screen, *screen.lead, notable_tasks(*screen.lead, kTop));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    section.add({std::move(rows[i])}, i < kTop ? Rank::Important : Rank::Extra);
  }
  return section;
}

TextLines all_tasks(const Screen& screen, const AnalysedEvent& event) {
  if (event.event.tasks.empty()) return {};
  std::vector<std::size_t> all(event.event.tasks.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  TextLines lines{header_row(screen, fmt::format("all {}", all.size()))};
  append(lines, task_rows(screen, event, all));
  return lines;
}

TextLines group_rows(const Screen& screen, const AnalysedEvent& event, std::size_t count) {
  TextLines lines;
  for (const Group& group : event.analysis.groups) {
    if (lines.size() == count) break;
    const std::string uid = group.uid ? fmt::format("uid {}", *group.uid) : "";
    lines.push_back(
        table_row(2,
                  {{.text = screen.name(group.name), .width = 28},
                   {.text = uid, .width = 10},
                   {.text = fmt::format("{} x", group.count()), .width = 7, .align = Align::Right},
                   {.text = bound_sign(group.upper_bound, screen.style) + format_size(group.rss),
                    .width = 14,
                    .align = Align::Right},
                   {.text = group.swap.count > 0 ? "+ " + format_size(group.swap) + " swap" : "", .width = 16}},
                  screen.style));
  }
  return lines;
}

}  // namespace oomwhy
