#include "report/retention.hpp"

#include <algorithm>

namespace oomwhy {
namespace {

template <typename Container>
void release(Container& container) {
  Container().swap(container);
}

}  // namespace

std::uint64_t weight(const AnalysedEvent& analysed) {
  const OomEvent& event = analysed.event;
  const std::uint64_t groups = event.tasks.size() * 32;
  return event.raw.capacity() + event.tasks.capacity() * sizeof(Task) +
         analysed.analysis.scoring.scores.capacity() * sizeof(TaskScore) + groups +
         event.zones.capacity() * sizeof(ZoneMemory) + event.slabs.capacity() * (sizeof(SlabUse) + 32);
}

std::uint64_t weight(const Incident& incident) {
  std::uint64_t sum = 0;
  for (const AnalysedEvent& event : incident.events) {
    sum += weight(event);
  }
  return sum;
}

void leave_out(AnalysedEvent& analysed) {
  OomEvent& event = analysed.event;
  if (event.memcg) {
    release(event.memcg->stats);
  }
  release(event.nodes);
  release(event.zones);
  release(event.hugepages);
  release(event.slabs);
  release(event.allocations);
  release(event.tasks);
  release(event.raw);
  release(analysed.analysis.scoring.scores);
  release(analysed.analysis.groups);
  analysed.analysis.ledger.reset();
  analysed.omitted = true;
}

void keep_within(Incident& incident, std::uint64_t budget) {
  std::vector<AnalysedEvent>& events = incident.events;
  if (events.empty()) {
    return;
  }
  const auto largest = static_cast<std::size_t>(
      std::max_element(events.begin(), events.end(),
                       [](const AnalysedEvent& a, const AnalysedEvent& b) { return weight(a) < weight(b); }) -
      events.begin());
  const auto is_always_kept = [&](std::size_t i) {
    return i == 0 || i == largest || i == incident.telling_event || i + 1 == events.size();
  };
  std::uint64_t spent = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    spent += is_always_kept(i) ? weight(events[i]) : 0;
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (is_always_kept(i)) {
      continue;
    }
    if (spent + weight(events[i]) > budget) {
      leave_out(events[i]);
    } else {
      spent += weight(events[i]);
    }
  }
}

void keep_newest_within(std::vector<Incident>& incidents, std::uint64_t budget) {
  std::uint64_t spent = 0;
  for (auto incident = incidents.rbegin(); incident != incidents.rend(); ++incident) {
    spent += weight(*incident);
    if (spent <= budget) {
      continue;
    }
    for (AnalysedEvent& event : incident->events) {
      leave_out(event);
    }
  }
}

}  // namespace oomwhy
