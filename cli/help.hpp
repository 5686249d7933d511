// The help texts: one screen of 24 lines each.
#pragma once

#include <optional>
#include <string>

#include "cli/request.hpp"

namespace oomwhy {

std::string help_text(std::optional<Command> command);
std::string version_text();

}  // namespace oomwhy
