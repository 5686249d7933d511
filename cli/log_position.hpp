// Where a log was left, said so that it is found again after rotation, compression and a rename: by what the file
// begins with, not by its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/log_set.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// The first line of a file, or as much of it as there was.
struct LogHead {
  std::uint64_t bytes = 0;
  std::string digest;  // of those bytes
  bool operator==(const LogHead&) const = default;
};

struct LogPosition {
  std::string file;  // as it was called then
  std::uint64_t inode = 0;
  LogHead head;
  std::uint64_t offset = 0;  // of its text, unpacked: where the next line begins
  std::uint64_t lines = 0;   // before that
  bool operator==(const LogPosition&) const = default;
};

// Where to go on in a set as it is now.
struct LogStart {
  std::size_t member = 0;  // index; members.size(): there is nothing
  std::uint64_t offset = 0, lines = 0;
  std::vector<BlindSpot> blind_spots;  // what was lost in between
  std::vector<std::string> notes;      // what was noticed: a log that shrank or was replaced
};

// Error: the file cannot be read.
Result<LogHead> read_head(const std::string& path);
std::uint64_t inode_of(const std::string& path);  // 0: there is none

// Of an archive, which is read as a whole or not at all: its size, and what its bytes begin with. Error: as
// read_head().
Result<LogPosition> position_of_archive(const std::string& path);

// Without a position: the beginning of the oldest member.
LogStart find_start(const LogSet& set, const std::optional<LogPosition>& position);

}  // namespace oomwhy
