#include "report/ledger.hpp"

#include <algorithm>

#include "report/ledger_rows.hpp"
#include "report/managed_pages.hpp"
#include "report/total_pages.hpp"

namespace oomwhy {
namespace {

Bytes sum_of(const Ledger& ledger) {
  Bytes sum;
  for (const LedgerRow& row : ledger.rows) sum += row.size;
  return sum;
}

double share_of(Bytes size, Bytes total) {
  return total.count == 0 ? 0.0 : static_cast<double>(size.count) / static_cast<double>(total.count);
}

// What is in no row gets a row of its own; counters are read one after the other while memory moves, so that they may
// also come to a little more than the total.
Ledger close(Ledger ledger) {
  const Bytes counted = sum_of(ledger);
  ledger.overcounted = counted > ledger.total;
  put(ledger, LedgerItem::Unaccounted, difference(ledger.total, counted), Certainty::Derived);
  std::stable_sort(ledger.rows.begin(), ledger.rows.end(),
                   [](const LedgerRow& a, const LedgerRow& b) { return a.item < b.item; });
  const Bytes whole = std::max(ledger.total, counted);
  for (LedgerRow& row : ledger.rows) row.share = share_of(row.size, whole);
  return ledger;
}

}  // namespace

std::optional<Ledger> account(const OomEvent& event) {
  const bool of_cgroup = read_constraint(event).constraint == Constraint::Memcg;
  auto ledger = of_cgroup ? rows_of_cgroup(event) : rows_of_host(event);
  if (!ledger || ledger->total.count == 0) return std::nullopt;
  return close(*std::move(ledger));
}

std::optional<Bytes> managed_memory(const OomEvent& event) {
  const auto managed = managed_pages(event);
  if (!managed) return std::nullopt;
  return to_bytes(managed->pages, event.page_size);
}

}  // namespace oomwhy
