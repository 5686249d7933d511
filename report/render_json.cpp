// The JSON document and its form as typed lines. Written piece by piece: at no time more than one event is held twice.
#include <nlohmann/json.hpp>

#include "report/json_parts.hpp"
#include "report/renderer.hpp"
#include "report/scan_summary.hpp"

namespace oomwhy {

namespace {

using json::Json;

constexpr const char* kSchema = "oomwhy/1";

// How a piece is written, and what stands between pieces.
struct Form {
  bool lines = false;  // one JSON text on one line
  std::string piece(const Json& value, std::size_t indent) const {
    return lines ? json::compact(value) : json::readable(value, indent);
  }
  std::string break_at(std::size_t indent) const { return lines ? "" : "\n" + std::string(indent, ' '); }
  const char* colon() const { return lines ? ":" : ": "; }
};

// The members of an object as they stand inside its braces.
void write_members(const Json& object, const Form& form, std::size_t indent, bool first, const TextSink& out) {
  for (const auto& [key, member] : object.items()) {
    out((first ? "" : ",") + form.break_at(indent) + json::compact(Json(key)) + form.colon() +
        form.piece(member, indent));
    first = false;
  }
}

void write_event(const AnalysedEvent& event, const json::VictimIndex& victims, const Form& form, std::size_t indent,
                 const TextSink& out) {
  out("{");
  write_members(json::event_before_tasks(event), form, indent + 1, true, out);
  const json::LineBreaks breaks{form.break_at(indent + 2), form.break_at(indent + 1)};
  std::string tables = "," + form.break_at(indent + 1) + "\"tasks\"" + form.colon();
  json::append_tasks(event, breaks, tables);
  tables += "," + form.break_at(indent + 1) + "\"groups\"" + form.colon();
  json::append_groups(event, breaks, tables);
  out(tables);
  write_members(json::event_after_groups(event, victims), form, indent + 1, false, out);
  out(form.break_at(indent) + "}");
}

void write_events(const Incident& incident, const Form& form, std::size_t indent, const TextSink& out) {
  const json::VictimIndex victims(incident.victims);
  out("," + form.break_at(indent) + "\"events\"" + form.colon() + "[");
  const char* separator = "";
  for (const AnalysedEvent& event : incident.events) {
    out(separator + form.break_at(indent + 1));
    write_event(event, victims, form, indent + 1, out);
    separator = ",";
  }
  for (const UserlandEvent& event : incident.userland) {
    out(separator + form.break_at(indent + 1) + form.piece(json::userland_event(event), indent + 1));
    separator = ",";
  }
  const bool none = incident.events.empty() && incident.userland.empty();
  out((none ? "" : form.break_at(indent)) + "]");
}

void write_incident(const Incident& incident, JsonEvents events, const Form& form, std::size_t indent,
                    const TextSink& out) {
  write_members(json::incident_before_events(incident), form, indent, true, out);
  if (events == JsonEvents::Include) write_events(incident, form, indent, out);
  write_members(json::incident_after_events(incident), form, indent, false, out);
}

Json typed_line(const char* type) {
  Json object;
  object["type"] = type;
  object["schema"] = kSchema;
  return object;
}

// The host that all incidents share; null where there are several or none is known.
Json shared_host(const Document& document) {
  if (document.incidents.empty()) return nullptr;
  const std::string& host = document.incidents.front().host;
  for (const Incident& incident : document.incidents) {
    if (incident.host != host) return nullptr;
  }
  return json::text_or_null(host);
}

void write_line(const Json& line, const TextSink& out) { out(json::compact(line) + "\n"); }

void write_begin_line(const Document& document, const Json& host, const TextSink& out) {
  Json begin = typed_line("begin");
  begin["tool"] = json::tool();
  begin["host"] = host;
  begin["inputs"] = json::inputs(document);
  write_line(begin, out);
}

// `more`: members that only some lines have, behind the others.
void write_incident_line(const Incident& incident, const Json& more, const TextSink& out) {
  const Form form{.lines = true};
  out("{");
  write_members(typed_line("incident"), form, 0, true, out);
  out(",");
  write_incident(incident, JsonEvents::Include, form, 0, out);
  write_members(more, form, 0, false, out);
  out("}\n");
}

void write_coverage_line(const Document& document, const TextSink& out) {
  Json coverage = typed_line("coverage");
  coverage.update(json::coverage(document.coverage));
  coverage["other_kills"] = json::other_kills(document);
  coverage["refused_allocations"] = json::refused_allocations(document);
  coverage["diagnostics"] = json::diagnostics(document);
  coverage["diagnostics_omitted"] = json::diagnostics_omitted(document);
  write_line(coverage, out);
}

Json counts_of(const ScanSummary& summary) {
  const ScanCounts counts = count(summary);
  Json object;
  object["hosts"] = counts.hosts;
  object["hosts_covered"] = counts.covered_hosts;
  object["hosts_quiet"] = counts.quiet_hosts;
  object["hosts_silent"] = counts.silent_hosts;
  object["hosts_unreadable"] = counts.unreadable_hosts;
  object["incidents"] = counts.incidents;
  object["groups"] = counts.groups;
  object["new"] = counts.new_incidents;
  object["known"] = counts.known_incidents;
  object["open"] = counts.open_incidents;
  object["loops"] = counts.loops;
  object["userspace_kills"] = counts.userspace_kills;
  object["other_kills"] = counts.other_kills;
  return object;
}

// The host of a scan of one; null where there are several, or it is not known.
Json host_of(const ScanSummary& summary) {
  std::string host = summary.sources.empty() ? "" : summary.sources.front().host;
  for (const ScanSource& source : summary.sources) {
    if (source.host != host) return nullptr;
  }
  return json::text_or_null(host);
}

}  // namespace

void write_json(const Document& document, JsonEvents events, const TextSink& out) {
  const Form form{.lines = false};
  Json head;
  head["schema"] = kSchema;
  head["tool"] = json::tool();
  head["inputs"] = json::inputs(document);
  head["coverage"] = json::coverage(document.coverage);
  out("{");
  write_members(head, form, 1, true, out);
  out(",\n \"incidents\": [");
  const char* separator = "";
  for (const Incident& incident : document.incidents) {
    out(separator + std::string("\n  {"));
    write_incident(incident, events, form, 3, out);
    out("\n  }");
    separator = ",";
  }
  out(document.incidents.empty() ? "]" : "\n ]");
  Json tail;
  tail["other_kills"] = json::other_kills(document);
  tail["refused_allocations"] = json::refused_allocations(document);
  tail["diagnostics"] = json::diagnostics(document);
  tail["diagnostics_omitted"] = json::diagnostics_omitted(document);
  write_members(tail, form, 1, false, out);
  out("\n}\n");
}

void write_json_lines(const Document& document, const TextSink& out) {
  write_begin_line(document, shared_host(document), out);
  for (const Incident& incident : document.incidents) write_incident_line(incident, Json::object(), out);
  write_coverage_line(document, out);
  Json end = typed_line("end");
  end["incidents_total"] = document.incidents.size();
  write_line(end, out);
}

void write_scan_lines(const ScanSummary& summary, const Document& document, const TextSink& out) {
  write_begin_line(document, host_of(summary), out);
  for (const ScanIncident& found : summary.incidents) {
    Json more;
    more["open"] = found.open;
    more["known"] = found.known_since_us.has_value();
    write_incident_line(found.incident, more, out);
  }
  write_coverage_line(document, out);
  Json end = typed_line("end");
  end["incidents_total"] = summary.incidents.size();
  end["summary"] = counts_of(summary);
  write_line(end, out);
}

std::string render_json(const Document& document, JsonEvents events) {
  return text_of([&](const TextSink& out) { write_json(document, events, out); });
}

std::string render_json_lines(const Document& document) {
  return text_of([&](const TextSink& out) { write_json_lines(document, out); });
}

std::string text_of(const Rendering& rendering) {
  std::string text;
  rendering([&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace oomwhy
