#include "cli/log_position.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <string_view>

#include "parser/archive.hpp"
#include "report/event_id.hpp"

namespace oomwhy {
namespace {

constexpr std::uint64_t kLongestHead = 1024;

// The first bytes of a file's text.
Result<std::string> read_front(const std::string& path, std::uint64_t bytes) {
  auto stream = open_text(path);
  if (!stream) return stream.error();
  return read_front(**stream, bytes);
}

// The same file: it still begins so.
bool begins_with(const std::string& path, const LogHead& head) {
  const auto front = read_front(path, head.bytes);
  return front && front->size() == head.bytes && digest_id(*front) == head.digest;
}

// Of several that begin alike the one with the inode.
std::size_t find_member(const LogSet& set, const LogPosition& position) {
  std::size_t found = set.members.size();
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    if (!begins_with(set.members[i], position.head)) continue;
    if (inode_of(set.members[i]) == position.inode) return i;
    // An empty head fits everything: it proves nothing.
    if (position.head.bytes > 0) found = i;
  }
  return found;
}

bool is_shorter_than(const std::string& path, std::uint64_t offset) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  // Of a compressed file the size says nothing; it was written once and does not shrink.
  auto opened = open_bytes(path);
  if (!opened) return false;
  PeekedStream stream(std::move(*opened));
  return !is_packed(stream.peek()) && static_cast<std::uint64_t>(status.st_size) < offset;
}

}  // namespace

Result<LogHead> read_head(const std::string& path) {
  const auto front = read_front(path, kLongestHead);
  if (!front) return front.error();
  const std::size_t newline = front->find('\n');
  const std::string_view line =
      std::string_view(*front).substr(0, newline == std::string::npos ? newline : newline + 1);
  return LogHead{line.size(), digest_id(line)};
}

std::uint64_t inode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

LogStart find_start(const LogSet& set, const std::optional<LogPosition>& position) {
  LogStart start;
  if (!position) return start;
  const std::size_t member = find_member(set, *position);
  if (member == set.members.size()) {
    const std::string text =
        fmt::format("{}: what was read up to byte {} is gone (replaced, or rotated away); lines behind it may be lost",
                    set.name, position->offset);
    start.blind_spots.push_back({BlindSpotKind::Gap, text});
    start.notes.push_back(text);
    return start;
  }
  start.member = member;
  if (is_shorter_than(set.members[member], position->offset)) {
    start.notes.push_back(fmt::format("{}: shrank below the {} bytes that were read; read again from its beginning",
                                      set.members[member], position->offset));
    return start;
  }
  start.offset = position->offset;
  start.lines = position->lines;
  return start;
}

Result<LogPosition> position_of_archive(const std::string& path) {
  struct stat status {};
  auto opened = open_bytes(path);
  if (!opened) return opened.error();
  if (::stat(path.c_str(), &status) != 0) return Error{path, "cannot be measured", "ls -l " + path};
  const std::string front = read_front(**opened, kLongestHead);
  return LogPosition{path,
                     static_cast<std::uint64_t>(status.st_ino),
                     {front.size(), digest_id(front)},
                     static_cast<std::uint64_t>(status.st_size),
                     0};
}

}  // namespace oomwhy
