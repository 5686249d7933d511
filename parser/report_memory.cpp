#include "parser/report_memory.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace oomwhy {

namespace {

template <typename Owner, typename Unit>
struct Counter {
  std::string_view key;
  std::optional<Unit> Owner::*member;
};

using SystemCounter = Counter<SystemMemory, Pages>;
using NodeCounter = Counter<NodeMemory, Kibibytes>;
using ZoneCounter = Counter<ZoneMemory, Kibibytes>;

constexpr std::array<SystemCounter, 27> kSystemCounters = {{
    {"active_anon", &SystemMemory::active_anon},
    {"inactive_anon", &SystemMemory::inactive_anon},
    {"isolated_anon", &SystemMemory::isolated_anon},
    {"active_file", &SystemMemory::active_file},
    {"inactive_file", &SystemMemory::inactive_file},
    {"isolated_file", &SystemMemory::isolated_file},
    {"unevictable", &SystemMemory::unevictable},
    {"dirty", &SystemMemory::dirty},
    {"writeback", &SystemMemory::writeback},
    {"unstable", &SystemMemory::unstable},
    {"slab_reclaimable", &SystemMemory::slab_reclaimable},
    {"slab_unreclaimable", &SystemMemory::slab_unreclaimable},
    {"mapped", &SystemMemory::mapped},
    {"mapped-file", &SystemMemory::mapped},  // EL5; its mapped-anon is no counter of later kernels
    {"shmem", &SystemMemory::shmem},
    {"pagetables", &SystemMemory::pagetables},
    {"sec_pagetables", &SystemMemory::sec_pagetables},
    {"bounce", &SystemMemory::bounce},
    {"kernel_misc_reclaimable", &SystemMemory::kernel_misc_reclaimable},
    {"free", &SystemMemory::free},
    {"free_pcp", &SystemMemory::free_pcp},
    {"free_cma", &SystemMemory::free_cma},
    {"slab", &SystemMemory::slab},
    {"active", &SystemMemory::active},
    {"inactive", &SystemMemory::inactive},
    {"Active_anon", &SystemMemory::active_anon},  // 2.6.28 to 2.6.31
    {"Active", &SystemMemory::active},            // <= 2.6.27
}};

constexpr std::array<NodeCounter, 24> kNodeCounters = {{
    {"active_anon", &NodeMemory::active_anon},
    {"inactive_anon", &NodeMemory::inactive_anon},
    {"active_file", &NodeMemory::active_file},
    {"inactive_file", &NodeMemory::inactive_file},
    {"unevictable", &NodeMemory::unevictable},
    {"isolated(anon)", &NodeMemory::isolated_anon},
    {"isolated(file)", &NodeMemory::isolated_file},
    {"mapped", &NodeMemory::mapped},
    {"dirty", &NodeMemory::dirty},
    {"writeback", &NodeMemory::writeback},
    {"shmem", &NodeMemory::shmem},
    {"shmem_thp", &NodeMemory::shmem_thp},
    {"shmem_pmdmapped", &NodeMemory::shmem_pmdmapped},
    {"anon_thp", &NodeMemory::anon_thp},
    {"writeback_tmp", &NodeMemory::writeback_tmp},
    {"unstable", &NodeMemory::unstable},
    {"kernel_stack", &NodeMemory::kernel_stack},
    {"shadow_call_stack", &NodeMemory::shadow_call_stack},
    {"pagetables", &NodeMemory::pagetables},
    {"sec_pagetables", &NodeMemory::sec_pagetables},
    {"Balloon", &NodeMemory::balloon},
    {"balloon", &NodeMemory::balloon},
    {"gpu_active", &NodeMemory::gpu_active},
    {"gpu_reclaim", &NodeMemory::gpu_reclaim},
}};

constexpr std::array<ZoneCounter, 32> kZoneCounters = {{
    {"free", &ZoneMemory::free},
    {"boost", &ZoneMemory::boost},
    {"min", &ZoneMemory::min},
    {"low", &ZoneMemory::low},
    {"high", &ZoneMemory::high},
    {"present", &ZoneMemory::present},
    {"managed", &ZoneMemory::managed},
    {"mlocked", &ZoneMemory::mlocked},
    {"free_cma", &ZoneMemory::free_cma},
    {"free_pcp", &ZoneMemory::free_pcp},
    {"kernel_stack", &ZoneMemory::kernel_stack},
    {"pagetables", &ZoneMemory::pagetables},
    {"bounce", &ZoneMemory::bounce},
    {"active_anon", &ZoneMemory::active_anon},
    {"inactive_anon", &ZoneMemory::inactive_anon},
    {"active_file", &ZoneMemory::active_file},
    {"inactive_file", &ZoneMemory::inactive_file},
    {"unevictable", &ZoneMemory::unevictable},
    {"isolated(anon)", &ZoneMemory::isolated_anon},
    {"isolated(file)", &ZoneMemory::isolated_file},
    {"slab_reclaimable", &ZoneMemory::slab_reclaimable},
    {"slab_unreclaimable", &ZoneMemory::slab_unreclaimable},
    {"shmem", &ZoneMemory::shmem},
    {"mapped", &ZoneMemory::mapped},
    {"dirty", &ZoneMemory::dirty},
    {"writeback", &ZoneMemory::writeback},
    {"writepending", &ZoneMemory::writepending},
    {"zspages", &ZoneMemory::zspages},
    {"reserved_highatomic", &ZoneMemory::reserved_highatomic},
    {"free_highatomic", &ZoneMemory::free_highatomic},
    {"active", &ZoneMemory::active},
    {"inactive", &ZoneMemory::inactive},
}};

// More nodes and zones than any machine has: a hostile log must not make the search for one slow.
constexpr std::size_t kMostZones = 1024;

template <typename Table>
auto member_of(const Table& table, std::string_view key) -> decltype(table.begin()->member) {
  for (const auto& counter : table) {
    if (counter.key == key) return counter.member;
  }
  return nullptr;
}

template <typename Table, typename Owner>
bool pairs_fit(const Table& table, const Owner& owner, const std::vector<CounterPair>& pairs) {
  return std::all_of(pairs.begin(), pairs.end(), [&](const CounterPair& pair) {
    const auto member = member_of(table, pair.key);
    return member == nullptr || !(owner.*member) || (owner.*member)->count == pair.value;
  });
}

template <typename Table, typename Owner>
void take_pairs(const Table& table, Owner& owner, const std::vector<CounterPair>& pairs) {
  for (const CounterPair& pair : pairs) {
    const auto member = member_of(table, pair.key);
    if (member != nullptr && !(owner.*member)) (owner.*member).emplace().count = pair.value;
  }
}

// The counters that a statement can rest on.
void keep_lines(EvidenceLines& lines, const std::vector<CounterPair>& pairs, std::uint64_t line) {
  constexpr std::array<std::pair<std::string_view, std::optional<std::uint64_t> EvidenceLines::*>, 6> kKept = {{
      {"unevictable", &EvidenceLines::unevictable},
      {"slab_reclaimable", &EvidenceLines::slab_reclaimable},
      {"slab_unreclaimable", &EvidenceLines::slab_unreclaimable},
      {"slab", &EvidenceLines::slab_unreclaimable},
      {"pagetables", &EvidenceLines::pagetables},
      {"shmem", &EvidenceLines::shmem},
  }};
  if (!lines.system_counters) lines.system_counters = line;
  for (const CounterPair& pair : pairs) {
    for (const auto& [key, slot] : kKept) {
      if (pair.key == key && !(lines.*slot)) lines.*slot = line;
    }
  }
}

template <typename Events>
auto find_node(Events& event, std::uint32_t node) {
  return std::find_if(event.nodes.begin(), event.nodes.end(), [node](const NodeMemory& n) { return n.node == node; });
}

template <typename Events>
auto find_zone(Events& event, std::optional<std::uint32_t> node, std::string_view zone) {
  return std::find_if(event.zones.begin(), event.zones.end(),
                      [&](const ZoneMemory& z) { return z.node == node && z.zone == zone; });
}

ZoneMemory& zone_of(OomEvent& event, std::optional<std::uint32_t> node, std::string_view zone) {
  const auto found = find_zone(event, node, zone);
  if (found != event.zones.end()) return *found;
  if (event.zones.size() >= kMostZones) return event.zones.back();
  ZoneMemory added;
  added.node = node;
  added.zone = std::string(zone);
  event.zones.push_back(std::move(added));
  return event.zones.back();
}

SystemMemory& memory_of(OomEvent& event) {
  if (!event.memory) event.memory.emplace();
  return *event.memory;
}

// The size of a page, if the first bucket can be one: a power of two from 4 KiB to 256 KiB, and the second bucket twice
// as large (a list that lost its beginning starts with a larger one, but no kernel has such pages above 256 KiB).
std::optional<std::uint64_t> page_of(const std::vector<BuddyBlock>& blocks) {
  if (blocks.size() < 2) return std::nullopt;
  const std::uint64_t kb = blocks[0].size_kb;
  if (!std::has_single_bit(kb) || kb < 4 || kb > 256 || blocks[1].size_kb != 2 * kb) return std::nullopt;
  return kb * 1024;
}

// Where a total goes. The shared and non-shared pages and the page table cache are of no use to anyone.
std::optional<Pages> SystemMemory::*pages_member(SystemTotal what) {
  switch (what) {
    case SystemTotal::PagecachePages:
      return &SystemMemory::pagecache;
    case SystemTotal::SwapCachePages:
      return &SystemMemory::swap_cache;
    case SystemTotal::PagesRam:
      return &SystemMemory::ram;
    case SystemTotal::PagesHighmem:
      return &SystemMemory::highmem;
    case SystemTotal::PagesReserved:
      return &SystemMemory::reserved;
    case SystemTotal::PagesCmaReserved:
      return &SystemMemory::cma_reserved;
    case SystemTotal::PagesHwpoisoned:
      return &SystemMemory::hwpoisoned;
    case SystemTotal::FreeSwapKb:
    case SystemTotal::TotalSwapKb:
    case SystemTotal::PagesShared:
    case SystemTotal::PagesNonShared:
    case SystemTotal::PagesPagetableCache:
      return nullptr;
  }
  return nullptr;
}

std::optional<Kibibytes> SystemMemory::*swap_member(SystemTotal what) {
  if (what == SystemTotal::FreeSwapKb) return &SystemMemory::swap_free;
  if (what == SystemTotal::TotalSwapKb) return &SystemMemory::swap_total;
  return nullptr;
}

}  // namespace

