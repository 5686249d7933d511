// The size of a page on the machine that printed a report: no line says it, but several give it away
// (kernel-formats: 4.8). 64 KiB pages make every number that is printed in pages sixteen times as large.
#pragma once

#include <cstdint>
#include <optional>

#include "parser/event.hpp"

namespace oomwhy {

// `buddy_page_bytes`: the first bucket of a buddy list, the one place where the kernel states it. Then, in this order:
// the node lines (kB) against the system's counters (pages), a victim's total-vm (kB) against its row (pages), the
// figure that stands for "no limit" in a memory cgroup. Else 4 KiB, assumed.
PageSize find_page_size(const OomEvent& event, std::optional<std::uint64_t> buddy_page_bytes,
                        std::optional<std::uint64_t> unlimited_kb);

}  // namespace oomwhy
