// What was read and judged, and which incidents of it were asked for.
#pragma once

#include <vector>

#include "cli/inputs.hpp"
#include "cli/request.hpp"
#include "cli/selection.hpp"
#include "parser/diagnostic.hpp"
#include "report/analysis.hpp"

namespace oomwhy {

struct Answer {
  std::vector<Error> errors;   // of named sources that could not be read, or not to their end
  bool typed_lines = false;    // what other runs said is in it
  bool implied_stdin = false;  // standard input was read because something was piped in
  Document document;
  Selected selected;
};

// Error: an ambiguous id.
Result<Answer> judge_and_select(Inputs inputs, const Selection& selection);
Result<Answer> read_and_select(const Request& request);

}  // namespace oomwhy
