// Typed lines (`-o json-lines`, `scan -`) read back: what a fleet's hosts said, as runs and incidents again. What an
// incident's line holds of its events (tables, memory) is not taken back: the judgement is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// True where a text begins as typed lines do.
bool are_typed_lines(std::string_view head);

// From a "begin" line to its "end".
struct RunRead {
  std::string host;  // empty: not known
  Coverage coverage;
  std::uint64_t lines = 0, bytes = 0;  // of the logs that the run read
  std::vector<Incident> incidents;
  std::vector<OtherKill> other_kills;
  std::vector<RefusedAllocation> refused_allocations;
  bool ended = false;  // false: it was cut short
};

// Takes the lines of any number of runs, one after the other.
class RunReader {
 public:
  // False: no line of ours (or damaged, or of another schema).
  bool feed(std::string_view line);
  std::vector<RunRead> finish();

 private:
  RunRead& current();
  std::vector<RunRead> runs_;
};

// The incidents and coverage of runs put into a document that may hold others: the same incident once, oldest first.
// `source` is where the runs stood.
void merge_runs(Document& document, std::vector<RunRead> runs, const std::string& source);

}  // namespace oomwhy
