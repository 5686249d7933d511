#include "cli/answer.hpp"

#include <utility>

#include "cli/latest_first.hpp"

namespace oomwhy {

Result<Answer> judge_and_select(Inputs inputs, const Selection& selection) {
  Answer answer{.errors = std::move(inputs.errors),
                .typed_lines = !inputs.typed_lines.empty(),
                .implied_stdin = inputs.implied_stdin,
                .document = inputs.gathering.finish(std::move(inputs.summaries)),
                .selected = {}};
  for (TypedLines& lines : inputs.typed_lines) merge_runs(answer.document, std::move(lines.runs), lines.source);
  auto selected = select(answer.document, selection);
  if (!selected) return selected.error();
  answer.selected = std::move(*selected);
  return answer;
}

Result<Answer> read_and_select(const Request& request) {
  if (auto latest = read_latest(request)) return std::move(*latest);
  return judge_and_select(read_inputs(request), request.selection);
}

}  // namespace oomwhy
