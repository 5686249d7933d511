// The sections of a screen about one incident, each a pure function. Private to the text renderer.
#pragma once

#include <string>

#include "report/text_lines.hpp"
#include "report/words.hpp"

namespace oomwhy {

// What the sections are made from. `lead` is null where the incident has no kernel report.
struct Screen {
  const Document& document;
  const Incident& incident;
  const AnalysedEvent* lead;
  const TextStyle& style;

  std::string name(std::string_view raw) const { return escape_terminal(raw, charset_of(style)); }
  bool is_example() const { return !style.example_of.empty(); }
};

// When a block goes where the screen is short of room: the highest rank first, the last block of it first.
enum class Rank { Essential, Important, Useful, Extra, Spare };

struct TextBlock {
  TextLines lines;
  Rank rank = Rank::Essential;
};

// A stretch of the screen: it stands as long as any of its blocks does.
struct Section {
  TextLines heading;
  std::vector<TextBlock> blocks;
  std::size_t items = 0;  // that there are; where fewer blocks are shown, a last line counts the others

  void add(TextLines lines, Rank rank) {
    if (!lines.empty()) blocks.push_back({std::move(lines), rank});
  }
};

// "Tue 2025-11-18 03:02:41 CET", in UTC or the reader's zone; else what was printed, else "12.345 s after boot".
std::string screen_time(const std::optional<Time>& time, const TextStyle& style);
// " [kern.log:812]" where evidence is asked for and the place is known; else "".
std::string place(const Origin& origin, const TextStyle& style);
std::string place_in_event(const OomEvent& event, const std::optional<std::uint64_t>& line, const TextStyle& style);

// text_verdict.cpp: what happened, who caused it, who died.
Section headline(const Screen& screen);
Section verdict(const Screen& screen);
Section cause_and_victims(const Screen& screen);
// Whether the units are up again, on the host itself.
Section units_now(const Screen& screen);

// text_where.cpp: where the memory went, swap and limits.
Section where_memory_went(const Screen& screen);
std::vector<TextBlock> ledger_blocks(const Screen& screen, const AnalysedEvent& event);
TextLines memory_state(const Screen& screen, const OomEvent& event);

// text_tasks.cpp: the largest tasks; the whole table; groups.
Section largest_tasks(const Screen& screen);
TextLines all_tasks(const Screen& screen, const AnalysedEvent& event);  // with a header; empty: no table
TextLines group_rows(const Screen& screen, const AnalysedEvent& event, std::size_t count);

// text_proof.cpp: evidence, advice, what could not be seen, the other incidents.
Section proof(const Screen& screen);
Section prevention(const Screen& screen);
Section unseen(const Screen& screen);
Section neighbours(const Screen& screen);

// text_memory.cpp: a report's memory in full.
TextLines memory_counters(const Screen& screen, const OomEvent& event);
TextLines memcg_statistics(const Screen& screen, const OomEvent& event);
TextLines zone_rows(const Screen& screen, const OomEvent& event);
TextLines hugepage_rows(const Screen& screen, const OomEvent& event);
TextLines slab_rows(const Screen& screen, const OomEvent& event);
TextLines allocation_rows(const Screen& screen, const OomEvent& event);

// text_event.cpp: one report in full.
TextLines event_details(const Screen& screen, const AnalysedEvent& event);

// text_full.cpp: everything that the brief screen leaves out.
TextLines full_report(const Screen& screen);

}  // namespace oomwhy
