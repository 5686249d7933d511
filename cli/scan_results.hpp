// The results of all sources as one summary, and what of them the next run has to know.
#pragma once

#include <vector>

#include "cli/scan_source.hpp"
#include "cli/scan_state.hpp"
#include "report/scan_summary.hpp"

namespace oomwhy {

struct ScanOutcome {
  ScanSummary summary;
  Document document;  // inputs, coverage and other kills of all sources; no incidents
  ScanState next;
  ScanTotals shown;  // next.totals and what is open still: what a textfile says
  std::size_t unreadable = 0;
  bool incomplete = false;  // the exit status is 3
};

// `tasks` and `results` belong together; `before` is the state that they were scanned with.
ScanOutcome sum_up(const std::vector<SourceTask>& tasks, std::vector<SourceResult> results, const ScanState& before,
                   std::int64_t now_us);

}  // namespace oomwhy
