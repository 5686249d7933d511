// Where the memory went: the ledger as bars, with the groups of processes inside it; swap, limits and zones.
#include <fmt/format.h>

#include <algorithm>

#include "report/folding.hpp"
#include "report/ledger.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

constexpr std::size_t kBarWidth = 18;
constexpr std::size_t kLabelWidth = 30;

std::string group_label(const Screen& screen, const Group& group) {
  const std::string name = screen.name(group.name);
  return group.count() == 1 ? name : fmt::format("{} x {}", group.count(), name);
}

TextLine bar_row(const Screen& screen, std::size_t indent, std::string label, std::string size, double share,
                 std::string_view remark, Tone tone) {
  TextLine row = table_row(indent,
                           {{.text = std::move(label), .width = kLabelWidth - indent, .tone = tone},
                            {.text = std::move(size), .width = 12, .align = Align::Right},
                            {.text = format_share(share), .width = 5, .align = Align::Right}},
                           screen.style);
  row.push_back({"  ", Tone::Plain});
  row.push_back({bar(share, kBarWidth, screen.style), tone});
  if (!remark.empty()) row.push_back({" " + std::string(remark), Tone::Plain});
  return row;
}

double share_of(Bytes part, Bytes whole) {
  return whole.count == 0 ? 0.0 : static_cast<double>(part.count) / static_cast<double>(whole.count);
}

// The largest groups, as a part of the row above them.
std::vector<TextBlock> groups_inside(const Screen& screen, const AnalysedEvent& event, Bytes total) {
  constexpr std::size_t kShown = 3;
  std::vector<TextBlock> rows;
  double most = 0;
  for (const Group& group : event.analysis.groups) {
    if (rows.size() == kShown || share_of(group.rss, total) < 0.01) break;
    const bool killed = holds_victim(group, event.event);
    TextLine row = bar_row(screen, 4, group_label(screen, group),
                           bound_sign(group.upper_bound, screen.style) + format_size(group.rss),
                           share_of(group.rss, total), killed ? "<- killed" : "", killed ? Tone::Victim : Tone::Plain);
    rows.push_back({{std::move(row)}, rows.size() < 2 ? Rank::Important : Rank::Extra});
    most = std::max(most, share_of(group.rss, total));
  }
  const std::string_view why = more_than_all_words(event, most);
  if (!why.empty()) rows.push_back({{{{"    " + std::string(why), Tone::Faint}}}, Rank::Important});
  return rows;
}

TextLine ledger_row(const Screen& screen, const LedgerRow& row) {
  return bar_row(screen, 2, std::string(words(row.item)), format_size(row.size), row.share,
                 row.certainty == Certainty::Assumed ? "assumed" : "", Tone::Plain);
}

std::string swap_words(const SystemMemory& memory) {
  if (!memory.swap_total) return "";
  if (memory.swap_total->count == 0) return "swap: none";
  if (!memory.swap_free) return fmt::format("swap: {} in all", format_size(to_bytes(*memory.swap_total)));
  const std::uint64_t free = std::min(memory.swap_free->count, memory.swap_total->count);
  return fmt::format("swap: {} of {} used", format_size(to_bytes(Kibibytes{memory.swap_total->count - free})),
                     format_size(to_bytes(*memory.swap_total)));
}

std::string counter_words(std::string_view name, const std::optional<MemcgCounter>& counter) {
  if (!counter) return "";
  if (!counter->limit) return fmt::format("{}: {} used, no limit", name, format_size(to_bytes(counter->usage)));
  if (counter->limit && counter->limit->count == 0) return fmt::format("{}: none allowed", name);
  return fmt::format("{}: {} used, limit {}, hit {} times", name, format_size(to_bytes(counter->usage)),
                     format_size(to_bytes(*counter->limit)), counter->failcnt);
}

// Of several reports of an incident, which one is shown.
std::string which_report(const Screen& screen) {
  if (screen.incident.events_total < 2) return "";
  return fmt::format(" (report {} of {})", report_number(screen.incident, screen.incident.telling_event),
                     screen.incident.events_total);
}

void add_line(TextLines& lines, const Screen& screen, const std::string& text) {
  if (!text.empty()) append(lines, wrapped(text, {2, 4}, screen.style));
}

}  // namespace

std::vector<TextBlock> ledger_blocks(const Screen& screen, const AnalysedEvent& event) {
  // The brief screen has room for what is large; the rest stands in one row and is named below it.
  const double worth_a_row = screen.style.detail == Detail::Full ? 0.0 : 0.05;
  std::vector<TextBlock> blocks;
  const Ledger& ledger = *event.analysis.ledger;
  LedgerRow rest{.item = LedgerItem::Other};
  std::string names;
  for (const LedgerRow& row : ledger.rows) {
    if (row.item != LedgerItem::Anonymous && row.share < worth_a_row) {
      rest.size += row.size;
      rest.share += row.share;
      if (row.size.count > 0)
        names += fmt::format("{}{} {}", names.empty() ? "" : ", ", words(row.item), format_size(row.size));
      continue;
    }
    blocks.push_back({{ledger_row(screen, row)}, Rank::Essential});
    if (row.item != LedgerItem::Anonymous) continue;
    for (TextBlock& group : groups_inside(screen, event, ledger.total)) blocks.push_back(std::move(group));
  }
  if (names.empty()) return blocks;
  blocks.push_back(
      {{bar_row(screen, 2, "everything else", format_size(rest.size), rest.share, "", Tone::Plain)}, Rank::Essential});
  blocks.push_back({wrapped(names, {4, 4}, screen.style), Rank::Spare});
  return blocks;
}

TextLines memory_state(const Screen& screen, const OomEvent& event) {
  TextLines lines;
  if (event.memory)
    add_line(lines, screen, swap_words(*event.memory) + place_in_event(event, event.lines.swap_total, screen.style));
  if (event.memcg) {
    const std::string line = place_in_event(event, event.lines.memcg_usage, screen.style);
    add_line(lines, screen, counter_words("memory", event.memcg->memory) + line);
    add_line(lines, screen, counter_words("swap", event.memcg->swap));
    add_line(lines, screen, counter_words("memory+swap", event.memcg->memsw));
    add_line(lines, screen, counter_words("kernel memory", event.memcg->kmem));
  }
  return lines;
}

Section where_memory_went(const Screen& screen) {
  Section section;
  if (screen.lead == nullptr) return section;
  const AnalysedEvent& event = *screen.lead;
  if (event.analysis.ledger) {
    const Ledger& ledger = *event.analysis.ledger;
    const std::string_view what = ledger.of_cgroup ? "THE CGROUP'S MEMORY" : "RAM";
    section.heading = {
        {{fmt::format("WHERE {} OF {} WENT{}", format_size(ledger.total), what, which_report(screen)), Tone::Heading}}};
    section.blocks = ledger_blocks(screen, event);
  } else {
    section.heading = {{{"MEMORY" + which_report(screen), Tone::Heading}}};
    for (TextLine& group : group_rows(screen, event, 5)) section.add({std::move(group)}, Rank::Useful);
  }
  for (TextLine& line : memory_state(screen, event.event)) section.add({std::move(line)}, Rank::Important);
  return section;
}

}  // namespace oomwhy
