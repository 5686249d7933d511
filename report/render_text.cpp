// The terminal screen about one incident: sections put together and, where it is to be brief, fitted to forty lines.
#include <fmt/format.h>

#include <algorithm>

#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

constexpr std::size_t kBriefLines = 40;

std::size_t hidden(const Section& section) {
  return section.items > section.blocks.size() ? section.items - section.blocks.size() : 0;
}

TextLine hidden_line(const Section& section) { return {{fmt::format("  {} more", hidden(section)), Tone::Faint}}; }

std::size_t height(const Section& section) {
  if (section.blocks.empty()) return 0;
  std::size_t lines = section.heading.size();
  for (const TextBlock& block : section.blocks) lines += block.lines.size();
  // With the empty line before it.
  return lines + (hidden(section) > 0 ? 2 : 1);
}

std::size_t height(const std::vector<Section>& sections) {
  std::size_t lines = 0;
  for (const Section& section : sections) lines += height(section);
  return lines == 0 ? 0 : lines - 1;
}

std::ptrdiff_t blocks_of(const Section& section, Rank rank) {
  return std::count_if(section.blocks.begin(), section.blocks.end(),
                       [rank](const TextBlock& block) { return block.rank == rank; });
}

Rank highest_rank(const std::vector<Section>& sections) {
  Rank highest = Rank::Essential;
  for (const Section& section : sections) {
    for (const TextBlock& block : section.blocks) highest = std::max(highest, block.rank);
  }
  return highest;
}

// Of the blocks of the highest rank the last one goes of the section that has most of them, so that no section goes
// whole while another has several: ten rows of tasks are worth less than the one that says what to do. False: what is
// left is essential.
bool drop_one(std::vector<Section>& sections) {
  const Rank rank = highest_rank(sections);
  if (rank == Rank::Essential) return false;
  const auto fewer = [rank](const Section& a, const Section& b) { return blocks_of(a, rank) < blocks_of(b, rank); };
  // Of equals the last.
  const auto from = std::max_element(sections.rbegin(), sections.rend(), fewer);
  const auto last = std::find_if(from->blocks.rbegin(), from->blocks.rend(),
                                 [rank](const TextBlock& block) { return block.rank == rank; });
  from->blocks.erase(std::next(last).base());
  return true;
}

// Drops blocks until all fit, with room for the line that says so.
void shorten(std::vector<Section>& sections, const Screen& screen) {
  if (height(sections) <= kBriefLines) return;
  while (height(sections) + 2 > kBriefLines && drop_one(sections)) {
  }
  const std::string more = screen.is_example()
                               ? "Shortened to one screen."
                               : "More: oomwhy explain " + screen.name(short_id(screen.incident.id)) + " -o full";
  sections.emplace_back();
  sections.back().add(at_most(1, wrapped(more, {}, screen.style, Tone::Faint), screen.style), Rank::Essential);
}

std::vector<Section> sections_of(const Screen& screen) {
  std::vector<Section> sections{
      headline(screen),      verdict(screen), cause_and_victims(screen), units_now(screen), where_memory_went(screen),
      largest_tasks(screen), proof(screen),   prevention(screen),        unseen(screen),    neighbours(screen)};
  return sections;
}

// In one line whatever the width, so that the first line says it all.
std::string example_line(const Screen& screen) {
  if (!screen.is_example()) return "";
  return "EXAMPLE from " + screen.name(screen.style.example_of) + ", not this host; for this host: cli/run explain\n";
}

}  // namespace

std::string render_text(const Document& document, const Incident& incident, const TextStyle& style) {
  const Screen screen{.document = document, .incident = incident, .lead = lead_event(incident), .style = style};
  std::vector<Section> sections = sections_of(screen);
  if (style.detail == Detail::Brief && !style.show_evidence) shorten(sections, screen);
  TextLines lines;
  for (Section& section : sections) {
    if (section.blocks.empty()) continue;
    if (!lines.empty()) lines.push_back({});
    append(lines, std::move(section.heading));
    for (TextBlock& block : section.blocks) append(lines, std::move(block.lines));
    if (hidden(section) > 0) lines.push_back(hidden_line(section));
  }
  if (style.detail == Detail::Full) append(lines, full_report(screen));
  return example_line(screen) + to_text(lines, style);
}

}  // namespace oomwhy
