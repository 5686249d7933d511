// What the service manager and the killers of userspace will do.
#include <fmt/format.h>

#include <algorithm>

#include "report/doctor_checks.hpp"
#include "report/format.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kMostNames = 5;

// "a.service, b.service and 3 more"
std::string name_all(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMostNames; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMostNames) text += fmt::format(" and {} more", names.size() - kMostNames);
  return text;
}

template <typename Holds>
std::vector<std::string> names_of(const HostFacts& facts, Holds holds) {
  std::vector<std::string> names;
  for (const UnitPolicy& unit : *facts.units) {
    if (holds(unit)) names.push_back(unit.name);
  }
  return names;
}

bool has_units(const HostFacts& facts, const char* why, HostFindings& findings) {
  if (facts.units) return true;
  findings.add(Severity::Unknown, "No unit files could be read.", why, "systemctl list-unit-files --type=service");
  return false;
}

// systemd gives its own few small daemons this protection on purpose.
bool is_of_systemd(const std::string& name) { return name.starts_with("systemd-"); }

std::string edit(const std::vector<std::string>& names, const char* setting) {
  return fmt::format("systemctl edit {}   # {}", names.front(), setting);
}

}  // namespace

void check_unkillable_units(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy = "A unit that may not be killed frees nothing when it leaks: others die in its place.";
  if (!has_units(facts, kWhy, findings)) return;
  const auto names = names_of(
      facts, [](const UnitPolicy& unit) { return unit.oom_score_adjust == "-1000" && !is_of_systemd(unit.name); });
  if (names.empty()) return;
  findings.add(Severity::Warning, fmt::format("OOMScoreAdjust=-1000: {}.", name_all(names)), kWhy,
               edit(names, "OOMScoreAdjust=-900 still leaves a last resort"));
}

void check_protected_memory(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy = "When these grow, the kernel finds nobody worth killing, or panics.";
  if (!facts.processes) {
    return findings.add(Severity::Unknown, "The processes' oom_score_adj could not be read.", kWhy,
                        "grep -l -- -1000 /proc/[0-9]*/oom_score_adj");
  }
  const ProtectedMemory& memory = *facts.processes;
  if (memory.protected_resident.count * 2 < memory.resident.count || memory.protected_processes == 0) return;
  findings.add(Severity::Problem,
               fmt::format("{} of {} processes, which hold {} of {} in RAM, may not be killed (oom_score_adj -1000).",
                           memory.protected_processes, memory.processes, format_size(memory.protected_resident),
                           format_size(memory.resident)),
               kWhy, "grep -l -- -1000 /proc/[0-9]*/oom_score_adj");
}

void check_memory_high(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy =
      "Without swap a unit over MemoryHigh is slowed down without end: it hangs, is not killed, and counts as active.";
  if (!has_units(facts, kWhy, findings)) return;
  const auto names = names_of(facts, [&](const UnitPolicy& unit) {
    const bool high = unit.memory_high && parse_unit_size(*unit.memory_high, Bytes{1}).has_value();
    const bool no_swap = facts.swap == Bytes{0} || unit.memory_swap_max == "0";
    return high && no_swap;
  });
  if (!names.empty()) {
    findings.add(Severity::Warning, fmt::format("MemoryHigh= without swap: {}.", name_all(names)), kWhy,
                 edit(names, "MemoryMax= a little above MemoryHigh=, or swap"));
  }
  const auto high = names_of(facts, [](const UnitPolicy& unit) { return unit.memory_high.has_value(); });
  if (high.empty() || facts.swap) return;
  findings.add(Severity::Unknown, fmt::format("MemoryHigh= on a host whose swap is not known: {}.", name_all(high)),
               kWhy, "swapon --show");
}

void check_limits(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy = "All limits can be kept and the host still runs out: they do not protect it.";
  if (!facts.ram) {
    return findings.add(Severity::Unknown, "The size of RAM could not be read.", kWhy, "grep MemTotal /proc/meminfo");
  }
  Bytes sum{0};
  std::size_t count = 0;
  for (const CgroupLimit& limit : facts.limits) {
    sum.count += limit.limit.count;
    ++count;
  }
  if (sum.count <= facts.ram->count) return;
  findings.add(Severity::Warning,
               fmt::format("The MemoryMax of {} running units add up to {}, RAM is {}.", count, format_size(sum),
                           format_size(*facts.ram)),
               kWhy, "systemctl edit SLICE   # one MemoryMax= over all of them");
}

void check_restart(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy = "on-abort does not cover an OOM kill: the service stays dead until somebody starts it.";
  if (!has_units(facts, kWhy, findings)) return;
  const auto dead = names_of(facts, [](const UnitPolicy& unit) { return unit.restart == "on-abort"; });
  if (!dead.empty()) {
    findings.add(Severity::Warning, fmt::format("Restart=on-abort: {}.", name_all(dead)), kWhy,
                 edit(dead, "Restart=on-abnormal"));
  }
  const auto half = names_of(facts, [](const UnitPolicy& unit) {
    return unit.oom_policy == "continue" && unit.restart && *unit.restart != "no";
  });
  if (half.empty()) return;
  findings.add(Severity::Warning, fmt::format("OOMPolicy=continue with Restart=: {}.", name_all(half)),
               "A killed child does not end the unit, so nothing restarts it: the service runs on in part.",
               edit(half, "OOMPolicy=stop, unless the service replaces its own workers"));
}

void check_killers(const HostFacts& facts, HostFindings& findings) {
  const auto& killers = facts.enabled_killers;
  if (killers.size() > 1) {
    findings.add(Severity::Warning, fmt::format("Several userspace killers are enabled: {}.", name_all(killers)),
                 "Each acts on its own rule: two may kill where one kill would have been enough.",
                 fmt::format("systemctl disable --now {}", killers.back()));
  }
  const bool oomd = std::find(killers.begin(), killers.end(), "systemd-oomd.service") != killers.end();
  if (!oomd) return;
  if (facts.swap == Bytes{0}) {
    findings.add(Severity::Warning, "systemd-oomd runs without swap.",
                 "Its swap rule never holds, and pressure rises too late for it to act before the kernel does.",
                 "swapon --show; man systemd-oomd");
  } else if (!facts.swap && !facts.image) {
    findings.add(Severity::Unknown, "systemd-oomd is enabled, and whether there is swap could not be read.",
                 "Without swap its swap rule never holds.", "swapon --show");
  }
}

}  // namespace oomwhy
