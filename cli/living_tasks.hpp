// The units of those in a report's table that still run on this host: whoever caused a kill and was spared often does,
// and what logs nothing has its unit in no log.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "parser/event.hpp"

namespace oomwhy {

class LivingTasks {
 public:
  // `root`: empty, or a made host's folder.
  explicit LivingTasks(std::string root);

  // Fills Task::unit and unit_certainty of rows without a unit, for events of the boot that runs: of a journal by the
  // boot's id, of the ring buffer always. Derived: the process with this PID has the row's name and uid, and was
  // started before the report.
  void attribute(OomEvent& event);

 private:
  struct Process {
    std::string comm, unit;
    std::int64_t uid = 0, start_us = 0;  // since boot
  };
  const std::optional<Process>& process(std::uint32_t pid);
  std::optional<Process> read_process(std::uint32_t pid) const;

  std::string root_;
  std::string boot_;  // empty: nothing is to be learnt here
  std::map<std::uint32_t, std::optional<Process>> known_;
};

}  // namespace oomwhy