bool fits(const OomEvent& event, const SystemCounters& fact) {
  return !event.memory || pairs_fit(kSystemCounters, *event.memory, fact.pages);
}

bool fits(const OomEvent& event, const NodeCounters& fact) {
  const auto node = find_node(event, fact.node);
  return node == event.nodes.end() || pairs_fit(kNodeCounters, *node, fact.kb);
}

bool fits(const OomEvent& event, const ZoneCounters& fact) {
  const auto zone = find_zone(event, fact.node, fact.zone);
  return zone == event.zones.end() || pairs_fit(kZoneCounters, *zone, fact.kb);
}

bool fits(const OomEvent& event, const BuddyList& fact) {
  const auto zone = find_zone(event, fact.node, fact.zone);
  if (zone == event.zones.end() || zone->free_blocks.empty()) return true;
  return std::equal(zone->free_blocks.begin(), zone->free_blocks.end(), fact.blocks.begin(), fact.blocks.end(),
                    [](const FreeBlocks& had, const BuddyBlock& block) { return had.count == block.count; });
}

bool fits(const OomEvent& event, const Hugepages& fact) {
  return std::none_of(event.hugepages.begin(), event.hugepages.end(), [&](const HugepagePool& pool) {
    return pool.node == fact.node && pool.page_size.count == fact.size_kb &&
           (pool.total != fact.total || pool.free != fact.free);
  });
}

