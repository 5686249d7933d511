// How the output is to be redacted, with the key of --redact-key read.
#pragma once

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"
#include "report/redact.hpp"

namespace oomwhy {

// The key: the bytes of the file without the line end behind them, at least 16 of them and at most 4096: a short key
// can be guessed, and with it every placeholder. Empty without a file.
Result<RedactionChoice> redaction_choice(const OutputChoice& output);

}  // namespace oomwhy
