#include "report/neighbours.hpp"

#include <algorithm>
#include <optional>

namespace oomwhy {
namespace {

const OomEvent* last_event(const Incident& incident) {
  return incident.events.empty() ? nullptr : &incident.events.back().event;
}

// How long `other` ended before `incident` began; absent: their clocks cannot be compared.
std::optional<std::int64_t> time_between(const Incident& other, const Incident& incident) {
  const auto& begin = incident.started;
  const auto& end = other.ended ? other.ended : other.started;
  if (!begin || !end) return std::nullopt;
  if (begin->realtime_us && end->realtime_us) return *begin->realtime_us - *end->realtime_us;
  const OomEvent* a = last_event(other);
  const OomEvent* b = last_event(incident);
  if (a == nullptr || b == nullptr || a->origin.source != b->origin.source) return std::nullopt;
  if (begin->wall_us && end->wall_us) return *begin->wall_us - *end->wall_us;
  if (begin->uptime_us && end->uptime_us && a->boot_index == b->boot_index) return *begin->uptime_us - *end->uptime_us;
  return std::nullopt;
}

int severity(const Incident& incident) {
  const bool panic = std::any_of(incident.events.begin(), incident.events.end(), [](const AnalysedEvent& event) {
    return event.event.outcome == Outcome::Panic || event.event.outcome == Outcome::Deadlock;
  });
  if (panic) return 2;
  return incident.scope == Scope::Host ? 1 : 0;
}

}  // namespace

std::vector<const Incident*> find_neighbours(const Document& document, const Incident& incident) {
  std::vector<const Incident*> neighbours;
  // The document is sorted, oldest first: what stands behind the incident came after it.
  for (const Incident& other : document.incidents) {
    if (&other == &incident) break;
    const auto distance = time_between(other, incident);
    if (!distance || *distance <= kNeighbourhoodUs) neighbours.push_back(&other);
  }
  std::reverse(neighbours.begin(), neighbours.end());
  std::stable_sort(neighbours.begin(), neighbours.end(),
                   [](const Incident* a, const Incident* b) { return severity(*a) > severity(*b); });
  return neighbours;
}

}  // namespace oomwhy
