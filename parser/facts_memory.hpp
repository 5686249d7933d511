// Facts of the Mem-Info block, of the slab and allocation tables behind it, and of the memory cgroup block. Views point
// into the classified line; for `cut` see parser/facts_report.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parser/units.hpp"

namespace oomwhy {

// key:value as printed; the unit follows from the line (system: pages, node and zone: kB).
struct CounterPair {
  std::string_view key;  // as printed: "active_anon", "isolated(anon)", "free_pcp", "Balloon"
  std::uint64_t value = 0;
};

// --- Mem-Info -----------------------------------------------------------------------------------------------------

// "Mem-Info:", "Mem-info:".
struct MemInfoStart {};

// "active_anon:N inactive_anon:N …", any of the lines of this record, or all of them with newlines between.
struct SystemCounters {
  std::vector<CounterPair> pages;
  bool cut = false;
  bool out_of_range = false;
};

struct NodeCounters {
  std::uint32_t node = 0;
  std::vector<CounterPair> kb;
  std::optional<bool> all_unreclaimable;
  bool cut = false;
  bool out_of_range = false;
};

struct ZoneCounters {
  std::optional<std::uint32_t> node;
  std::string_view zone;
  std::vector<CounterPair> kb;
  std::optional<bool> all_unreclaimable;
  bool cut = false;
  bool out_of_range = false;
};

struct LowmemReserve {
  std::vector<std::uint64_t> pages;
};

// "Node 0 DMA32: 12*4kB (UME) 3*8kB (U) … = 1234kB".
struct BuddyBlock {
  std::uint64_t count = 0;
  std::uint64_t size_kb = 0;
  std::string_view types;
};
struct BuddyList {
  std::optional<std::uint32_t> node;
  std::string_view zone;
  std::vector<BuddyBlock> blocks;         // from order 0 up; empty: the zone is empty
  std::optional<std::uint64_t> total_kb;  // absent: the line was cut, or the zone is "empty" (2.6.18)
  bool cut = false;
};

struct Hugepages {
  std::optional<std::uint32_t> node;
  std::uint64_t total = 0, free = 0, surplus = 0, size_kb = 0;
};

// Lines that hold one number for the whole system, at the end of the Mem-Info block.
enum class SystemTotal {
  PagecachePages,      // "N total pagecache pages", "N pagecache pages"
  SwapCachePages,      // "N pages in swap cache", "N pages swap cached"
  FreeSwapKb,          // "Free swap  = NkB"
  TotalSwapKb,         // "Total swap = NkB"
  PagesRam,            // "N pages RAM", "N pages of RAM"
  PagesHighmem,        // "N pages HighMem", "N pages HighMem/MovableOnly", "N pages of HIGHMEM"
  PagesReserved,       // "N pages reserved", "N reserved pages"
  PagesCmaReserved,    // "N pages cma reserved"
  PagesHwpoisoned,     // "N pages hwpoisoned"
  PagesShared,         // "N pages shared", <= 3.11
  PagesNonShared,      // "N pages non-shared", <= 3.11
  PagesPagetableCache  // "N pages in pagetable cache"
};
struct SystemTotalLine {
  SystemTotal what = SystemTotal::PagesRam;
  std::uint64_t value = 0;
};

// Per-cpu lists, swap cache statistics and the like: known, no use.
struct MemInfoOther {};

// --- tables behind it ---------------------------------------------------------------------------------------------

// "Unreclaimable slab info:" or its column line.
struct SlabTableStart {};
struct SlabRow {
  std::string_view name;
  Kibibytes used, total;
};

// "Memory allocations:".
struct AllocationTableStart {};
struct AllocationRow {
  std::string_view size_as_printed;
  std::uint64_t count = 0;
  std::string_view where;
};

// "Memory cgroup min protection 0kB -- low protection 0kB", 6.19+.
struct CgroupProtection {
  Kibibytes min, low;
};

// --- memory cgroup ------------------------------------------------------------------------------------------------

// "Task in A killed as a result of limit of B". 3.15 to 3.17 print it as two lines: each gives its half.
struct MemcgKilledTask {
  std::optional<std::string_view> victim_path, limit_path;
  bool cut = false;
};

// "Memory limit reached of cgroup B", 4.2 to 4.20.
struct MemcgLimitReached {
  std::string_view path;
};

// "memory:", "memory+swap:", "kmem:", "swap:".
enum class MemoryCounter { Memory, MemorySwap, Kmem, Swap };
struct MemcgUsage {
  MemoryCounter counter = MemoryCounter::Memory;
  Kibibytes usage, limit;
  std::uint64_t failcnt = 0;
};

// "Memory cgroup stats for /a:" with nothing behind it, or (<= 5.2) with " cache:0KB rss:…".
struct MemcgStatsHeader {
  std::optional<std::string_view> path;  // absent: the kernel could not build it
  std::vector<CounterPair> inline_stats_kb;
  bool cut = false;
  bool out_of_range = false;
};

// "anon 12345": bytes, or a count of events.
struct MemcgStat {
  std::string_view key;
  std::uint64_t value = 0;
};

}  // namespace oomwhy
