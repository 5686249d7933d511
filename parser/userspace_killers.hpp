// The lines of killers that are not the kernel: systemd-oomd, earlyoom, nohang, Meta's oomd, Android's lmkd; and the
// echoes of container runtimes and applications.
#pragma once

#include <optional>

#include "parser/userland.hpp"

namespace oomwhy {

std::optional<UserlandFact> classify_userspace_killer(const LogLine& line);
std::optional<UserlandFact> classify_echo(const LogLine& line);

}  // namespace oomwhy
