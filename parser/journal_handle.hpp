// An open journal and the entry it stands on: sd-journal behind values and RAII.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/log_line.hpp"
#include "parser/source_journal.hpp"

struct sd_journal;  // libsystemd's open journal

namespace oomwhy {

struct JournalCloser {
  void operator()(sd_journal* journal) const;
};
using JournalHandle = std::unique_ptr<sd_journal, JournalCloser>;

// Opens with long fields whole (no data threshold).
Result<JournalHandle> open_journal(const JournalLocation& location);

// The folders that `location` reads, for naming files that the library leaves out; empty when files were named.
std::vector<std::string> journal_folders(const JournalLocation& location);

// One entry copied out of the journal.
class JournalEntry {
 public:
  // False: the entry is damaged.
  bool read(sd_journal* journal);

  std::string_view field(std::string_view name) const;  // empty: not there
  std::string_view message() const { return field("MESSAGE"); }
  const std::string& cursor() const { return cursor_; }
  std::int64_t realtime_us() const { return realtime_us_; }
  // The entry's message line by line, as normalize would hand it on.
  std::vector<LogLine> lines() const;

 private:
  LogLine first_line() const;

  std::string bytes_;
  std::vector<Field> fields_;
  std::string cursor_;
  std::string stamp_;
  std::int64_t realtime_us_ = 0;
};

// A field of the entry on which the journal stands, without copying the others; valid until the next one is looked at.
// Empty: not there.
std::string_view peek_field(sd_journal* journal, const char* name);
std::string_view peek_message(sd_journal* journal);

}  // namespace oomwhy
