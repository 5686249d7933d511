#include "cli/command.hpp"

#include <algorithm>
#include <utility>

#include "cli/selection.hpp"
#include "cli/shell_quote.hpp"

namespace oomwhy {
namespace {

// One story ends with what else happened around it; of several each would repeat the others.
std::string render_story(const View& view, std::size_t index) {
  if (view.selected.size() == 1) return render_text(view.document, view.document.incidents[index], view.style);
  const Document alone = only(view.document, index);
  return render_text(alone, alone.incidents.front(), view.style);
}

std::string render_stories(const View& view) {
  std::vector<std::size_t> order = view.selected;
  if (view.request.selection.newest_first) std::reverse(order.begin(), order.end());
  std::string text;
  for (const std::size_t i : order) {
    if (!text.empty()) text += "\n";
    text += render_story(view, i);
  }
  return text;
}

// Whom a "no" speaks of.
std::string subject_of(const Selection& selection) {
  std::vector<std::string> names = selection.units;
  for (const Match& match : selection.matches) {
    if (match.field == MatchField::Any || match.field == MatchField::Unit || match.field == MatchField::Comm)
      names.push_back(match.value);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Rendering whole(std::string text) {
  return [text = std::move(text)](const TextSink& out) { out(text); };
}

Rendering as_json(Document document, JsonEvents events) {
  return [document = std::move(document), events](const TextSink& out) { write_json(document, events, out); };
}

Rendering as_json_lines(Document document) {
  return [document = std::move(document)](const TextSink& out) { write_json_lines(document, out); };
}

Rendering render_selected(View view) {
  switch (view.request.output.format) {
    case Format::Text:
    case Format::Full:
      return whole(view.selected.empty() ? render_nothing(view.document, view.style, subject_of(view.request.selection))
                                         : render_stories(view));
    case Format::Markdown: {
      const std::string command = reproducing_command(view);
      return whole(render_markdown(pick(std::move(view.document), view.selected), command));
    }
    case Format::Json:
      return as_json(pick(std::move(view.document), view.selected), JsonEvents::Include);
    case Format::JsonLines:
      return as_json_lines(pick(std::move(view.document), view.selected));
  }
  return {};
}

std::string reproducing_command(const View& view) {
  std::vector<std::string> words = {"oomwhy"};
  words.insert(words.end(), view.request.arguments.begin(), view.request.arguments.end());
  if (view.selected.size() == 1 && view.request.selection.matches.empty()) {
    words.push_back(view.document.incidents[view.selected.front()].id);
  }
  return shell_command(words);
}

}  // namespace oomwhy
