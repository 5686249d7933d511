// The figures of a memory cgroup's block: counters with their limits, and the units of the memory.stat dump.
#pragma once

#include <optional>
#include <string_view>

#include "parser/event.hpp"
#include "parser/facts_memory.hpp"

namespace oomwhy {

// Whether the entry `key` is an amount of memory in bytes; most are, some count events, and nothing but the key says
// which (mm/memcontrol.c: memory_stats[] against memcg_vm_event_stat[]).
bool memcg_stat_is_bytes(std::string_view key);

// A limit of 2^50 kB and more is no limit, whatever the kernel's largest number was (kernel-formats: 2.4); so is the
// largest one of 32-bit kernels.
bool is_unlimited(Kibibytes limit);
MemcgCounter to_counter(const MemcgUsage& usage);

// Where a counter line goes.
std::optional<MemcgCounter> MemcgReport::*counter_slot(MemoryCounter counter);

}  // namespace oomwhy
