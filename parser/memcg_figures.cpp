#include "parser/memcg_figures.hpp"

#include <algorithm>
#include <array>

namespace oomwhy {

namespace {

// Events, whatever follows the prefix: "pgfault", "pgscan_kswapd", "pgpgin", "pgpromote_success", "pgdemote_kswapd".
constexpr std::array<std::string_view, 4> kEventPrefixes = {"pg", "workingset_", "thp_", "numa_"};

// Events of other names. "zswap", "zswapped" and "swapcached" are bytes; these count pages that moved.
constexpr std::array<std::string_view, 8> kEvents = {"zswpin",      "zswpout", "zswpwb",  "swpin_zero",
                                                     "swpout_zero", "pswpin",  "pswpout", "zswap_incomp"};

constexpr std::uint64_t kUnlimited64 = std::uint64_t{1} << 50;
constexpr std::uint64_t kUnlimited32 = 8589934588U;  // 2^31 - 1 pages of 4 KiB

}  // namespace

bool memcg_stat_is_bytes(std::string_view key) {
  // cgroup v1 repeats every entry for the whole subtree.
  if (key.starts_with("total_")) key.remove_prefix(6);
  if (std::find(kEvents.begin(), kEvents.end(), key) != kEvents.end()) return false;
  return std::none_of(kEventPrefixes.begin(), kEventPrefixes.end(),
                      [key](std::string_view prefix) { return key.starts_with(prefix); });
}

bool is_unlimited(Kibibytes limit) { return limit.count >= kUnlimited64 || limit.count == kUnlimited32; }

MemcgCounter to_counter(const MemcgUsage& usage) {
  MemcgCounter counter;
  counter.usage = usage.usage;
  if (!is_unlimited(usage.limit)) counter.limit = usage.limit;
  counter.failcnt = usage.failcnt;
  return counter;
}

std::optional<MemcgCounter> MemcgReport::*counter_slot(MemoryCounter counter) {
  switch (counter) {
    case MemoryCounter::Memory:
      return &MemcgReport::memory;
    case MemoryCounter::MemorySwap:
      return &MemcgReport::memsw;
    case MemoryCounter::Kmem:
      return &MemcgReport::kmem;
    case MemoryCounter::Swap:
      return &MemcgReport::swap;
  }
  return &MemcgReport::memory;
}

}  // namespace oomwhy
