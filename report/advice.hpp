// Settings as values: what to set, why, with which arithmetic, from which source, and what the replay says. Never for
// memory that no process owns, never for a unit that is only guessed; what the site forbids is held back with its word.
#pragma once

#include <string>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// In the order: contain the cause, repair restarts, bias the choice, give slack, change the killer's policy.
std::vector<Advice> advise(const Incident& incident, const Background& background);

// A drop-in file: `UNIT.d/50-oom.conf` and its text; settings that a gate holds back stand in it commented out.
struct DropIn {
  std::string unit;  // "mariadb.service"; where the log does not name it "the unit of php"
  std::string path;  // relative: "mariadb.service.d/50-oom.conf"; empty where the log does not name the unit
  std::string text;
};
std::vector<DropIn> drop_ins(const Incident& incident);

}  // namespace oomwhy
