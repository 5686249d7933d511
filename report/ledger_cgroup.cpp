// A cgroup's memory by the statistics that stand in its report, in the three spellings of the kernels.
#include <algorithm>
#include <string>
#include <string_view>

#include "report/ledger_rows.hpp"

namespace oomwhy {
namespace {

using Figure = std::optional<Bytes>;

Figure find(const MemcgReport& memcg, std::string_view key) {
  for (const MemcgStatEntry& entry : memcg.stats) {
    if (entry.is_bytes && entry.key == key) return Bytes{entry.value};
  }
  return std::nullopt;
}

// v1 prints the cgroup's own figures and, where it counts its subtree, the same again as "total_…"; the limit is the
// subtree's.
Figure find_v1(const MemcgReport& memcg, const std::string& key) {
  const Figure total = find(memcg, "total_" + key);
  return total ? total : find(memcg, key);
}

Bytes or_zero(Figure figure) { return figure.value_or(Bytes{}); }

// "anon" counts pages that are mapped: pages of a task that is dying, and swap cache that nobody maps, are on the lists
// only. shmem is on them too.
Bytes anonymous(const MemcgReport& memcg, Bytes mapped) {
  const Bytes on_lists = or_zero(find(memcg, "active_anon")) + or_zero(find(memcg, "inactive_anon"));
  return std::max(mapped, difference(on_lists, or_zero(find(memcg, "shmem"))));
}

// The kernel counts swap cache pages as file pages too; from 5.13 on it prints how many. Before, what the file lists
// and the locked pages hold is the most that can be cache.
Bytes file_cache(const MemcgReport& memcg, Bytes file) {
  const Bytes cache = difference(file, or_zero(find(memcg, "shmem")));
  if (const Figure swap_cached = find(memcg, "swapcached")) return difference(cache, *swap_cached);
  const Figure active = find(memcg, "active_file");
  const Figure inactive = find(memcg, "inactive_file");
  if (!active || !inactive) return cache;
  return std::min(cache, *active + *inactive + or_zero(find(memcg, "unevictable")));
}

// From 5.19 on "kernel" holds all kernel memory but sockets; before, only its parts are printed.
Bytes other_kernel_memory(const MemcgReport& memcg) {
  const Bytes sockets = or_zero(find(memcg, "sock"));
  const Bytes named = or_zero(find(memcg, "slab_reclaimable")) + or_zero(find(memcg, "slab_unreclaimable")) +
                      or_zero(find(memcg, "pagetables")) + or_zero(find(memcg, "sec_pagetables")) +
                      or_zero(find(memcg, "kernel_stack"));
  if (const Figure kernel = find(memcg, "kernel")) return sockets + difference(*kernel, named);
  return sockets + or_zero(find(memcg, "percpu")) + or_zero(find(memcg, "vmalloc"));
}

void put_v2(const MemcgReport& memcg, Bytes anon, Bytes file, Ledger& ledger) {
  const Bytes held = anonymous(memcg, anon);
  put(ledger, LedgerItem::Anonymous, held, held == anon ? Certainty::Stated : Certainty::Derived);
  put(ledger, LedgerItem::FileCache, file_cache(memcg, file), Certainty::Derived);
  put(ledger, LedgerItem::Shmem, find(memcg, "shmem"), Certainty::Stated);
  put(ledger, LedgerItem::SlabReclaimable, find(memcg, "slab_reclaimable"), Certainty::Stated);
  put(ledger, LedgerItem::SlabUnreclaimable, find(memcg, "slab_unreclaimable"), Certainty::Stated);
  if (const Figure tables = find(memcg, "pagetables")) {
    put(ledger, LedgerItem::PageTables, *tables + or_zero(find(memcg, "sec_pagetables")), Certainty::Stated);
  }
  put(ledger, LedgerItem::KernelStack, find(memcg, "kernel_stack"), Certainty::Stated);
  put(ledger, LedgerItem::Hugetlb, find(memcg, "hugetlb"), Certainty::Stated);
  put(ledger, LedgerItem::Other, other_kernel_memory(memcg), Certainty::Derived);
}

// v1 knows rss and cache; its kernel memory is one figure on a line of its own.
void put_v1(const MemcgReport& memcg, Bytes rss, Bytes cache, Ledger& ledger) {
  const Figure shmem = find_v1(memcg, "shmem");  // 4.12 on
  const Bytes swap_cached = or_zero(find_v1(memcg, "swapcached"));
  put(ledger, LedgerItem::Anonymous, rss, Certainty::Stated);
  put(ledger, LedgerItem::FileCache, difference(cache, or_zero(shmem) + swap_cached),
      shmem ? Certainty::Derived : Certainty::Assumed);
  put(ledger, LedgerItem::Shmem, shmem, Certainty::Stated);
  if (memcg.kmem) put(ledger, LedgerItem::Other, to_bytes(memcg.kmem->usage), Certainty::Stated);
}

// Up to 5.2 every cgroup of the subtree has a line for itself, and the one that is kept is the limiting cgroup's: where
// the victim was further down, most of the usage stands on lines that are not here.
bool leaves_out_children(const MemcgReport& memcg, const Ledger& ledger) {
  if (find(memcg, "total_rss") || !memcg.victim || memcg.victim == memcg.limiting) return false;
  Bytes counted;
  for (const LedgerRow& row : ledger.rows) counted += row.size;
  return counted.count < ledger.total.count / 2;
}

}  // namespace

std::optional<Ledger> rows_of_cgroup(const OomEvent& event) {
  if (!event.memcg || !event.memcg->memory) return std::nullopt;
  const MemcgReport& memcg = *event.memcg;
  Ledger ledger;
  ledger.total = to_bytes(memcg.memory->usage);
  ledger.of_cgroup = true;
  const Figure anon = find(memcg, "anon");
  const Figure file = find(memcg, "file");
  const Figure rss = find_v1(memcg, "rss");
  const Figure cache = find_v1(memcg, "cache");
  if (anon && file) {
    put_v2(memcg, *anon, *file, ledger);
  } else if (rss && cache) {
    put_v1(memcg, *rss, *cache, ledger);
    if (leaves_out_children(memcg, ledger)) return std::nullopt;
  } else {
    return std::nullopt;
  }
  return ledger;
}

}  // namespace oomwhy
