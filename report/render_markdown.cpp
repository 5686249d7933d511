// The ticket: self-contained and deterministic. Times are in UTC and absolute; the same document gives the same text.
#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/markdown_parts.hpp"
#include "report/renderer.hpp"
#include "report/spelling.hpp"
#include "report/words.hpp"

namespace oomwhy {

namespace {

using namespace markdown;

std::string heading(const Incident& incident) {
  std::string text = fmt::format("## {} {}", title(incident), escape_markdown(short_id(incident.id)));
  if (!incident.host.empty()) text += " – " + escape_markdown(incident.host);
  return text + " – " + when(incident.started) + "\n";
}

std::string summary(const Incident& incident) {
  if (incident.summary.empty()) return "";
  std::string text = "**Summary.**";
  for (const std::string& sentence : incident.summary) text += " " + escape_markdown(sentence);
  return text + "\n";
}

std::string evidence(const Incident& incident) {
  std::string list;
  for (const Evidence& item : incident.cause.evidence) {
    const std::string line = item.origin.line == 0 ? "" : fmt::format(":{}", item.origin.line);
    list += fmt::format("* {}{}{}{}\n", escape_markdown(item.rule), item.rule.empty() ? "" : ": ",
                        escape_markdown(item.text),
                        item.origin.source.empty() ? "" : " (" + markdown_code(item.origin.source + line) + ")");
  }
  return list.empty() ? "" : "### Proof\n\n" + list;
}

std::string raw_report(const OomEvent& event) {
  const auto lines = std::count(event.raw.begin(), event.raw.end(), '\n');
  return fmt::format("<details><summary>Kernel report ({} lines{})</summary>\n\n{}\n</details>\n", lines,
                     event.raw_cut ? ", cut" : "", fenced("text", event.raw));
}

std::string raw_reports(const Incident& incident) {
  std::string text;
  for (const AnalysedEvent& event : incident.events) {
    if (event.event.raw.empty()) continue;
    text += (text.empty() ? "" : "\n") + raw_report(event.event);
  }
  return text;
}

void add(std::string& text, const std::string& section) {
  if (section.empty()) return;
  if (!text.empty()) text += "\n";
  text += section;
}

std::string incident_section(const Document& document, const Incident& incident) {
  std::string text;
  add(text, heading(incident));
  add(text, summary(incident));
  add(text, facts_table(document, incident));
  add(text, units_now(incident));
  add(text, timeline(incident));
  add(text, where_memory_was(incident));
  add(text, tasks_table(incident));
  add(text, evidence(incident));
  add(text, replays(incident));
  add(text, proposed_changes(incident));
  add(text, not_determined(document, incident));
  add(text, raw_reports(incident));
  return text;
}

std::string footer(const std::string& reproduce_command) {
  std::string text = fmt::format("<sub>oomwhy {}", OOMWHY_VERSION);
  if (!reproduce_command.empty()) text += " · reproduce: " + markdown_code(reproduce_command);
  return text + "</sub>\n";
}

}  // namespace

std::string render_markdown(const Document& document, const std::string& reproduce_command) {
  std::string text;
  for (const Incident& incident : document.incidents) add(text, incident_section(document, incident));
  if (document.incidents.empty()) add(text, nothing(document));
  add(text, footer(reproduce_command));
  return text;
}

std::string render_list_markdown(const Document& document) {
  Table table({"time (UTC)", "id", "scope", "killer", "victim", "unit", "size", "cause", "confidence"}, "llllllrll");
  for (const Incident& incident : document.incidents) {
    const bool any = !incident.victims.empty();
    const std::optional<Bytes> size = any ? resident(incident.victims.front().victim) : std::nullopt;
    const std::string count = incident.victims_total > 1 ? fmt::format("{} x ", incident.victims_total) : "";
    table.row({when(incident.started), markdown_code(short_id(incident.id)), std::string(spell(incident.scope)),
               incident.killers.empty() ? "–" : escape_markdown(incident.killers.front()),
               any ? count + markdown_code(incident.victims.front().victim.comm) : "–",
               any && incident.victims.front().unit ? markdown_code(*incident.victims.front().unit) : "–",
               size ? format_size(*size) : "–", escape_markdown(cause_name(incident.cause)),
               std::string(spell(incident.cause.confidence))});
  }
  return table.text();
}

}  // namespace oomwhy
