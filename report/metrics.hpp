// Counters over all scans, and how node_exporter's textfile collector reads them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "report/analysis.hpp"

namespace oomwhy {

// Sums since the state was begun. Names are UTF-8 and bounded in number: what comes later is "other".
struct ScanTotals {
  std::map<std::pair<std::string, std::string>, std::uint64_t> incidents;  // by scope and killer
  std::map<std::string, std::uint64_t> victim_kills;                       // by unit; "" for none
  std::map<std::string, std::uint64_t> cause_incidents;                    // by unit
  std::map<std::string, std::int64_t> last_incident_us;                    // by scope
  std::uint64_t incomplete_reports = 0, missed_kernel_messages = 0;
  bool operator==(const ScanTotals&) const = default;
};

void add(ScanTotals& totals, const Incident& incident);
// "Missed 4112 kernel messages": that many; 0: the spot counts none.
std::uint64_t missed_messages(const BlindSpot& spot);

struct ScanHealth {
  std::int64_t finished_us = 0;
  std::size_t unreadable_sources = 0;
};

// Prometheus' text format, at most 20 units a metric and the rest as "other".
std::string render_metrics(const ScanTotals& totals, const ScanHealth& health);

}  // namespace oomwhy
