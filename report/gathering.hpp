// Takes what is read, report by report and word by word, and ends in the whole judgement. What it holds meanwhile is
// bounded: where the tables of all reports would not fit, those in the middle of an incident are read off and left out,
// then those of the oldest incidents; of a storm's reports most are only counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/analysis.hpp"
#include "report/recent_victims.hpp"
#include "report/refused_allocations.hpp"
#include "report/userland_words.hpp"

namespace oomwhy {

struct GatheringLimits {
  std::uint64_t bytes = std::uint64_t{16} << 20U;  // of tables and raw text
  std::size_t words = 8192;                        // of other programs
  std::size_t at_ends = 256;        // reports at the beginning and at the end of an incident that are kept one by one
  std::vector<std::string> wanted;  // ids, or their first digits: of these incidents as many tables stay as are told
};

class Gathering {
 public:
  Gathering() : Gathering(Background{}) {}
  explicit Gathering(Background background, GatheringLimits limits = {});

  // The reports of one source in the order in which they stand there.
  void take(OomEvent event);
  void take(UserlandEvent word);

  // The judgement of all that was taken; once.
  Document finish(std::vector<InputSummary> inputs);

 private:
  void make_room();
  bool is_wanted(const Incident& incident) const;
  Background background_of(const Incident& incident, const UserlandWords& words) const;

  Background background_;
  GatheringLimits limits_;
  RecentVictims recent_;
  std::vector<AnalysedEvent> events_;
  std::uint64_t held_ = 0;       // bytes of the tables and raw text of `events_`
  std::size_t most_events_ = 0;  // `events_` may be until room is made
  std::vector<UserlandEvent> words_;
  RefusedAllocations refused_;
};

}  // namespace oomwhy