bool fits(const OomEvent& event, const SystemTotalLine& fact) {
  if (!event.memory) return true;
  if (const auto swap = swap_member(fact.what)) {
    const auto& had = *event.memory.*swap;
    return !had || had->count == fact.value;
  }
  const auto pages = pages_member(fact.what);
  if (pages == nullptr) return true;
  const auto& had = *event.memory.*pages;
  return !had || had->count == fact.value;
}

void add(OomEvent& event, const SystemCounters& fact, std::uint64_t line) {
  take_pairs(kSystemCounters, memory_of(event), fact.pages);
  keep_lines(event.lines, fact.pages, line);
}

void add(OomEvent& event, const NodeCounters& fact) {
  auto node = find_node(event, fact.node);
  if (node == event.nodes.end()) {
    if (event.nodes.size() >= kMostZones) return;
    event.nodes.emplace_back().node = fact.node;
    node = std::prev(event.nodes.end());
  }
  take_pairs(kNodeCounters, *node, fact.kb);
  if (fact.all_unreclaimable) node->all_unreclaimable = fact.all_unreclaimable;
}

void add(OomEvent& event, const ZoneCounters& fact, std::uint64_t line) {
  ZoneMemory& zone = zone_of(event, fact.node, fact.zone);
  if (zone.origin_line == 0) zone.origin_line = line;
  take_pairs(kZoneCounters, zone, fact.kb);
}

void add(OomEvent& event, const LowmemReserve& fact) {
  if (event.zones.empty() || !event.zones.back().lowmem_reserve_pages.empty()) return;
  event.zones.back().lowmem_reserve_pages = fact.pages;
}

void add(OomEvent& event, const BuddyList& fact, std::optional<std::uint64_t>& page_bytes) {
  if (!page_bytes) page_bytes = page_of(fact.blocks);
  ZoneMemory& zone = zone_of(event, fact.node, fact.zone);
  if (!zone.free_blocks.empty()) return;
  for (const BuddyBlock& block : fact.blocks) {
    FreeBlocks free;
    free.order = static_cast<std::uint32_t>(zone.free_blocks.size());
    free.count = block.count;
    free.types = std::string(block.types);
    zone.free_blocks.push_back(std::move(free));
  }
}

void add(OomEvent& event, const Hugepages& fact) {
  const bool had = std::any_of(event.hugepages.begin(), event.hugepages.end(), [&](const HugepagePool& pool) {
    return pool.node == fact.node && pool.page_size.count == fact.size_kb;
  });
  if (had || event.hugepages.size() >= kMostZones) return;
  HugepagePool pool;
  pool.node = fact.node;
  pool.total = fact.total;
  pool.free = fact.free;
  pool.surplus = fact.surplus;
  pool.page_size = Kibibytes{fact.size_kb};
  event.hugepages.push_back(pool);
}

void add(OomEvent& event, const SystemTotalLine& fact) {
  SystemMemory& memory = memory_of(event);
  if (const auto swap = swap_member(fact.what)) {
    if (!(memory.*swap)) memory.*swap = Kibibytes{fact.value};
  } else if (const auto pages = pages_member(fact.what)) {
    if (!(memory.*pages)) memory.*pages = Pages{fact.value};
  }
}

}  // namespace oomwhy
