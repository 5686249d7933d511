// The key of --redact-key.
#pragma once

#include <string>

#include "parser/diagnostic.hpp"

namespace oomwhy {

// The bytes of the file without the line end behind them, at least 16 of them and at most 4096: a short key can be
// guessed, and with it every placeholder. Empty for an empty path.
Result<std::string> read_redaction_key(const std::string& path);

}  // namespace oomwhy
