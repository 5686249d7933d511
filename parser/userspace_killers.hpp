// The lines of killers that are not the kernel: systemd-oomd, earlyoom, nohang, Meta's oomd, Android's lmkd; and the
// echoes of container runtimes and applications.
#pragma once

#include <optional>
#include <string_view>

#include "parser/userland.hpp"

namespace oomwhy {

std::optional<UserlandFact> classify_userspace_killer(const LogLine& line);
std::optional<UserlandFact> classify_echo(const LogLine& line);

// Every sentence of an application that classify_echo() knows, and those of containerd and kubelet, hold one of a few
// rare words: false costs a few searches.
bool may_be_echo(std::string_view text);

}  // namespace oomwhy
