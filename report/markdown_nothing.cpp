// A ticket about a "no": what was read, what could not be seen, and what else ended or refused a process.
#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/markdown_parts.hpp"
#include "report/nothing_read.hpp"
#include "report/words.hpp"

namespace oomwhy::markdown {

namespace {

constexpr std::size_t kShown = 8;

std::string title_of(const Document& document) {
  if (nothing_was_read(document.inputs)) return "## Nothing could be read\n\n";
  return document.refused_allocations.empty() ? "## No OOM kill found\n\n"
                                              : "## No OOM kill found, but an allocation was refused\n\n";
}

void add_sources(Table& table, const Document& document) {
  for (const InputSummary& input : document.inputs) {
    table.row({"Source", fmt::format("{}, {} lines{}", markdown_code(input.source), input.lines,
                                     input.error ? "; " + escape_markdown(input.error->why) : "")});
  }
  for (const BlindSpot& spot : document.coverage.blind_spots) {
    table.row({"Not seen", fmt::format("{}: {}", words(spot.kind), escape_markdown(spot.detail))});
  }
}

void add_other_kills(Table& table, const std::vector<OtherKill>& kills) {
  for (std::size_t i = 0; i < std::min(kills.size(), kShown); ++i) {
    const std::string sender =
        kills[i].sender.empty() ? "no line tells who sent it" : "sent by: " + escape_markdown(kills[i].sender);
    table.row(
        {"Ended by SIGKILL", fmt::format("{} at {}; {}", markdown_code(kills[i].unit), when(kills[i].time), sender)});
  }
  if (kills.size() > kShown)
    table.row({"Ended by SIGKILL", fmt::format("{} more in `-o json`", kills.size() - kShown)});
}

std::string refused_words(const RefusedAllocation& refused) {
  const AllocationRefused& what = refused.what();
  std::string who = what.program.empty() ? "a program" : markdown_code(what.program);
  if (what.pid) who += fmt::format(" (PID {})", *what.pid);
  who += what.unit.empty() ? " (unit not known)" : " of " + markdown_code(what.unit);
  std::string text =
      fmt::format("{} at {}: {}: {}", who, when(refused.first.time), words(what), markdown_code(refused.first.text));
  if (refused.count > 1) text += fmt::format(", {} times until {}", refused.count, when(refused.last));
  return text;
}

void add_refused(Table& table, const std::vector<RefusedAllocation>& refused) {
  for (std::size_t i = 0; i < std::min(refused.size(), kShown); ++i) {
    table.row({"Memory refused", refused_words(refused[i])});
  }
  if (refused.size() > kShown)
    table.row({"Memory refused", fmt::format("{} more in `-o json`", refused.size() - kShown)});
}

}  // namespace

std::string nothing(const Document& document) {
  const Coverage& coverage = document.coverage;
  Table table({"", ""});
  table.row({"From", when(coverage.from)});
  table.row({"To", when(coverage.to)});
  add_sources(table, document);
  add_other_kills(table, document.other_kills);
  add_refused(table, document.refused_allocations);
  if (nothing_was_read(document.inputs)) {
    table.row({"Complete", "no: whether there was a kill is not known"});
  } else if (!coverage.complete) {
    table.row({"Complete", "no: a kill may have gone unseen"});
  }
  return title_of(document) + table.text();
}

}  // namespace oomwhy::markdown
