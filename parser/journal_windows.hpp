// Which stretches of a journal can hold a kernel's report: from the index, without reading the rest.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "parser/journal_handle.hpp"
#include "parser/source_journal.hpp"

struct sd_journal;  // libsystemd's open journal

namespace oomwhy {

// An entry that says that something was killed or is about to be.
struct JournalHit {
  std::string cursor;
  std::string boot_id;
  std::int64_t realtime_us = 0;
  bool opens_report = false;       // "invoked oom-killer"; else a kill, a panic or the lack of a victim
  std::uint64_t monotonic_us = 0;  // since that boot
};

// journald missed messages of the kernel.
struct JournalLoss {
  std::string boot_id;
  std::int64_t realtime_us = 0;
};

struct JournalHits {
  std::vector<JournalHit> kernel;      // in the journal's order
  std::vector<JournalLoss> losses;     // likewise
  std::vector<BlindSpot> blind_spots;  // missed and suppressed messages
  std::uint64_t damaged_entries = 0;
};

// The first pass: goes through the index once for each kind of entry that can speak of a kill, so that a step costs
// what its own few matches cost. Entries of other programs that may matter are handed to `others`, one kind after the
// other. `files`: all that the journal consists of; the kernel's entries are looked for in these, without the library,
// where that is possible.
JournalHits find_hits(sd_journal* journal, const std::vector<std::string>& files, const JournalInterval& interval,
                      const std::function<void(const JournalEntry&)>& others);

// For a journal that grows: narrows it to all the entries that can speak of a kill and goes before the interval's
// first.
void seek_hits(sd_journal* journal, const JournalInterval& interval);
// From where the journal stands to its end, or the interval's; of a journal that grows it can be called again.
JournalHits collect_hits(sd_journal* journal, const JournalInterval& interval,
                         const std::function<void(const JournalEntry&)>& others);

// What the service manager said of some units without a message id of its own: starts, timeouts, signals. Entries that
// find_hits() has handed on are left out.
void read_units(sd_journal* journal, const std::set<std::string>& units, const JournalInterval& interval,
                const std::function<void(const JournalEntry&)>& entry);

// Closes the matches that were added, with those of the interval, and visits every entry that is left.
void walk_within(sd_journal* journal, const JournalInterval& interval, const std::function<void()>& visit);

// The second pass: kernel entries around each hit, each at most once, one boot after the other and in order.
void read_around(sd_journal* journal, const std::vector<JournalHit>& hits,
                 const std::function<void(const JournalEntry&)>& kernel_entry);

}  // namespace oomwhy
