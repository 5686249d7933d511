// What read_journal() makes of journal files, gathered.
#pragma once

#include <string>
#include <vector>

#include "parser/source_journal.hpp"
#include "report/analysis.hpp"

namespace oomwhy {

struct JournalReading {
  InputSummary summary;
  std::vector<OomEvent> events;
  std::vector<UserlandEvent> userland;
};

inline JournalReading read_journal_files(const std::vector<std::string>& files, const JournalInterval& interval = {}) {
  JournalReading reading;
  reading.summary = read_journal({.files = files}, interval,
                                 {[&](OomEvent event) { reading.events.push_back(std::move(event)); },
                                  [&](UserlandEvent event) { reading.userland.push_back(std::move(event)); }});
  return reading;
}

inline bool has_blind_spot(const JournalReading& reading, BlindSpotKind kind) {
  for (const BlindSpot& spot : reading.summary.blind_spots) {
    if (spot.kind == kind) return true;
  }
  return false;
}

}  // namespace oomwhy
