// Victims and rows found by process, so that a storm of kills takes no quadratic time.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

std::tuple<std::uint32_t, std::uint64_t> place(const Victim& victim) { return {victim.pid, victim.origin_line}; }

// A view, not a copy: tables may have a million rows.
template <typename Process>
std::tuple<std::uint32_t, std::string_view> name_of(const Process& process) {
  return {process.pid, process.comm};
}

}  // namespace

VictimIndex::VictimIndex(const std::vector<IncidentVictim>& victims) {
  sorted_.reserve(victims.size());
  for (const IncidentVictim& entry : victims) sorted_.push_back(&entry);
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [](const auto* a, const auto* b) { return place(a->victim) < place(b->victim); });
}

IncidentVictim VictimIndex::find(const Victim& victim) const {
  auto entry = std::lower_bound(sorted_.begin(), sorted_.end(), victim, [](const auto* known, const auto& wanted) {
    return place(known->victim) < place(wanted);
  });
  // Two logs may have a victim with this PID on this line.
  for (; entry != sorted_.end() && place((*entry)->victim) == place(victim); ++entry) {
    if ((*entry)->victim == victim) return **entry;
  }
  return {.victim = victim, .unit = std::nullopt, .unit_certainty = std::nullopt, .is_cause = std::nullopt};
}

RowIndex::RowIndex(const OomEvent& event) {
  sorted_.reserve(event.tasks.size());
  for (const Task& task : event.tasks) sorted_.push_back(&task);
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [](const auto* a, const auto* b) { return name_of(*a) < name_of(*b); });
}

const Task* RowIndex::find(const Victim& victim) const {
  const auto row = std::lower_bound(sorted_.begin(), sorted_.end(), victim, [](const auto* known, const auto& wanted) {
    return name_of(*known) < name_of(wanted);
  });
  return row != sorted_.end() && name_of(**row) == name_of(victim) ? *row : nullptr;
}

}  // namespace oomwhy::json
