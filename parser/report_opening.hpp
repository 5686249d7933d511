// Which lines can be the first that is left of a report, and which say that lines were left out.
#pragma once

#include <string_view>

#include "parser/grammar.hpp"

namespace oomwhy {

// Whether a report may begin with this fact: with its header, or cut anywhere up to its kill line. Whether what began
// is an OOM report may show only later (a Mem-Info is printed by others too).
bool opens_report(const Fact& fact);

// "...", "[...]", "[snip]", "…": the author of the text left lines out here.
bool is_elision(std::string_view text);

// "[79B blob data]": journalctl's text forms show this in place of a record with bytes that are not text.
bool is_hidden_record(std::string_view text);

}  // namespace oomwhy
