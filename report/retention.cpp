#include "report/retention.hpp"

#include <algorithm>

namespace oomwhy {
namespace {

std::uint64_t weight(const AnalysedEvent& analysed) {
  const OomEvent& event = analysed.event;
  const std::uint64_t rows = sizeof(Task) + sizeof(TaskScore) + 32;
  return sizeof(AnalysedEvent) + event.raw.size() + event.tasks.size() * rows +
         event.zones.size() * sizeof(ZoneMemory) + event.slabs.size() * (sizeof(SlabUse) + 32);
}

void leave_out(AnalysedEvent& analysed) {
  OomEvent& event = analysed.event;
  OomEvent kept;
  kept.trust = event.trust;
  kept.time = event.time;
  kept.ended = event.ended;
  kept.host = std::move(event.host);
  kept.boot_id = std::move(event.boot_id);
  kept.boot_index = event.boot_index;
  kept.origin = std::move(event.origin);
  kept.last_line = event.last_line;
  kept.last_cursor = std::move(event.last_cursor);
  kept.completeness = event.completeness;
  kept.kernel = std::move(event.kernel);
  kept.trigger = std::move(event.trigger);
  kept.constraint = event.constraint;
  kept.outcome = event.outcome;
  kept.message = event.message;
  kept.panic = event.panic;
  kept.page_size = event.page_size;
  kept.victims = std::move(event.victims);
  kept.lines = event.lines;
  event = std::move(kept);
  analysed.analysis.scoring.scores = {};
  analysed.analysis.groups = {};
  analysed.analysis.ledger.reset();
  analysed.omitted = true;
}

}  // namespace

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

}  // namespace oomwhy
