// What people and tools put in front of log lines when they pass them on: mail quoting, Markdown, bullets, line
// numbers, names of files.
#pragma once

#include <cstddef>
#include <string_view>

namespace oomwhy {

// Length of the one decoration at the front of `line`, 0 if there is none: a run of blanks, ">", "| ", "# ", "* ",
// "- ", "812:", "166233 ", "kern.log:", "kern.log:812:", "<pre>". Several may follow each other. Only a log line's own
// envelope behind them proves that they were no part of it.
std::size_t decoration_length(std::string_view line);

// Marks that stay marks without such a proof, because no kernel line begins with them: "> ", ">> ", "| ", "# ", and the
// tags that open a block of code.
std::size_t quote_marks_length(std::string_view line);

// "```" and "~~~" alone on a line, with or without a language: the border of a block, no line of a log.
bool is_fence(std::string_view line);

}  // namespace oomwhy
