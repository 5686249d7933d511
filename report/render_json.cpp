// The JSON document and its form as typed lines. Written piece by piece: at no time more than one event is held twice.
#include <nlohmann/json.hpp>

#include "report/json_parts.hpp"
#include "report/renderer.hpp"

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

void write_events(const Incident& incident, const Form& form, std::size_t indent, const TextSink& out) {
  const json::VictimIndex victims(incident.victims);
  out("," + form.break_at(indent) + "\"events\"" + form.colon() + "[");
  const char* separator = "";
  for (const AnalysedEvent& event : incident.events) {
    out(separator + form.break_at(indent + 1) + form.piece(json::event(event, victims), indent + 1));
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
  tail["diagnostics"] = json::diagnostics(document);
  tail["diagnostics_omitted"] = json::diagnostics_omitted(document);
  write_members(tail, form, 1, false, out);
  out("\n}\n");
}

void write_json_lines(const Document& document, const TextSink& out) {
  const Form form{.lines = true};
  Json begin = typed_line("begin");
  begin["tool"] = json::tool();
  begin["host"] = shared_host(document);
  begin["inputs"] = json::inputs(document);
  write_line(begin, out);
  for (const Incident& incident : document.incidents) {
    out("{");
    write_members(typed_line("incident"), form, 0, true, out);
    out(",");
    write_incident(incident, JsonEvents::Include, form, 0, out);
    out("}\n");
  }
  Json coverage = typed_line("coverage");
  coverage.update(json::coverage(document.coverage));
  coverage["other_kills"] = json::other_kills(document);
  coverage["diagnostics"] = json::diagnostics(document);
  coverage["diagnostics_omitted"] = json::diagnostics_omitted(document);
  write_line(coverage, out);
  Json end = typed_line("end");
  end["incidents_total"] = document.incidents.size();
  write_line(end, out);
}

std::string render_json(const Document& document, JsonEvents events) {
  std::string text;
  write_json(document, events, [&](std::string_view piece) { text += piece; });
  return text;
}

std::string render_json_lines(const Document& document) {
  std::string text;
  write_json_lines(document, [&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace oomwhy
