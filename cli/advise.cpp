// advise: drop-ins to standard output or to files, and who would have died under other settings.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "cli/command.hpp"
#include "cli/drop_in_files.hpp"
#include "cli/selection.hpp"
#include "report/advice.hpp"
#include "report/render_advice.hpp"
#include "report/what_if.hpp"

namespace oomwhy {
namespace {

// A choice can be replayed where its table was printed: the event that the cause was read from, else the first such.
const AnalysedEvent* event_to_replay(const Incident& incident) {
  if (incident.telling_event < incident.events.size() && !incident.events[incident.telling_event].event.tasks.empty()) {
    return &incident.events[incident.telling_event];
  }
  for (const AnalysedEvent& event : incident.events) {
    if (!event.event.tasks.empty()) return &event;
  }
  return incident.events.empty() ? nullptr : &incident.events.front();
}

void answer(Document& document, const AdviceChoice& choice) {
  if (choice.assumptions.empty()) return;
  for (Incident& incident : document.incidents) {
    const AnalysedEvent* event = event_to_replay(incident);
    if (event == nullptr) continue;
    incident.what_if =
        WhatIfAnswer{choice.assumptions_as_typed, event->analysis.id, replay(event->event, choice.assumptions)};
  }
}

// Settings for a unit that the log does not name have no file of their own.
void write_files_of(const Incident& incident, const AdviceChoice& choice, CommandOutput& output) {
  std::vector<DropIn> files = drop_ins(incident);
  const auto nameless =
      std::remove_if(files.begin(), files.end(), [](const DropIn& file) { return file.path.empty(); });
  const bool had_nameless = nameless != files.end();
  files.erase(nameless, files.end());
  Written written = write_drop_ins(files, choice.out_directory, choice.overwrite ? Overwrite::Yes : Overwrite::No);
  for (const std::string& path : written.paths) output.notes.push_back(fmt::format("wrote {}", path));
  output.errors.insert(output.errors.end(), written.errors.begin(), written.errors.end());
  if (files.empty()) {
    output.notes.push_back(fmt::format("incident {}: nothing to write: {}", incident.id,
                                       had_nameless ? "the log does not name the unit; oomwhy advise shows the settings"
                                                    : "no setting of a unit is advised"));
  }
}

CommandOutput write_files(const Document& document, const AdviceChoice& choice) {
  CommandOutput output;
  for (const Incident& incident : document.incidents) write_files_of(incident, choice, output);
  return output;
}

std::string render_all(const View& view, const Document& document) {
  const AdviceChoice& choice = view.request.advice;
  std::string text;
  for (const Incident& incident : document.incidents) {
    if (!text.empty()) text += "\n";
    text +=
        choice.assumptions.empty() ? render_advice(incident, choice.supervisor) : render_what_if(incident, view.style);
  }
  return text;
}

}  // namespace

CommandOutput run_advise(View view) {
  const Format format = view.request.output.format;
  if (view.selected.empty()) return {.text = render_selected(std::move(view))};
  Document document = pick(std::move(view.document), view.selected);
  answer(document, view.request.advice);
  CommandOutput output;
  if (!view.request.advice.out_directory.empty()) output = write_files(document, view.request.advice);
  switch (format) {
    case Format::Text:
    case Format::Full:
    case Format::Markdown:
      if (view.request.advice.out_directory.empty() || !view.request.advice.assumptions.empty()) {
        output.text = whole(render_all(view, document));
      }
      break;
    case Format::Json:
      output.text = as_json(std::move(document), JsonEvents::Include);
      break;
    case Format::JsonLines:
      output.text = as_json_lines(std::move(document));
      break;
  }
  return output;
}

}  // namespace oomwhy
