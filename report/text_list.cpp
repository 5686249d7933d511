// One line an incident.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/spelling.hpp"
#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

enum Column : std::size_t { kTime, kId, kScope, kKiller, kVictim, kUnit, kSize, kCause, kConfidence, kColumns };
using ListRow = std::array<std::string, kColumns>;
using Widths = std::array<std::size_t, kColumns>;

constexpr std::string_view kVictimItself = "the victim";

std::string escaped(std::string_view raw, const TextStyle& style) { return escape_terminal(raw, charset_of(style)); }

// "2025-11-18 03:02:41", "[103.660]": neither weekday nor zone, which the heading names.
std::string list_time(const std::optional<Time>& time, const TextStyle& style) {
  if (!time) return "-";
  std::string text = screen_time(time, style);
  if (time->realtime_us && text.size() >= 23) return text.substr(4, 19);
  if (!time->as_printed.empty() && time->wall_us) return escaped(time->as_printed, style);
  if (time->uptime_us) return fmt::format("[{:.3f}]", static_cast<double>(*time->uptime_us) / 1e6);
  return text;
}

std::string zone_of(const Document& document, const TextStyle& style) {
  for (const Incident& incident : document.incidents) {
    if (!incident.started || !incident.started->realtime_us) continue;
    std::string text = screen_time(incident.started, style);
    return " " + text.substr(text.rfind(' ') + 1);
  }
  return "";
}

// "2025-" taken off every time, where all begin so: on a narrow screen the names need the room.
void leave_out_the_year(std::vector<ListRow>& rows) {
  constexpr std::size_t kYear = 5;
  if (rows.size() < 2 || rows[1][kTime].size() != 19) return;
  const std::string year = rows[1][kTime].substr(0, kYear);
  const bool same = std::all_of(rows.begin() + 1, rows.end(), [&](const ListRow& row) {
    return row[kTime].size() == 19 && row[kTime].starts_with(year);
  });
  if (!same) return;
  for (std::size_t i = 1; i < rows.size(); ++i) rows[i][kTime].erase(0, kYear);
  rows[0][kTime] += " " + year.substr(0, 4);
}

// Words of the tool's own that a narrow screen can say in fewer letters.
void shorten_words(std::vector<ListRow>& rows) {
  for (ListRow& row : rows) {
    if (row[kScope] == spell(Scope::MemoryPolicy)) row[kScope] = "policy";
    if (row[kConfidence] == spell(Confidence::Medium)) row[kConfidence] = "med";
    if (row[kCause] == kVictimItself) row[kCause] = "victim";
  }
}

std::string victim_words(const Incident& incident, const TextStyle& style) {
  if (incident.victims.empty()) return "-";
  const std::string name = escaped(incident.victims.front().victim.comm, style);
  return incident.victims_total == 1 ? name : fmt::format("{} x {}", incident.victims_total, name);
}

std::string victims_size(const Incident& incident) {
  if (incident.victims.empty()) return "-";
  const std::optional<Bytes> size = resident(incident.victims.front().victim);
  return size ? format_size(*size) : "-";
}

std::string unit_words(const Incident& incident, const TextStyle& style) {
  if (incident.victims.empty() || !incident.victims.front().unit) return "-";
  std::string_view unit = *incident.victims.front().unit;
  // As systemctl takes it: what has no ending is a service.
  constexpr std::string_view kService = ".service";
  if (unit.ends_with(kService)) unit.remove_suffix(kService.size());
  return escaped(unit, style);
}

ListRow incident_row(const Incident& incident, const TextStyle& style) {
  const bool itself = incident.victim_is_cause.value_or(false);
  return {list_time(incident.started, style),
          escaped(short_id(incident.id), style),
          std::string(spell(incident.scope)),
          incident.killers.empty() ? "-" : escaped(incident.killers.front(), style),
          victim_words(incident, style),
          unit_words(incident, style),
          victims_size(incident),
          itself ? std::string(kVictimItself) : escaped(cause_name(incident.cause), style),
          std::string(spell(incident.cause.confidence))};
}

std::size_t total(const Widths& widths) {
  std::size_t sum = kColumns - 1;
  for (const std::size_t width : widths) sum += width;
  return sum;
}

// As wide as the widest text; where that is too much for the screen, the widest of the columns that hold names gives
// way.
Widths full_widths(const std::vector<ListRow>& rows, const TextStyle& style) {
  Widths widths{};
  for (const ListRow& row : rows) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      widths[column] = std::max(widths[column], std::min(display_width(row[column]), style.width));
    }
  }
  return widths;
}

Widths widths_of(const std::vector<ListRow>& rows, const TextStyle& style) {
  Widths widths = full_widths(rows, style);
  constexpr std::size_t kNarrowest = 7;
  constexpr std::array kNames{kVictim, kUnit, kCause, kKiller};
  while (total(widths) > style.width) {
    const auto widest =
        *std::max_element(kNames.begin(), kNames.end(), [&](Column a, Column b) { return widths[a] < widths[b]; });
    if (widths[widest] <= kNarrowest) break;
    --widths[widest];
  }
  return widths;
}

TextLine list_line(const ListRow& row, const Widths& widths, const TextStyle& style, Tone tone) {
  std::vector<TextCell> cells;
  for (std::size_t column = 0; column < kColumns; ++column) {
    cells.push_back({row[column], widths[column], column == kSize ? Align::Right : Align::Left, tone});
  }
  return table_row(0, cells, style);
}

}  // namespace

std::string render_list(const Document& document, const TextStyle& style) {
  std::vector<ListRow> rows{
      {"TIME" + zone_of(document, style), "ID", "SCOPE", "KILLER", "VICTIM", "UNIT", "SIZE", "CAUSE", "CONF"}};
  for (const Incident& incident : document.incidents) rows.push_back(incident_row(incident, style));
  if (total(full_widths(rows, style)) > style.width) {
    leave_out_the_year(rows);
    shorten_words(rows);
  }
  const Widths widths = widths_of(rows, style);
  TextLines lines;
  for (const ListRow& row : rows)
    lines.push_back(list_line(row, widths, style, lines.empty() ? Tone::Faint : Tone::Plain));
  return to_text(lines, style);
}

}  // namespace oomwhy
