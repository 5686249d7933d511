// What became of a unit after a kill: down since when, back or not, and how often it was restarted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

struct UnitFate {
  std::string unit;
  std::optional<Time> failed, started;  // of the first failure after the kill, and of the first start after that
  // Between the two: the manager's own restart, and a stop that somebody asked for (a person, a script, another unit).
  std::optional<Time> restart_scheduled, stop_asked;
  std::optional<std::string> result;       // "oom-kill", "signal"
  std::optional<std::string> exit_status;  // of its main process: "9/KILL"
  bool user_manager = false;               // a unit of a user's manager
  std::optional<std::uint64_t> restart_counter;
  bool start_limit_hit = false;
  bool other_processes_stopped = false;  // OOMPolicy=stop ended what the kernel had left alive
  std::optional<Bytes> memory_peak;      // of the invocation that died
  std::vector<Bytes> earlier_peaks;      // of invocations before it that ended well
};

// The fate of `unit` as far as the incident's userland events tell.
UnitFate trace_unit(const Incident& incident, const std::string& unit);
// Of every unit that the kill hit, by name: the victims', and those that failed for it.
std::vector<UnitFate> trace_units(const Incident& incident);

}  // namespace oomwhy
