// What a setting can be put on: a unit, a slice, a container, a pod; read from a cgroup path, never from a process
// name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/analysis.hpp"

namespace oomwhy {

struct Target {
  std::string name;  // empty: not known, `gate` says how to find it
  TargetKind kind = TargetKind::Unit;
  std::optional<Certainty> certainty;
  std::string gate;  // why a setting on it is printed commented out; empty: nothing stands against it
};

Target target_of_path(std::string_view cgroup, Certainty certainty);
Target target_of_unit(const std::string& unit, Certainty certainty);
Target unknown_target(std::uint32_t pid);

// The report in which somebody first died for the cause's doing; where nobody did, the one that the cause was read
// from. Null: the incident has no report.
const AnalysedEvent* struck_event(const Incident& incident);

// What can be limited to contain the cause, and what the chosen victim of the struck event runs in.
Target cause_target(const Incident& incident);
Target victim_target(const Incident& incident);
// What a restart loop is of.
Target loop_target(const Incident& incident);

// Whose unit an advice is for that has no target, and the gate that all such advice shares: how to find the name.
// Absent for any other advice.
struct Unnamed {
  std::string what;  // "the unit of php"
  std::string gate;
};
std::optional<Unnamed> unnamed_target(const Incident& incident, const Advice& advice);

// systemd's own rule (unit_name_is_valid()): nothing else may become part of a path or a command.
bool is_valid_unit_name(std::string_view name);
// The word as it can stand in a shell command.
std::string shell_word(std::string_view word);

}  // namespace oomwhy
