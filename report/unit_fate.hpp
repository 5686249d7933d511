// What became of a unit after a kill: down since when, back or not, and how often it was restarted.
#pragma once

#include <optional>
#include <string>

#include "report/analysis.hpp"

namespace oomwhy {

struct UnitFate {
  std::string unit;
  std::optional<Time> failed, started;  // of the first failure after the kill, and of the first start after that
  std::optional<std::string> result;    // "oom-kill", "signal"
  std::optional<std::uint64_t> restart_counter;
  bool start_limit_hit = false;
  bool other_processes_stopped = false;  // OOMPolicy=stop ended what the kernel had left alive
  std::optional<Bytes> memory_peak;      // of the invocation that died
  std::vector<Bytes> earlier_peaks;      // of invocations before it that ended well
};

// The fate of `unit` as far as the incident's userland events tell.
UnitFate trace_unit(const Incident& incident, const std::string& unit);

}  // namespace oomwhy
