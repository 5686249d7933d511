// Command lines: of tasks, of queries, and where a userspace killer quotes one.
#pragma once

#include "report/analysis.hpp"
#include "report/redact_words.hpp"

namespace oomwhy {

void hide_command_lines(Incident& incident, WordRedactor& words);

}  // namespace oomwhy
