// What a running kernel tells of itself and of its processes in /proc. `root`: empty, or a made host's folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace oomwhy {

// As journals spell it, 32 hex digits; empty: it cannot be read.
std::string running_boot(const std::string& root);

// Whether PIDs in `root`'s /proc are those that the kernel prints: not in a container with PIDs of its own.
bool has_kernels_pids(const std::string& root);

// When a process was started, in ticks (sysconf(_SC_CLK_TCK)) since boot, suspended time included; absent: it is gone.
std::optional<std::int64_t> start_ticks(const std::string& root, std::uint32_t pid);

}  // namespace oomwhy
