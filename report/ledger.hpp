// Where the memory went: rows that add up to the managed memory of the host, or to the usage of the cgroup whose limit
// was hit, with an explicit row for what is in no counter.
#pragma once

#include <optional>
#include <vector>

#include "parser/event.hpp"

namespace oomwhy {

enum class LedgerItem {
  Anonymous,
  FileCache,
  Shmem,
  SlabReclaimable,
  SlabUnreclaimable,
  PageTables,
  KernelStack,
  Hugetlb,
  Free,
  Other,
  Unaccounted,
};

struct LedgerRow {
  LedgerItem item = LedgerItem::Other;
  Bytes size;
  double share = 0.0;  // of the total
  Certainty certainty = Certainty::Derived;
};

struct Ledger {
  Bytes total;  // managed memory of the host, or usage of the cgroup
  bool of_cgroup = false;
  std::vector<LedgerRow> rows;  // in the order of LedgerItem; rows of 0 bytes that were printed are kept
  bool nodes_filtered = false;  // rows that come from node lines may be too small
  // The counters come to more than the total, by as much as memory moved while they were read; shares are then of what
  // they come to.
  bool overcounted = false;
};

// Absent: neither a memory block nor the cgroup's statistics were printed whole.
std::optional<Ledger> account(const OomEvent& event);

// pages RAM - pages reserved: what MemTotal shows. Absent where not printed.
std::optional<Bytes> managed_memory(const OomEvent& event);

}  // namespace oomwhy
