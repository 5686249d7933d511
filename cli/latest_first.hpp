// The latest incident of a log that takes long to read: looked for from the end, in stretches that grow until the
// incident and what belongs to it are whole.
#pragma once

#include <cstdint>
#include <optional>

#include "cli/answer.hpp"
#include "cli/request.hpp"

namespace oomwhy {

// In bytes.
struct Stretches {
  std::uint64_t worth_it = std::uint64_t{128} << 20;  // a smaller file is read whole: it is as fast, and tells more
  std::uint64_t first = std::uint64_t{16} << 20;
  // Up to here stretches grow until the incidents of the 24 hours before are in them, too; beyond, until the incident
  // itself is.
  std::uint64_t for_neighbours = std::uint64_t{256} << 20;
};

// Absent: the request is about more than the latest incident of one file, or the file has to be read whole: its lines
// do not tell when they were written, its beginning is of another kind or younger, it is packed, or what it tells of
// lies further from its end than a quarter of it. The kill is the one that a whole reading gives;
// InputSummary::first_byte says what that way leaves unknown: earlier incidents, kills of this boot, growth, peaks, the
// line numbers of the file.
std::optional<Answer> read_latest(const Request& request, const Stretches& stretches = {});

}  // namespace oomwhy
