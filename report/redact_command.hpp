// The words of the command that reproduces a report.
#pragma once

#include <string>
#include <vector>

#include "report/redact_words.hpp"

namespace oomwhy {

void redact_command(std::vector<std::string>& command, WordRedactor& words);

}  // namespace oomwhy
