// The reports of a storm that are only counted. An incident keeps its first and its last reports and those that its
// cause is told by; of the others it keeps sums, from which it is judged as if they were all there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// What victims may have in common.
struct VictimKind {
  std::string comm;
  std::optional<std::uint32_t> uid;
  std::optional<std::string> cgroup, unit;
  bool operator<(const VictimKind& other) const {
    return std::tie(comm, uid, cgroup, unit) < std::tie(other.comm, other.uid, other.cgroup, other.unit);
  }
};

struct VictimCounts {
  std::size_t all = 0;
  std::size_t exiting = 0;       // already
  std::size_t killed = 0;        // neither that nor only named
  std::size_t chosen_kills = 0;  // as the chosen one of its report
  // Of the chosen ones: what their own report says of whether they are the cause.
  std::size_t guilty = 0, innocent = 0, unjudged = 0;
};

// What the verdicts of several reports may have in common.
struct CauseNames {
  CauseKind kind = CauseKind::Unknown;
  std::optional<std::string> name, unit;
  bool operator<(const CauseNames& other) const {
    return std::tie(kind, name, unit) < std::tie(other.kind, other.name, other.unit);
  }
};

// Kills of the same (report/rules_incident.hpp: hit_of).
struct RepeatedHits {
  std::size_t restarts = 0;  // of what was hit, since the hit before
  Time first, last;
  Origin last_kill;
  std::vector<std::uint32_t> last_pids;  // of the rows of the last one's table, sorted
};

// Adds hits that came behind those of `hits`.
void add(RepeatedHits& hits, const RepeatedHits& next);

// What kills gave back.
struct FreedMemory {
  Bytes sum;              // anonymous memory
  std::size_t kills = 0;  // of which that is the sum
  Origin last_kill;       // where there is one
};

// Adds what kills behind those of `freed` gave back.
void add(FreedMemory& freed, const FreedMemory& next);

// Reports that followed each other. Where there are very many different victims, causes or hits, those that were seen
// least are counted without their names.
struct FoldedReports {
  std::size_t reports = 0;
  OomEvent last;                    // without its tables
  Scope scope = Scope::Unknown;     // the widest
  bool any_incomplete = false;      // of grade C or D
  bool lacks_records = false;       // report/scene.hpp
  std::vector<std::uint64_t> ids;   // of the latest million, in their order
  std::vector<std::uint32_t> pids;  // of the latest million of victims, in their order
  std::map<VictimKind, VictimCounts> victims;
  VictimCounts other_victims;  // without their names
  std::map<CauseNames, std::size_t> causes;
  std::map<std::string, RepeatedHits> hits;
  FreedMemory freed;                     // rule G2
  std::optional<Evidence> killed_twice;  // rule K3
};

// Counts the reports that stand between the first and the last `at_ends` of `incident` and are not in `stays`
// (indices). `findings`: of each event.
void fold(Incident& incident, const std::vector<std::shared_ptr<const EventFindings>>& findings,
          const std::vector<std::size_t>& stays, std::size_t at_ends);

// Calls `take(folded)` for each stretch of counted reports of an incident.
template <typename Take>
void for_each_folded(const Incident& incident, Take take) {
  for (const AnalysedEvent& event : incident.events) {
    if (event.folded) take(*event.folded);
  }
}

VictimCounts all_victims(const FoldedReports& folded);

// The number, from 1, of the report that stands at `index` of Incident::events.
std::size_t report_number(const Incident& incident, std::size_t index);

// An id as it is written.
std::string id_in_words(std::uint64_t id);

// Whether `digits` are the first ones of the id of any of its events. Lower case.
bool answers_to(const Incident& incident, std::string_view digits);

}  // namespace oomwhy
