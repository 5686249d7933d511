#include "report/coverage.hpp"

#include <algorithm>

namespace oomwhy {
namespace {

bool hides_kills(BlindSpotKind kind) {
  switch (kind) {
    case BlindSpotKind::RecordsLost:
    case BlindSpotKind::Unreadable:
    case BlindSpotKind::Damaged:
    case BlindSpotKind::RingOverrun:
    case BlindSpotKind::Gap:
    case BlindSpotKind::LevelFiltered:
      return true;
    case BlindSpotKind::RecordsSuppressed:
    case BlindSpotKind::NotKernelTransport:
    case BlindSpotKind::Container:
    case BlindSpotKind::NoJournal:
    case BlindSpotKind::VolatileStorage:
    case BlindSpotKind::UnknownFormat:
    case BlindSpotKind::Clock:
      return false;
  }
  return false;
}

std::optional<std::int64_t> clock_of(const std::optional<Time>& time) {
  if (!time) {
    return std::nullopt;
  }
  return time->realtime_us ? time->realtime_us : time->wall_us;
}

// The interval is that of the inputs that know the time; without one, the first input's own.
void widen(Coverage& coverage, const InputSummary& input) {
  const auto from = clock_of(input.first), to = clock_of(input.last);
  if (!coverage.from || (from && (!clock_of(coverage.from) || *from < *clock_of(coverage.from)))) {
    coverage.from = input.first;
  }
  if (!coverage.to || (to && (!clock_of(coverage.to) || *to > *clock_of(coverage.to)))) {
    coverage.to = input.last;
  }
}

}  // namespace

Coverage cover(const std::vector<InputSummary>& inputs) {
  Coverage coverage;
  for (const InputSummary& input : inputs) {
    widen(coverage, input);
    coverage.complete = coverage.complete && !input.error;
    for (const BlindSpot& spot : input.blind_spots) {
      coverage.complete = coverage.complete && !hides_kills(spot.kind);
      if (std::find(coverage.blind_spots.begin(), coverage.blind_spots.end(), spot) == coverage.blind_spots.end()) {
        coverage.blind_spots.push_back(spot);
      }
    }
  }
  return coverage;
}

}  // namespace oomwhy
