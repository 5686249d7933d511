// What one scan leaves for the next: where each source was left, which incidents were told for good, which troubles are
// known, and the counters.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/log_position.hpp"
#include "parser/diagnostic.hpp"
#include "report/metrics.hpp"

namespace oomwhy {

struct JournalPosition {
  std::int64_t after_us = 0;  // entries behind this time are new
  std::string cursor;         // of the last entry that was there
};

struct SourceState {
  std::optional<LogPosition> log;  // one of the two
  std::optional<JournalPosition> journal;
  std::int64_t changed_us = 0;          // when a run last found something new in it
  std::vector<std::string> told_again;  // lost messages that were counted and will be read again: an incident is open
};

struct KnownTrouble {
  std::int64_t first_us = 0, last_us = 0;
  std::uint64_t count = 0;
};

struct ScanState {
  std::int64_t finished_us = 0;  // 0: there was no run before
  std::map<std::string, SourceState> sources;
  std::deque<std::string> done;  // event ids of incidents that were told for good, oldest first
  std::map<std::string, KnownTrouble> known;
  ScanTotals totals;
};

// The state as JSON and back; absent: damaged, or of another version.
std::string write_state(const ScanState& state);
std::optional<ScanState> parse_state(const std::string& text);

// The oldest are forgotten where the lists grow beyond what a state may hold.
void forget_the_oldest(ScanState& state);

struct LoadedState {
  ScanState state;
  std::string note;  // not empty: the file was of no use and was put aside
};
// No file is a state without any run. Error: it is there but cannot be read, or not put aside.
Result<LoadedState> load_state(const std::string& path);

// Held while a scan runs.
class StateLock {
 public:
  // Error: another scan holds it, or it cannot be made.
  static Result<StateLock> take(const std::string& state_path);
  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace oomwhy
