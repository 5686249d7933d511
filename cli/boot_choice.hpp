// The argument of -b as journalctl reads it: "", "-1", "+2", "0", "all", an id, an id with an offset.
#pragma once

#include <optional>
#include <string_view>

#include "cli/request.hpp"

namespace oomwhy {

// What stands behind "-b" or "--boot=" without a blank. Absent: not a boot.
std::optional<BootChoice> parse_boot(std::string_view text);

// May the word after a lone "-b" be its argument? Narrower than parse_boot(): "-1", "+2", "0", "all", an id, an id with
// an offset; not "1234", which may be a PID to match.
bool looks_like_boot(std::string_view word);

}  // namespace oomwhy
