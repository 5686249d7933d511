// The two kinds of ledger before they are closed: the host's from Mem-Info, a cgroup's from its statistics.
#pragma once

#include <optional>

#include "report/ledger.hpp"

namespace oomwhy {

// A row that stands only where its figure was printed.
inline void put(Ledger& ledger, LedgerItem item, std::optional<Bytes> size, Certainty certainty) {
  if (size) ledger.rows.push_back({item, *size, 0.0, certainty});
}

constexpr Bytes difference(Bytes a, Bytes b) { return {a.count > b.count ? a.count - b.count : 0}; }

// Without shares and without the unaccounted row. Absent: figures are missing without which the rest would look
// unaccounted for.
std::optional<Ledger> rows_of_host(const OomEvent& event);
std::optional<Ledger> rows_of_cgroup(const OomEvent& event);

}  // namespace oomwhy
