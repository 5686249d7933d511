#include "report/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "report/doctor_checks.hpp"

namespace oomwhy {
namespace {

struct Check {
  const char* id;
  bool needs_running_system;
  void (*run)(const HostFacts&, HostFindings&);
};

// In the order of the screen: what a report needs first, then policy.
constexpr Check kChecks[] = {
    {"journal", false, check_journal},
    {"permissions", true, check_permissions},
    {"log-buffer", true, check_log_buffer},
    {"oom-dump-tasks", false, check_dump_tasks},
    {"oom-kill-allocating-task", false, check_allocating_task},
    {"panic-on-oom", false, check_panic},
    {"overcommit", false, check_overcommit},
    {"cgroup-version", true, check_cgroup_version},
    {"memory-pressure", true, check_pressure},
    {"unkillable-units", false, check_unkillable_units},
    {"protected-memory", true, check_protected_memory},
    {"memory-high-without-swap", false, check_memory_high},
    {"limits-against-ram", true, check_limits},
    {"restart-after-oom", false, check_restart},
    {"killers", false, check_killers},
};

}  // namespace

Diagnosis examine(const HostFacts& facts) {
  Diagnosis diagnosis{.root = facts.root, .pressure = facts.pressure};
  for (const Check& check : kChecks) {
    if (check.needs_running_system && facts.image) {
      diagnosis.not_checked.emplace_back(check.id);
      continue;
    }
    diagnosis.checked.emplace_back(check.id);
    HostFindings findings(check.id, diagnosis.findings);
    check.run(facts, findings);
  }
  std::stable_sort(diagnosis.findings.begin(), diagnosis.findings.end(),
                   [](const HostFinding& a, const HostFinding& b) { return a.severity < b.severity; });
  return diagnosis;
}

std::string_view spell(Severity severity) {
  switch (severity) {
    case Severity::Problem:
      return "problem";
    case Severity::Warning:
      return "warning";
    case Severity::Unknown:
      return "unknown";
  }
  return {};
}

std::optional<Bytes> parse_unit_size(const std::string& text, const std::optional<Bytes>& ram) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  const std::string suffix(end, text.data() + text.size());
  if (suffix == "%") {
    if (!ram) return std::nullopt;
    return Bytes{static_cast<std::uint64_t>(static_cast<double>(ram->count) * std::min(number, 100.0) / 100)};
  }
  constexpr std::string_view kUnits = "KMGTPE";
  const std::size_t power = suffix.empty() ? 0 : kUnits.find(suffix.front()) + 1;
  if (suffix.size() > 1 || (!suffix.empty() && power == 0)) return std::nullopt;
  double size = number;
  for (std::size_t i = 0; i < power; ++i) size *= 1024;
  constexpr double kMost = 9e18;
  return size > kMost ? std::nullopt : std::optional(Bytes{static_cast<std::uint64_t>(size)});
}

}  // namespace oomwhy
