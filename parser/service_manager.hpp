// The lines of systemd's PID 1 and of users' managers.
#pragma once

#include <optional>

#include "parser/userland.hpp"

namespace oomwhy {

std::optional<UnitMessage> classify_service_manager(const LogLine& line);

}  // namespace oomwhy
