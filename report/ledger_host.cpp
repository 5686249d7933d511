// The host's memory by Mem-Info. Each page stands in one row: a page on an LRU list is anonymous (swap cache included),
// file cache or shmem; locked pages are one of the three as well.
#include <algorithm>
#include <initializer_list>

#include "report/ledger_rows.hpp"
#include "report/managed_pages.hpp"
#include "report/total_pages.hpp"

namespace oomwhy {
namespace {

using Counter = std::optional<Pages>;

Pages sum(std::initializer_list<Counter> counters) {
  Pages total;
  for (const Counter& counter : counters) total += counter.value_or(Pages{});
  return total;
}

Pages less(Pages a, Pages b) { return {a.count > b.count ? a.count - b.count : 0}; }

bool has_lru_lists(const SystemMemory& memory) {
  const bool split = memory.active_anon && memory.inactive_anon && memory.active_file && memory.inactive_file;
  return split || (memory.active && memory.inactive);
}

// Without one of these the counters were cut, and what they would have held would look unaccounted for.
bool is_complete(const SystemMemory& memory) {
  return has_lru_lists(memory) && memory.free && (memory.slab_unreclaimable || memory.slab);
}

struct OnLists {
  Pages anonymous, file, other;
  Certainty certainty = Certainty::Derived;
};

// "total pagecache pages" counts file, shmem and swap cache pages wherever they are, so that what is left of the lists
// is anonymous to the page, locked memory included.
OnLists split_by_pagecache(const SystemMemory& memory, Pages all) {
  const Pages cached = less(*memory.pagecache, memory.swap_cache.value_or(Pages{}));
  const Pages file = less(cached, memory.shmem.value_or(Pages{}));
  return {less(all, cached), std::min(file, all), Pages{},
          memory.shmem ? Certainty::Derived : Certainty::Assumed};  // <= 2.6.31: tmpfs files count as file cache
}

// Without that line shmem is on the anonymous lists, and nothing tells what is locked.
OnLists split_by_lists(const SystemMemory& memory) {
  const Pages anonymous = sum({memory.active_anon, memory.inactive_anon, memory.isolated_anon});
  const Pages file = sum({memory.active_file, memory.inactive_file, memory.isolated_file});
  const Pages shmem = memory.shmem.value_or(Pages{});
  const Pages locked = memory.unevictable.value_or(Pages{});
  return {less(anonymous, shmem), file, less(locked, less(shmem, anonymous)), Certainty::Assumed};
}

OnLists split_lists(const SystemMemory& memory) {
  const Pages all =
      sum({memory.active_anon, memory.inactive_anon, memory.isolated_anon, memory.active_file, memory.inactive_file,
           memory.isolated_file, memory.unevictable, memory.active, memory.inactive});
  if (memory.pagecache) return split_by_pagecache(memory, all);
  if (memory.active_anon) return split_by_lists(memory);
  return {Pages{}, Pages{}, all, Certainty::Assumed};
}

template <typename Part>
std::optional<Bytes> sum_of(const std::vector<Part>& parts,
                            std::initializer_list<std::optional<Kibibytes> Part::*> fields) {
  std::optional<Bytes> total;
  for (const Part& part : parts) {
    for (const auto field : fields) {
      if (part.*field) total = total.value_or(Bytes{}) + to_bytes(*(part.*field));
    }
  }
  return total;
}

// In node lines from 5.9 on, in zone lines before.
std::optional<Bytes> kernel_stacks(const OomEvent& event) {
  const auto of_nodes = sum_of(event.nodes, {&NodeMemory::kernel_stack, &NodeMemory::shadow_call_stack});
  return of_nodes ? of_nodes : sum_of(event.zones, {&ZoneMemory::kernel_stack});
}

std::optional<Bytes> hugetlb(const OomEvent& event) {
  if (event.hugepages.empty()) return std::nullopt;
  Bytes total;
  for (const HugepagePool& pool : event.hugepages) {
    total += Bytes{saturating_multiply(pool.total, to_bytes(pool.page_size).count)};
  }
  return total;
}

// Pages that the kernel counts but that are nobody's: bounce buffers, FUSE's copies, zsmalloc's pool (6.18 to 7.2),
// drivers' (7.1).
Bytes odd_counters(const OomEvent& event) {
  const Pages pages = sum({event.memory->bounce, event.memory->kernel_misc_reclaimable});
  return to_bytes(pages, event.page_size) + sum_of(event.zones, {&ZoneMemory::zspages}).value_or(Bytes{}) +
         sum_of(event.nodes, {&NodeMemory::writeback_tmp, &NodeMemory::gpu_active, &NodeMemory::gpu_reclaim})
             .value_or(Bytes{});
}

// Whether nodes were left out of the report, whose stacks and huge pages are then missing.
bool is_filtered(const OomEvent& event, Pages managed) {
  const Constraint constraint = read_constraint(event).constraint;
  if (constraint == Constraint::Cpuset || constraint == Constraint::MemoryPolicy) return true;
  const auto of_zones = managed_pages_of_zones(event);
  return of_zones && of_zones->count + of_zones->count / 100 < managed.count;
}

// A balloon that can be deflated in an OOM holds pages that still count as managed; any other is in "reserved".
void add_balloon(const OomEvent& event, Ledger& ledger, Bytes& other) {
  const auto balloon = sum_of(event.nodes, {&NodeMemory::balloon});
  if (!balloon) return;
  Bytes counted = other;
  for (const LedgerRow& row : ledger.rows) counted += row.size;
  other += std::min(*balloon, difference(ledger.total, counted));
}

}  // namespace

std::optional<Ledger> rows_of_host(const OomEvent& event) {
  const auto managed = managed_pages(event);
  if (!event.memory || !managed || !is_complete(*event.memory)) return std::nullopt;
  const SystemMemory& memory = *event.memory;
  const auto bytes = [&event](Counter pages) {
    return pages ? std::optional(to_bytes(*pages, event.page_size)) : std::nullopt;
  };
  Ledger ledger;
  ledger.total = to_bytes(managed->pages, event.page_size);
  ledger.nodes_filtered = is_filtered(event, managed->pages);
  const OnLists lists = split_lists(memory);
  put(ledger, LedgerItem::Anonymous, bytes(lists.anonymous), lists.certainty);
  put(ledger, LedgerItem::FileCache, bytes(lists.file), lists.certainty);
  put(ledger, LedgerItem::Shmem, bytes(memory.shmem), Certainty::Stated);
  put(ledger, LedgerItem::SlabReclaimable, bytes(memory.slab_reclaimable), Certainty::Stated);
  put(ledger, LedgerItem::SlabUnreclaimable, bytes(memory.slab_unreclaimable), Certainty::Stated);
  // <= 2.6.31 prints one figure for both kinds.
  if (!memory.slab_unreclaimable) put(ledger, LedgerItem::SlabUnreclaimable, bytes(memory.slab), Certainty::Assumed);
  if (memory.pagetables) {
    put(ledger, LedgerItem::PageTables, bytes(sum({memory.pagetables, memory.sec_pagetables})), Certainty::Stated);
  }
  put(ledger, LedgerItem::KernelStack, kernel_stacks(event), Certainty::Derived);
  put(ledger, LedgerItem::Hugetlb, hugetlb(event), Certainty::Derived);
  put(ledger, LedgerItem::Free, bytes(sum({memory.free, memory.free_pcp})), Certainty::Derived);
  Bytes other = to_bytes(lists.other, event.page_size) + odd_counters(event);
  add_balloon(event, ledger, other);
  put(ledger, LedgerItem::Other, other, Certainty::Derived);
  return ledger;
}

}  // namespace oomwhy
