// list: one line an incident.
#include <algorithm>
#include <utility>

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

CommandOutput run_list(View view) {
  const Format format = view.request.output.format;
  if (view.selected.empty() && format != Format::Json) return {.text = render_selected(std::move(view))};
  Document picked = pick(std::move(view.document), view.selected);
  switch (format) {
    case Format::Text:
    case Format::Full:
      if (view.request.selection.newest_first) std::reverse(picked.incidents.begin(), picked.incidents.end());
      return {.text = whole(render_list(picked, view.style) +
                            (is_fleet(picked) ? render_ranking(picked, view.style) : ""))};
    case Format::Markdown:
      return {.text = whole(render_list_markdown(picked))};
    case Format::Json:
      return {.text = as_json(std::move(picked), JsonEvents::LeaveOut)};
    case Format::JsonLines:
      return {.text = as_json_lines(std::move(picked))};
  }
  return {};
}

}  // namespace oomwhy
