// A fleet at a glance: how many hosts said what, which of them and which units were hit most.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/text_parts.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kMostRows = 10;
constexpr std::size_t kNameColumn = 40;

struct Rank {
  std::string name;
  std::size_t incidents = 0, kills = 0;
};

template <typename NameOf>
std::vector<Rank> rank(const Document& document, NameOf name_of) {
  std::map<std::string, Rank> ranks;
  for (const Incident& incident : document.incidents) {
    const std::string name = name_of(incident);
    Rank& entry = ranks[name];
    entry.name = name;
    ++entry.incidents;
    entry.kills += incident.victims_total;
  }
  std::vector<Rank> sorted;
  sorted.reserve(ranks.size());
  for (auto& [name, entry] : ranks) sorted.push_back(entry);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Rank& a, const Rank& b) {
    return std::pair(b.incidents, b.kills) < std::pair(a.incidents, a.kills);
  });
  return sorted;
}

void add_table(TextLines& lines, const char* title, const std::vector<Rank>& ranks, const TextStyle& style) {
  lines.push_back({});
  lines.push_back({{fmt::format("{:<{}} INCIDENTS  KILLED", title, kNameColumn), Tone::Heading}});
  for (std::size_t i = 0; i < ranks.size() && i < kMostRows; ++i) {
    const std::string name = ranks[i].name.empty() ? "(not known)" : escape_terminal(ranks[i].name, charset_of(style));
    lines.push_back({{fmt::format("{} {:>9} {:>7}", fit(name, kNameColumn, true, charset_of(style)), ranks[i].incidents,
                                  ranks[i].kills),
                      Tone::Plain}});
  }
  if (ranks.size() > kMostRows) {
    lines.push_back({{fmt::format("and {} more", ranks.size() - kMostRows), Tone::Faint}});
  }
}

std::string runs_words(const Document& document) {
  std::size_t runs = 0, empty = 0, cut = 0;
  for (const InputSummary& input : document.inputs) {
    if (input.kind != "json_lines") continue;
    ++runs;
    cut += input.error ? 1 : 0;
    empty += input.lines == 0 && !input.error ? 1 : 0;
  }
  std::string text = fmt::format("{} run{} read back", runs, runs == 1 ? "" : "s");
  if (empty > 0) text += fmt::format("; {} of empty logs", empty);
  if (cut > 0) text += fmt::format("; {} cut short", cut);
  return text + ".";
}

}  // namespace

std::string render_ranking(const Document& document, const TextStyle& style) {
  TextLines lines = {{}};
  append(lines, wrapped(runs_words(document), {}, style));
  if (!document.incidents.empty()) {
    add_table(lines, "HOST", rank(document, [](const Incident& incident) { return incident.host; }), style);
    add_table(lines, "UNIT OF THE FIRST VICTIM",
              rank(document,
                   [](const Incident& incident) {
                     return incident.victims.empty() ? std::string() : incident.victims.front().unit.value_or("");
                   }),
              style);
  }
  return to_text(lines, style);
}

}  // namespace oomwhy
