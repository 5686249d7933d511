// The facts of an incident as a table, its timeline, and what could not be found out.
#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/markdown_parts.hpp"
#include "report/spelling.hpp"
#include "report/words.hpp"

namespace oomwhy::markdown {

namespace {

constexpr std::size_t kVictimsShown = 20;

std::string killer_words(const Incident& incident) {
  std::string text;
  for (const std::string& killer : incident.killers) {
    text += (text.empty() ? "" : ", ") + escape_markdown(killer);
  }
  const AnalysedEvent* lead = lead_event(incident);
  const bool known = lead != nullptr && lead->event.kernel.release;
  return known ? text + " " + markdown_code(*lead->event.kernel.release) : text;
}

std::string victim_words(const Incident& incident, const IncidentVictim& entry) {
  const AnalysedEvent* lead = lead_event(incident);
  const Task* row = lead == nullptr ? nullptr : find_row(lead->event, entry.victim.pid);
  // A userspace killer may name a cgroup only: then there is neither name nor PID.
  std::string text = entry.victim.pid == 0
                         ? markdown_code(entry.unit.value_or(entry.victim.cgroup.value_or("")))
                         : fmt::format("{} PID {}", markdown_code(entry.victim.comm), entry.victim.pid);
  if (entry.unit) text += ", " + markdown_code(*entry.unit);
  const std::string size = victim_size(entry.victim, row, lead == nullptr ? PageSize{} : lead->event.page_size);
  if (!size.empty()) text += ", " + size;
  if (entry.victim.oom_score_adj) text += fmt::format(", adj {}", *entry.victim.oom_score_adj);
  const std::string_view fate = fate_words(entry.victim);
  if (!fate.empty()) text += fmt::format(", {}", fate);
  return text;
}

std::string cause_words(const Cause& cause) {
  std::string text = cause.unit || (cause.name && cause.kind == CauseKind::Processes) ? markdown_code(cause_name(cause))
                                                                                      : std::string(words(cause.kind));
  const std::string members = members_words(cause);
  if (!members.empty()) text += ", " + escape_markdown(members);
  if (cause.rss) text += fmt::format(", {}{}", cause.upper_bound ? "≤ " : "", format_size(*cause.rss));
  if (cause.unit_certainty) text += fmt::format(" (unit *{}*)", spell(*cause.unit_certainty));
  return text;
}

std::string confidence_words(const Cause& cause) {
  std::string text = fmt::format("**{}**", spell(cause.confidence));
  return cause.why_this_confidence.empty() ? text : text + " – " + escape_markdown(cause.why_this_confidence);
}

std::string evidence_words(const OomEvent& event) {
  std::string text =
      fmt::format("**{}** – {}", spell(event.completeness.grade), escape_markdown(completeness_words(event)));
  if (event.has_task_table) text += fmt::format("; {} tasks", event.tasks.size());
  return text;
}

void add_victims(Table& table, const Incident& incident) {
  const std::size_t shown = std::min(incident.victims.size(), kVictimsShown);
  for (std::size_t i = 0; i < shown; ++i) table.row({"Victim", victim_words(incident, incident.victims[i])});
  if (incident.victims_total > shown) {
    table.row({"Victims", fmt::format("and {} more", incident.victims_total - shown)});
  }
}

std::string origin_words(const Origin& origin) {
  if (origin.source.empty()) return "";
  const std::string line = origin.line == 0 ? "" : fmt::format(":{}", origin.line);
  return " (" + markdown_code(origin.source + line) + ")";
}

}  // namespace

std::string facts_table(const Document& document, const Incident& incident) {
  Table table({"", ""});
  table.row({"Scope", escape_markdown(scope_words(incident))});
  table.row({"Killer", killer_words(incident)});
  add_victims(table, incident);
  table.row({"Cause", cause_words(incident.cause)});
  table.row({"Confidence", confidence_words(incident.cause)});
  const AnalysedEvent* lead = lead_event(incident);
  if (lead != nullptr) table.row({"Evidence quality", evidence_words(lead->event)});
  if (incident.events_total > 1) table.row({"Reports", fmt::format("{}", incident.events_total)});
  table.row({"Began", when(incident.started)});
  if (incident.ended) table.row({"Ended", when(incident.ended)});
  if (!incident.boot_id.empty()) table.row({"Boot", markdown_code(incident.boot_id)});
  for (const InputSummary& input : document.inputs) table.row({"Source", markdown_code(input.source)});
  return table.text();
}

std::string timeline(const Incident& incident) {
  Table table({"time", "source", "event"});
  for (const TimelineEntry& entry : incident.timeline) {
    table.row({when(entry.time), escape_markdown(entry.source), escape_markdown(entry.text)});
  }
  return table.empty() ? "" : "### Timeline (UTC)\n\n" + table.text();
}

std::string units_now(const Incident& incident) {
  std::string list;
  for (const UnitNow& now : incident.now) {
    const std::string since = now.since ? " since " + when(now.since) : "";
    list += fmt::format("* {} {}.\n", markdown_code(now.unit), now_words(now, since));
  }
  return list.empty() ? "" : "### Now\n\n" + list;
}

std::string not_determined(const Document& document, const Incident& incident) {
  std::string list;
  const AnalysedEvent* lead = lead_event(incident);
  if (incident.cause.kind == CauseKind::Unknown) list += "* What held the memory.\n";
  if (lead != nullptr && lead->event.completeness.grade != Grade::A) {
    list += fmt::format("* The report is not whole: {}.\n", escape_markdown(completeness_words(lead->event)));
  }
  for (const InputSummary& input : document.inputs) {
    const std::string unread = unread_words(input, when(input.first));
    if (!unread.empty()) list += fmt::format("* {}\n", escape_markdown(unread));
  }
  for (const BlindSpot& spot : document.coverage.blind_spots) {
    list += fmt::format("* Not seen: {}: {}\n", words(spot.kind), escape_markdown(spot.detail));
  }
  for (const Exclusion& exclusion : incident.exclusions) {
    list += fmt::format("* {}: {}{}\n", escape_markdown(exclusion.what), escape_markdown(exclusion.text),
                        exclusion.origin ? origin_words(*exclusion.origin) : "");
  }
  if (lead != nullptr && lead->event.trust == Trust::Unknowable) {
    list += "* Who wrote the log: a text file cannot tell.\n";
  }
  if (lead != nullptr && lead->event.trust == Trust::Userspace) {
    list += "* Whether it happened: a process wrote the report, not the kernel. Do not act on it alone.\n";
  }
  return list.empty() ? "" : "### Not determined\n\n" + list;
}

}  // namespace oomwhy::markdown
