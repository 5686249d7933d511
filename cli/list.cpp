// list: one line an incident.
#include <algorithm>

#include "cli/command.hpp"
#include "cli/selection.hpp"

namespace oomwhy {
namespace {

// What other runs said, of one host each.
bool is_fleet(const Document& document) {
  return std::any_of(document.inputs.begin(), document.inputs.end(),
                     [](const InputSummary& input) { return input.kind == "json_lines"; });
}

}  // namespace

CommandOutput run_list(const View& view) {
  if (view.selected.empty() && view.request.output.format != Format::Json) return {.text = render_selected(view)};
  Document picked = pick(view.document, view.selected);
  switch (view.request.output.format) {
    case Format::Text:
    case Format::Full:
      if (view.request.selection.newest_first) std::reverse(picked.incidents.begin(), picked.incidents.end());
      return {.text = render_list(picked, view.style) + (is_fleet(picked) ? render_ranking(picked, view.style) : "")};
    case Format::Markdown:
      return {.text = render_list_markdown(picked)};
    case Format::Json:
      return {.text = render_json(picked, JsonEvents::LeaveOut)};
    case Format::JsonLines:
      return {.text = render_json_lines(picked)};
  }
  return {};
}

}  // namespace oomwhy
