// Which entries of journal files hold some fields, and what they say, without libsystemd: it maps the files, and a walk
// over one entry in seventy maps and unmaps nearly every page, which takes several times as long as to read them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oomwhy {

struct IndexedEntry {
  std::string cursor;                  // as sd_journal_get_cursor(3) spells it
  std::string boot_id;                 // 32 hex digits
  std::int64_t realtime_us = 0;        // UTC
  std::uint64_t monotonic_us = 0;      // since that boot
  std::uint64_t fields_hash = 0;       // with the three above: two copies of an entry share them
  std::optional<std::string> message;  // absent: compressed, and left to the library
};

// "PRIORITY" of the match "PRIORITY=4".
std::string_view field_of(std::string_view match);

struct IndexSearch {
  std::vector<std::string_view>
      matches;  // "PRIORITY=4": all must hold; of those of one field, which stand together, any
  std::function<bool(std::string_view message)> is_wanted;  // called by several threads at once
  std::optional<std::int64_t> since_us, until_us;           // realtime, UTC
};

// The entries of these files that are searched for: by their time, each once, those of one time as they stand in the
// files. A message that is compressed counts as wanted. `threads` read a file each. Absent: a file cannot be read, is
// damaged, or of a layout or size not meant here; the library has to look for them.
std::optional<std::vector<IndexedEntry>> find_indexed(const std::vector<std::string>& files, const IndexSearch& search,
                                                      std::size_t threads);

}  // namespace oomwhy
