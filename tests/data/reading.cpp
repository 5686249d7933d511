#include "tests/data/reading.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "parser/reader.hpp"
#include "report/renderer.hpp"

namespace oomwhy {

using nlohmann::json;

std::vector<OomEvent> events_of(TextSource source) {
  std::vector<OomEvent> events;
  read_source(std::move(source), {}, [&events](OomEvent event) { events.push_back(std::move(event)); });
  return events;
}

std::vector<OomEvent> events_of_file(const std::string& path) {
  auto source = TextSource::open(path);
  return source ? events_of(std::move(*source)) : std::vector<OomEvent>{};
}

std::vector<OomEvent> events_of_text(std::string text) {
  return events_of(TextSource::from_memory(std::move(text), "memory"));
}

Document document_of(const std::string& text, const std::string& name) {
  std::vector<OomEvent> events;
  std::vector<UserlandEvent> userland;
  ReadOptions options;
  options.userland = [&userland](UserlandEvent event) { userland.push_back(std::move(event)); };
  auto summary = read_source(TextSource::from_memory(text, name), options,
                             [&events](OomEvent event) { events.push_back(std::move(event)); });
  return analyse({std::move(summary)}, std::move(events), {}, userland);
}

std::vector<json> kernel_events(const json& document) {
  std::vector<json> events;
  for (const json& incident : document["incidents"]) {
    for (const json& event : incident["events"]) {
      if (event["kind"] == "kernel_oom") events.push_back(event);
    }
  }
  return events;
}

json incident_of(const OomEvent& event) {
  const Document document = analyse(std::vector<InputSummary>{}, std::vector<OomEvent>{event});
  return json::parse(render_json(document, JsonEvents::Include))["incidents"][0];
}

namespace {

constexpr std::array<std::string_view, 13> kOfTheSpelling{"time", "started", "ended", "host", "boot_id", "origin",
                                                          "origin_line", "trust", "timeline", "foreign_lines",
                                                          // Bytes that JSON cannot hold, beside the text that it can.
                                                          "comm_bytes", "as_printed", "clock"};

void strip(json& value) {
  if (value.is_object()) {
    for (const std::string_view key : kOfTheSpelling) value.erase(std::string(key));
  }
  if (value.is_structured()) {
    for (json& child : value) strip(child);
  }
}

}  // namespace

json without_spelling(json incident) {
  strip(incident);
  return incident;
}

}  // namespace oomwhy
