#include "parser/journal_verbose.hpp"

#include <utility>

#include "parser/source_text.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

constexpr std::string_view kIndentation = "    ";

// "Fri 2026-11-20 23:40:08.853515 UTC [s=…;i=1;b=…;m=…;t=…;x=…]"
bool take_header(std::string_view rest, PrintedStamp& stamp, std::string_view& cursor) {
  const auto line = rest;
  const auto weekday = take_word(rest);
  WallTime wall;
  if (weekday.size() < 2 || weekday.size() > 16 || !take(rest, ' ') || !take_iso_time(rest, wall)) return false;
  stamp.as_printed = line.substr(0, line.size() - rest.size());
  if (!take(rest, ' ')) return false;
  const auto zone = take_word(rest);
  if (zone == "UTC") wall.offset_minutes = 0;
  if (!take(rest, " [s=") || rest.empty() || rest.back() != ']') return false;
  stamp.wall = wall;
  stamp.clock = Clock::Received;
  cursor = rest.substr(0, rest.size() - 1);
  return true;
}

std::string_view field_name(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals > 64) return {};
  for (const char c : line.substr(0, equals)) {
    if (!(c >= 'A' && c <= 'Z') && !is_digit(c) && c != '_') return {};
  }
  return line.substr(0, equals);
}

}  // namespace

JournalVerbose::JournalVerbose(EntrySink entries) : entries_(std::move(entries)) {}

bool JournalVerbose::begins(std::string_view line) {
  if (line.empty() || line.back() != ']' || line.find(" [s=") == std::string_view::npos) return false;
  PrintedStamp stamp;
  std::string_view cursor;
  return take_header(line, stamp, cursor);
}

bool JournalVerbose::begin_entry(std::string_view line, std::uint64_t number) {
  finish();
  if (!begins(line)) return false;
  header_.assign(line);
  std::string_view cursor;
  stamp_ = {};
  take_header(header_, stamp_, cursor);
  // The header leaves the name of the cursor's first part out of the brackets it takes off.
  fields_.add("__CURSOR", std::string("s=").append(cursor));
  line_ = number;
  open_ = true;
  return true;
}

bool JournalVerbose::add_field(std::string_view line, std::uint64_t number) {
  auto rest = line;
  if (!take(rest, kIndentation)) return false;
  const auto name = field_name(rest);
  if (name.empty()) return false;
  if (name == "MESSAGE") line_ = number;
  if (fields_.size() + rest.size() <= kLongestLine) fields_.add(name, rest.substr(name.size() + 1));
  value_column_ = kIndentation.size() + name.size() + 1;
  return true;
}

bool JournalVerbose::extend_field(std::string_view line) {
  if (line.size() < value_column_ || value_column_ == 0) return false;
  if (line.substr(0, value_column_).find_first_not_of(' ') != std::string_view::npos) return false;
  if (fields_.size() + line.size() > kLongestLine) return true;
  fields_.extend("\n");
  fields_.extend(line.substr(value_column_));
  return true;
}

bool JournalVerbose::feed(std::string_view line, std::uint64_t number) {
  if (open_ && (add_field(line, number) || extend_field(line))) return true;
  return begin_entry(line, number);
}

void JournalVerbose::finish() {
  if (open_) entries_(fields_, stamp_, line_);
  fields_.clear();
  value_column_ = 0;
  open_ = false;
}

}  // namespace oomwhy
