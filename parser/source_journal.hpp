// OOM kills out of a systemd journal, through its index: only the entries that can speak of a kill are looked at, then
// what stands around each hit. The only place that knows sd-journal.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "parser/event.hpp"
#include "parser/reader.hpp"
#include "parser/userland.hpp"

namespace oomwhy {

// Which journal, spelt as in journalctl; nothing named: the local one.
struct JournalLocation {
  std::vector<std::string> files;         // --file, already expanded
  std::optional<std::string> directory;   // -D
  std::optional<std::string> root;        // --root
  std::optional<std::string> machine;     // -M: a local container
  std::optional<std::string> name_space;  // --namespace
  bool merge = false;                     // -m: other machines' files, too
};

struct JournalBoot {
  std::string id;                          // 32 hex digits
  std::int64_t first_us = 0, last_us = 0;  // realtime of its first and last entry
  std::string machine_id = {};             // of its last entry
};

// Which part of it.
struct JournalInterval {
  std::optional<std::int64_t> since_us, until_us;  // realtime, UTC
  std::optional<std::string> boot_id;              // 32 hex digits
  // -u: of units for which it holds, what their own lines say of refused memory is read, too. Empty: of none.
  std::function<bool(const std::string& unit)> is_asked_unit;
  // -b: picks a boot's id out of those in the journal, oldest first; empty: there is none such, and nothing is found.
  std::function<std::string(const std::vector<JournalBoot>&)> choose_boot;
};

struct JournalSinks {
  EventSink kernel_event;
  UserlandSink userland;  // in the journal's order; what programs said near a kill comes behind all of it
};

// Reads what the journal says of OOM kills. InputSummary::error: the journal could not be opened at all; files that
// could not be read are blind spots of kind Unreadable or Damaged.
InputSummary read_journal(const JournalLocation& location, const JournalInterval& interval, const JournalSinks& sinks);

// What a journal holds, for whoever comes back to it: the times of its first and last entry, the last one's cursor, and
// the host that it names.
struct JournalExtent {
  std::int64_t first_us = 0, last_us = 0;
  std::string last_cursor, host;
};
// Error: it cannot be opened, or holds no entry.
Result<JournalExtent> measure_journal(const JournalLocation& location);
// The time of the entry that a cursor names; absent: there is no such entry any more.
std::optional<std::int64_t> find_cursor(const JournalLocation& location, const std::string& cursor);

}  // namespace oomwhy
